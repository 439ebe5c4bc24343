// If this failed, an entry could stand on a rule, a statute or a body that
// nobody can look up, or whose text changed after its use.

#include "log/rules/action_bytes.h"
#include "tests/log/log_fixture.h"
#include "tests/log/payload_fixture.h"

namespace modlog::terms_test {
namespace {

constexpr std::string_view kPolicyText = "no spam, version 3";
constexpr std::string_view kReasonText = "Your post repeats what others wrote.";

v1::Action TermMessage(uint32_t number, v1::TermKind kind,
                       std::string_view text) {
  v1::Action action;
  action.set_kind(v1::KIND_TERM);
  action.set_puid("term-" + std::to_string(number));
  action.set_taxonomy(202507);
  action.mutable_term()->set_kind(kind);
  action.mutable_term()->set_number(number);
  const Hash hash = Sha256(AsBytes(text));
  action.mutable_term()->set_text_sha256(hash.data(), hash.size());
  return action;
}

std::string TermPayload(std::string_view text) {
  v1::Payload payload;
  payload.set_term_text(std::string(text));
  return payload.SerializeAsString();
}

v1::Action LabelMessage(const std::string& puid, v1::LabelOp op,
                        const std::vector<uint32_t>& terms) {
  v1::Action action;
  action.set_kind(v1::KIND_LABEL);
  action.set_puid(puid);
  action.set_taxonomy(202507);
  action.set_label_op(op);
  for (const uint32_t term : terms) action.add_label_terms(term);
  if (op == v1::LABEL_OP_APPLY) {
    action.set_subject_kind(v1::SUBJECT_KIND_ITEM);
  }
  return action;
}

class TermsTest : public LogFixture {
 protected:
  void SetUp() override { Open(NewMemoryStore(contents_)); }

  struct Item {
    v1::Action action;
    std::string payload = {};
  };
  std::vector<ItemResult> Send(const std::vector<Item>& items,
                               std::string_view platform = "example",
                               Atomicity atomicity = Atomicity::kPerItem) {
    std::vector<std::string> bytes;
    for (const Item& item : items) bytes.push_back(EncodeAction(item.action));
    AppendGroup group;
    group.platform = platform;
    group.atomicity = atomicity;
    group.actions.assign(bytes.begin(), bytes.end());
    for (const Item& item : items) group.payloads.push_back(item.payload);
    std::promise<Result<AppendAnswer>> promise;
    log_->Append(std::move(group), [&](Result<AppendAnswer> answer) {
      promise.set_value(std::move(answer));
    });
    auto answer = promise.get_future().get();
    EXPECT_TRUE(answer) << answer.error().message;
    return answer ? answer->items : std::vector<ItemResult>(items.size());
  }
  // "" when it is logged, else the first field refused.
  std::string Refused(const v1::Action& action, const std::string& payload = "",
                      std::string_view platform = "example") {
    const ItemResult item = Send({{action, payload}}, platform)[0];
    if (item.outcome == ItemResult::Outcome::kLogged) return "";
    return item.violations.empty() ? "?" : item.violations[0].field;
  }
  void Register(uint32_t number, v1::TermKind kind, std::string_view text) {
    ASSERT_EQ(Refused(TermMessage(number, kind, text), TermPayload(text)), "");
  }
  static v1::Action With(const std::string& puid,
                         const std::function<void(v1::Action&)>& tweak) {
    v1::Action action = TakedownMessage(puid);
    tweak(action);
    return action;
  }

  std::shared_ptr<MemoryContents> contents_ = NewMemoryContents();
};

TEST_F(TermsTest, ATermIsNamedOnlyAfterItIsRegistered) {
  const v1::Action user = With("user", [](auto& a) { a.set_policy_term(1); });
  EXPECT_EQ(Refused(user), "policy_term");
  Register(1, v1::TERM_KIND_POLICY, kPolicyText);
  EXPECT_EQ(Refused(user), "");
  // Another platform's number is its own.
  EXPECT_EQ(Refused(user, "", "another"), "policy_term");
  // After a restart it is known too.
  Open(NewMemoryStore(contents_));
  EXPECT_EQ(Refused(With("later", [](auto& a) { a.set_policy_term(1); })), "");
}

TEST_F(TermsTest, ATermEarlierInTheBatchIsKnown) {
  const Item term = {TermMessage(1, v1::TERM_KIND_POLICY, kPolicyText),
                     TermPayload(kPolicyText)};
  const Item user = {With("user", [](auto& a) { a.set_policy_term(1); })};
  auto items = Send({user, term});
  EXPECT_EQ(items[0].outcome, ItemResult::Outcome::kRefused);
  EXPECT_EQ(items[1].outcome, ItemResult::Outcome::kLogged);
  const Item other = {TermMessage(2, v1::TERM_KIND_LAW, kPolicyText),
                      TermPayload(kPolicyText)};
  const Item lawful = {With("lawful", [](auto& a) { a.set_legal_term(2); })};
  items = Send({other, lawful});
  EXPECT_EQ(items[1].outcome, ItemResult::Outcome::kLogged);
}

// A group that falls as one must not leave its term behind.
TEST_F(TermsTest, ATermOfAGroupThatFellIsNotRegistered) {
  const Item term = {TermMessage(1, v1::TERM_KIND_POLICY, kPolicyText),
                     TermPayload(kPolicyText)};
  const Item bad = {With("bad", [](auto& a) { a.set_policy_term(7); })};
  Send({term, bad}, "example", Atomicity::kAllOrNothing);
  EXPECT_EQ(Refused(With("user", [](auto& a) { a.set_policy_term(1); })),
            "policy_term");
}

TEST_F(TermsTest, EachFieldTakesItsSortOfTermAlone) {
  const v1::TermKind kinds[] = {v1::TERM_KIND_POLICY, v1::TERM_KIND_LAW,
                                v1::TERM_KIND_REASON, v1::TERM_KIND_BODY,
                                v1::TERM_KIND_LABEL};
  for (uint32_t i = 0; i < 5; ++i) Register(i + 1, kinds[i], kPolicyText);
  const std::pair<std::string, std::function<v1::Action(uint32_t)>> fields[] = {
      {"policy_term",
       [](uint32_t n) {
         return With("p" + std::to_string(n),
                     [&](auto& a) { a.set_policy_term(n); });
       }},
      {"legal_term",
       [](uint32_t n) {
         return With("l" + std::to_string(n),
                     [&](auto& a) { a.set_legal_term(n); });
       }},
      {"reason_term",
       [](uint32_t n) {
         return With("r" + std::to_string(n),
                     [&](auto& a) { a.set_reason_term(n); });
       }},
      {"body_term",
       [](uint32_t n) {
         return With("b" + std::to_string(n),
                     [&](auto& a) { a.set_body_term(n); });
       }},
      {"label_terms[0]", [](uint32_t n) {
         return LabelMessage("x" + std::to_string(n), v1::LABEL_OP_APPLY, {n});
       }}};
  for (uint32_t field = 0; field < 5; ++field) {
    for (uint32_t number = 1; number <= 5; ++number) {
      EXPECT_EQ(Refused(fields[field].second(number)),
                number == field + 1 ? "" : fields[field].first)
          << number;
    }
  }
}

TEST_F(TermsTest, ANumberIsRegisteredOnceForEver) {
  Register(1, v1::TERM_KIND_POLICY, kPolicyText);
  v1::Action again = TermMessage(1, v1::TERM_KIND_POLICY, "another text");
  again.set_puid("term-again");
  EXPECT_EQ(Refused(again, TermPayload("another text")), "term.number");
  EXPECT_EQ(*log_->ReadTerm(Sha256(AsBytes(kPolicyText))), kPolicyText);
  EXPECT_EQ(log_->ReadTerm(Sha256(AsBytes("another text"))).error().code,
            Code::kNotFound);
}

TEST_F(TermsTest, ItsTextIsTheOneThatTheEntryNames) {
  const v1::Action term = TermMessage(1, v1::TERM_KIND_POLICY, kPolicyText);
  EXPECT_EQ(Refused(term), "payload.term_text");
  EXPECT_EQ(Refused(term, TermPayload("another")), "payload.term_text");
  const std::string longest(kTermTextSizeMax, 'x');
  EXPECT_EQ(Refused(TermMessage(2, v1::TERM_KIND_LAW, longest + "x"),
                    TermPayload(longest + "x")),
            "payload.term_text");
  EXPECT_EQ(
      Refused(TermMessage(2, v1::TERM_KIND_LAW, longest), TermPayload(longest)),
      "");
  EXPECT_EQ(
      Refused(TermMessage(3, v1::TERM_KIND_LAW, "\xff"), TermPayload("\xff")),
      "payload.term_text");
  EXPECT_EQ(Refused(term, TermPayload(kPolicyText)), "");
  // A retry needs no text.
  EXPECT_EQ(Send({{term}})[0].outcome, ItemResult::Outcome::kDuplicate);
}

TEST_F(TermsTest, FieldsOfATermAreChecked) {
  const std::pair<std::string, std::function<void(v1::Term&)>> cases[] = {
      {"term.kind", [](auto& t) { t.set_kind(v1::TERM_KIND_UNSPECIFIED); }},
      {"term.kind", [](auto& t) { t.set_kind(static_cast<v1::TermKind>(6)); }},
      {"term.number", [](auto& t) { t.set_number(0); }},
      {"term.number", [](auto& t) { t.set_number((1u << 20) + 1); }},
      {"term.replaces", [](auto& t) { t.set_replaces(5); }},
      {"term.replaces", [](auto& t) { t.set_replaces(4); }},
      {"term.replaces", [](auto& t) { t.set_replaces(9); }},
      {"term.valid_from", [](auto& t) { t.set_valid_from(10'956); }},
      {"term.text_sha256", [](auto& t) { t.set_text_sha256("short"); }},
  };
  Register(9, v1::TERM_KIND_LAW, kPolicyText);
  for (const auto& [field, spoil] : cases) {
    v1::Action action = TermMessage(5, v1::TERM_KIND_POLICY, kPolicyText);
    spoil(*action.mutable_term());
    EXPECT_EQ(
        Refused(action,
                field == "term.text_sha256" ? "" : TermPayload(kPolicyText)),
        field);
  }
  Register(5, v1::TERM_KIND_POLICY, kPolicyText);
  v1::Action next = TermMessage(6, v1::TERM_KIND_POLICY, kReasonText);
  next.mutable_term()->set_replaces(5);
  next.mutable_term()->set_valid_from(20'000);
  EXPECT_EQ(Refused(next, TermPayload(kReasonText)), "");
}

TEST_F(TermsTest, APartMayBeATermsText) {
  RecordWithPayload record =
      CommitTo(TakedownMessage("templated"),
               {{kPartDecisionFacts, std::string(kReasonText), true}});
  v1::Part* part = record.payload.mutable_parts(0);
  part->set_term(3);
  EXPECT_EQ(Refused(record.action, record.PayloadBytes()),
            "payload.parts[0].value");
  part->clear_value();
  EXPECT_EQ(Refused(record.action, record.PayloadBytes()),
            "payload.parts[0].term");
  Register(3, v1::TERM_KIND_REASON, kReasonText);
  Register(4, v1::TERM_KIND_REASON, "another text");
  part->set_term(4);
  EXPECT_EQ(Refused(record.action, record.PayloadBytes()),
            "payload.parts[0].term");
  part->set_term(3);
  const ItemResult item = Send({{record.action, record.PayloadBytes()}})[0];
  ASSERT_EQ(item.outcome, ItemResult::Outcome::kLogged);
  const auto kept = log_->ReadPayload(item.index);
  ASSERT_TRUE(kept);
  ASSERT_EQ(kept->parts.size(), 1u);
  EXPECT_EQ(kept->parts[0].term, 3u);
  EXPECT_EQ(kept->parts[0].value, kReasonText);
}

// The text of a term in the same batch is not known at the door.
TEST_F(TermsTest, APartMayBeTheTextOfATermEarlierInTheBatch) {
  RecordWithPayload record =
      CommitTo(TakedownMessage("templated"),
               {{kPartDecisionFacts, std::string(kReasonText), true}});
  record.payload.mutable_parts(0)->clear_value();
  record.payload.mutable_parts(0)->set_term(3);
  RecordWithPayload wrong = record;
  wrong.payload.mutable_parts(0)->set_term(4);
  const auto items = Send({{TermMessage(3, v1::TERM_KIND_REASON, kReasonText),
                            TermPayload(kReasonText)},
                           {TermMessage(4, v1::TERM_KIND_REASON, "another"),
                            TermPayload("another")},
                           {wrong.action, wrong.PayloadBytes()},
                           {record.action, record.PayloadBytes()}});
  EXPECT_EQ(items[2].outcome, ItemResult::Outcome::kRefused);
  EXPECT_EQ(items[3].outcome, ItemResult::Outcome::kLogged);
}

TEST_F(TermsTest, ALabelIsTakenBackByItsOwnTerms) {
  Register(1, v1::TERM_KIND_LABEL, "nudity");
  Register(2, v1::TERM_KIND_LABEL, "spam");
  Register(3, v1::TERM_KIND_LABEL, "graphic");
  ASSERT_EQ(Refused(LabelMessage("on", v1::LABEL_OP_APPLY, {1, 2})), "");
  v1::Action off = LabelMessage("off", v1::LABEL_OP_NEGATE, {1, 3});
  EXPECT_EQ(Refused(off), "about");
  off.add_about("on");
  EXPECT_EQ(Refused(off), "about[0]");
  off = LabelMessage("off", v1::LABEL_OP_NEGATE, {2});
  off.add_about("on");
  EXPECT_EQ(Refused(off), "");
  v1::Action again = LabelMessage("again", v1::LABEL_OP_NEGATE, {2});
  again.add_about("off");
  EXPECT_EQ(Refused(again), "about[0]");
}

TEST_F(TermsTest, ALabelHasTheFieldsOfWhatItDoes) {
  Register(1, v1::TERM_KIND_LABEL, "nudity");
  v1::Action apply = LabelMessage("on", v1::LABEL_OP_APPLY, {1});
  v1::Action changed = apply;
  changed.clear_label_op();
  EXPECT_EQ(Refused(changed), "label_op");
  changed = apply;
  changed.clear_label_terms();
  EXPECT_EQ(Refused(changed), "label_terms");
  changed = apply;
  changed.clear_subject_kind();
  EXPECT_EQ(Refused(changed), "subject_kind");
  changed = apply;
  changed.set_end_account(20'500);
  EXPECT_NE(Refused(changed), "");
  changed = apply;
  changed.add_visibility(v1::VISIBILITY_CONTENT_LABELLED);
  EXPECT_EQ(Refused(changed), "visibility");
  apply.set_end_visibility(20'500);
  apply.set_source_type(v1::SOURCE_TYPE_VOLUNTARY);
  apply.set_ground(v1::GROUND_INCOMPATIBLE_CONTENT);
  apply.set_automated_detection(v1::YES_NO_YES);
  EXPECT_EQ(Refused(apply), "");
  v1::Action negate = LabelMessage("off", v1::LABEL_OP_NEGATE, {1});
  negate.add_about("on");
  changed = negate;
  changed.set_subject_kind(v1::SUBJECT_KIND_ITEM);
  EXPECT_EQ(Refused(changed), "subject_kind");
  changed = negate;
  changed.set_end_visibility(20'600);
  EXPECT_EQ(Refused(changed), "end_visibility");
  EXPECT_EQ(Refused(negate), "");
}

TEST_F(TermsTest, AReferralNamesItsBody) {
  Register(1, v1::TERM_KIND_BODY, "a board of appeal");
  ASSERT_EQ(Refused(TakedownMessage("taken-down")), "");
  v1::Action referral;
  referral.set_kind(v1::KIND_EXTERNAL_REFERRED);
  referral.set_puid("referral");
  referral.set_taxonomy(202507);
  referral.add_about("taken-down");
  EXPECT_EQ(Refused(referral), "body_term");
  referral.set_body_term(1);
  EXPECT_EQ(Refused(referral), "");
}

// A correction states a record that stands on registered terms too.
TEST_F(TermsTest, ACorrectionNamesRegisteredTerms) {
  ASSERT_EQ(Refused(TakedownMessage("wrong")), "");
  v1::Action correction;
  correction.set_kind(v1::KIND_CORRECTION);
  correction.set_puid("correction");
  correction.set_taxonomy(202507);
  correction.add_about("wrong");
  *correction.mutable_corrected() = TakedownMessage("wrong");
  correction.mutable_corrected()->set_policy_term(1);
  EXPECT_EQ(Refused(correction), "corrected.policy_term");
  Register(1, v1::TERM_KIND_POLICY, kPolicyText);
  EXPECT_EQ(Refused(correction), "");
}

}  // namespace
}  // namespace modlog::terms_test
