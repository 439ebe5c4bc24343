#include "tests/agreement/chain_maker.h"

#include <algorithm>
#include <iterator>

#include "log/rules/action_bytes.h"
#include "log/write/admission.h"
#include "verifier/core/entry.h"
#include "verifier/core/vrf.h"

namespace modlog {
namespace {

constexpr uint32_t kTaxonomyOfChains = 202507;

// Of each kind, what it may be about. Written down here once more, so that it
// is followed most of the time.
struct AboutRow {
  v1::Kind kind;
  std::vector<v1::Kind> about;
};
const std::vector<AboutRow>& AboutRows() {
  static const std::vector<AboutRow> rows = {
      {v1::KIND_ACTION, {v1::KIND_SCHEDULED}},
      {v1::KIND_NOTICE_RETRACTED, {v1::KIND_NOTICE_RECEIVED}},
      {v1::KIND_USER_NOTIFIED, {v1::KIND_ACTION, v1::KIND_REVERSAL}},
      {v1::KIND_APPEAL_FILED, {v1::KIND_ACTION, v1::KIND_MODIFICATION}},
      {v1::KIND_APPEAL_WITHDRAWN, {v1::KIND_APPEAL_FILED}},
      {v1::KIND_APPEAL_DECIDED, {v1::KIND_APPEAL_FILED}},
      {v1::KIND_EXTERNAL_REFERRED, {v1::KIND_ACTION, v1::KIND_MODIFICATION}},
      {v1::KIND_EXTERNAL_DECIDED,
       {v1::KIND_EXTERNAL_REFERRED, v1::KIND_ACTION}},
      {v1::KIND_REVERSAL, {v1::KIND_ACTION, v1::KIND_MODIFICATION}},
      {v1::KIND_REVERSAL, {v1::KIND_ACTION, v1::KIND_MODIFICATION}},
      {v1::KIND_MODIFICATION, {v1::KIND_ACTION, v1::KIND_MODIFICATION}},
      {v1::KIND_EXPIRY,
       {v1::KIND_ACTION, v1::KIND_MODIFICATION, v1::KIND_LABEL}},
      {v1::KIND_SCHEDULE_CANCELLED, {v1::KIND_SCHEDULED}},
      {v1::KIND_VOID,
       {v1::KIND_REVERSAL, v1::KIND_MODIFICATION, v1::KIND_EXPIRY,
        v1::KIND_APPEAL_DECIDED, v1::KIND_SCHEDULE_CANCELLED, v1::KIND_LABEL}},
      {v1::KIND_VOID, {v1::KIND_ACTION, v1::KIND_NOTICE_RECEIVED}},
      {v1::KIND_LABEL, {v1::KIND_LABEL}},
      {v1::KIND_DOCUMENT, {v1::KIND_ACTION, v1::KIND_APPEAL_FILED}},
      {v1::KIND_PUBLICATION_CHANGED, {v1::KIND_ACTION}},
      {v1::KIND_STATS_ATTESTATION, {v1::KIND_STATS_ATTESTATION}},
  };
  return rows;
}

void AddMeasures(ChainRandom* random, v1::Action* action) {
  const auto ends = [&] {
    return random->Percent(15)
               ? kChainDay + static_cast<uint32_t>(random->Below(3))
               : 0;
  };
  const size_t which = 1 + random->Below(15);
  action->clear_visibility();
  if ((which & 1) != 0) {
    action->add_visibility(v1::VISIBILITY_CONTENT_REMOVED);
    action->set_end_visibility(ends());
  }
  if ((which & 2) != 0) {
    action->set_monetary(v1::Monetary(1 + random->Below(2)));
    action->set_end_monetary(ends());
  }
  if ((which & 4) != 0) {
    action->set_provision(v1::Provision(1 + random->Below(2)));
    action->set_end_provision(ends());
  }
  if ((which & 8) != 0) {
    action->set_account(v1::AccountDecision(1 + random->Below(2)));
    if (action->account() == v1::ACCOUNT_DECISION_SUSPENDED) {
      action->set_end_account(ends());
    }
  }
}

class ChainMaker {
 public:
  ChainMaker(uint64_t number, ChainLog* log) : log_(log) {
    for (const char* suffix : {"a", "b", "c"}) {
      platforms_.push_back("x" + std::to_string(number) + suffix);
    }
  }

  std::optional<ChainStep> MakeRedaction(uint64_t seed) {
    ChainRandom random(seed);
    random_ = &random;
    return Redact();
  }

  // The step, if there is one to make.
  std::optional<ChainStep> Make(uint64_t seed, bool may_end) {
    ChainRandom random(seed);
    random_ = &random;
    platform_ = platforms_[random.Percent(75) ? 0 : random.Percent(80) ? 1 : 2];
    mine_.clear();
    for (const ChainEntry& entry : entries()) {
      if (entry.platform == platform_ && !entry.is_seal) {
        mine_.push_back(&entry);
      }
    }
    auto step = MakeOne(may_end);
    ++made_;
    return step;
  }

 private:
  const std::vector<ChainEntry>& entries() const {
    return log_->chain().entries;
  }

  std::optional<ChainStep> MakeOne(bool may_end) {
    const size_t what = random_->Below(100);
    const bool empty = mine_.empty();
    if (empty ? what < 50 : what < 16) return One(Fresh());
    if (empty ? what < 70 : what < 56) {
      return One(empty ? Fresh() : AboutSomething());
    }
    if (what < 66) return One(empty ? Fresh() : Correction());
    if (what < 73) return One(empty ? Fresh() : Bulk());
    if (what < 77) return One(Term());
    if (what < 82) return One(KeyEvent(), random_->Percent(70));
    if (what < 89) return Sealed();
    if (what < 94) return Redact();
    if (what < 95) return Erase();
    if (what < 98) return OfTheLog();
    if (what < 99) return may_end ? std::optional(Ended()) : std::nullopt;
    return empty ? One(Fresh()) : One(PuidAgain());
  }

  ChainStep One(v1::Action action, bool by_operator = true) const {
    ChainStep step;
    step.platform = platform_;
    step.by_operator = by_operator;
    step.actions = {std::move(action)};
    return step;
  }

  std::string NewPuid() const { return "e" + std::to_string(made_); }

  // ---- records

  const ChainEntry* Any() { return mine_[random_->Below(mine_.size())]; }
  const ChainEntry* AnyOf(const std::vector<v1::Kind>& kinds) {
    std::vector<const ChainEntry*> fitting;
    for (const ChainEntry* entry : mine_) {
      if (std::ranges::find(kinds, entry->action.kind()) != kinds.end()) {
        fitting.push_back(entry);
      }
    }
    return fitting.empty() ? nullptr : fitting[random_->Below(fitting.size())];
  }

  uint32_t TermOf(v1::TermKind kind) {
    std::vector<uint32_t> numbers;
    for (const ChainEntry* entry : mine_) {
      if (entry->action.term().kind() == kind) {
        numbers.push_back(entry->action.term().number());
      }
    }
    if (random_->Percent(3))
      return 1 + static_cast<uint32_t>(random_->Below(6));
    return numbers.empty() ? 0 : numbers[random_->Below(numbers.size())];
  }

  void AddLabelTerms(v1::Action* action) {
    std::vector<uint32_t> terms;
    for (int i = 0; i < 2; ++i) {
      if (const uint32_t term = TermOf(v1::TERM_KIND_LABEL); term != 0) {
        terms.push_back(term);
      }
    }
    if (terms.empty()) terms.push_back(1);
    std::ranges::sort(terms);
    const auto rest = std::ranges::unique(terms);
    terms.erase(rest.begin(), rest.end());
    action->mutable_label_terms()->Assign(terms.begin(), terms.end());
  }

  v1::Action Fresh() {
    static const std::vector<v1::Kind> kinds = {
        v1::KIND_ACTION,           v1::KIND_ACTION,    v1::KIND_ACTION,
        v1::KIND_ACTION,           v1::KIND_SCHEDULED, v1::KIND_NOTICE_RECEIVED,
        v1::KIND_NOTICE_RECEIVED,  v1::KIND_LABEL,     v1::KIND_NO_ACTION,
        v1::KIND_STATS_ATTESTATION};
    v1::Kind kind = random_->Of(kinds);
    if (kind == v1::KIND_LABEL && TermOf(v1::TERM_KIND_LABEL) == 0) {
      kind = v1::KIND_ACTION;
    }
    v1::Action action = MakeRecord(kind, NewPuid());
    Vary(&action);
    return action;
  }

  v1::Action AboutSomething() {
    // Of the kinds that something may be about, one that can be made.
    std::vector<const AboutRow*> rows;
    for (const AboutRow& row : AboutRows()) {
      if (AnyOf(row.about) != nullptr) rows.push_back(&row);
    }
    const AboutRow& row = rows.empty() || random_->Percent(8)
                              ? random_->Of(AboutRows())
                              : *rows[random_->Below(rows.size())];
    v1::Action action = MakeRecord(row.kind, NewPuid());
    const ChainEntry* target = random_->Percent(6) ? nullptr : AnyOf(row.about);
    if (target == nullptr) target = Any();
    const std::string about =
        random_->Percent(3) ? "nowhere" : target->action.puid();
    action.add_about(about);
    if (row.kind == v1::KIND_LABEL) {
      action.clear_subject_kind();
      action.set_label_op(v1::LABEL_OP_NEGATE);
      if (random_->Percent(75) && target->action.label_terms_size() > 0) {
        *action.mutable_label_terms() = target->action.label_terms();
      } else {
        AddLabelTerms(&action);
      }
    }
    Vary(&action);
    return action;
  }

  // Everything that the kind leaves open.
  void Vary(v1::Action* action) {
    if (random_->Percent(18)) {
      action->set_provenance(v1::PROVENANCE_COPIED_FROM_PLATFORM);
    }
    switch (action->kind()) {
      case v1::KIND_ACTION:
      case v1::KIND_MODIFICATION:
        AddMeasures(random_, action);
        if (random_->Percent(30)) {
          action->set_affected(1 + random_->Below(4));
          if (random_->Percent(25)) {
            action->set_affected_kind(v1::COUNT_KIND_AT_LEAST);
          }
          if (random_->Percent(25)) action->set_network(random_->Below(3));
        }
        if (random_->Percent(10)) action->set_policy_term(PolicyTerm());
        break;
      case v1::KIND_NOTICE_RETRACTED:
      case v1::KIND_APPEAL_WITHDRAWN:
        if (random_->Percent(40)) action->set_extent(v1::EXTENT_PARTIAL);
        break;
      case v1::KIND_APPEAL_DECIDED:
      case v1::KIND_EXTERNAL_DECIDED:
        if (random_->Percent(35)) action->set_outcome(v1::OUTCOME_REMANDED);
        break;
      case v1::KIND_EXTERNAL_REFERRED:
        action->set_body_term(TermOf(v1::TERM_KIND_BODY));
        if (action->body_term() == 0) {
          action->set_provenance(v1::PROVENANCE_COPIED_FROM_PLATFORM);
        }
        break;
      case v1::KIND_REVERSAL:
        if (random_->Percent(60)) action->set_extent(v1::EXTENT_PARTIAL);
        if (random_->Percent(40)) NameMeasures(action);
        if (random_->Percent(35)) action->set_restored(1 + random_->Below(4));
        break;
      case v1::KIND_EXPIRY:
        if (random_->Percent(50)) NameMeasures(action);
        break;
      case v1::KIND_LABEL:
        if (action->label_op() == v1::LABEL_OP_APPLY) {
          action->clear_label_terms();
          AddLabelTerms(action);
          if (random_->Percent(15)) action->set_end_visibility(kChainDay + 1);
        }
        break;
      case v1::KIND_PUBLICATION_CHANGED:
        action->set_provenance(v1::PROVENANCE_OBSERVED);
        break;
      default:
        break;
    }
    AddCause(action);
    AddHandle(action);
    if (action->commitment().empty() && random_->Percent(5)) {
      action->set_commitment(std::string(32, 'c'));
    }
  }

  uint32_t PolicyTerm() {
    const uint32_t term = TermOf(v1::TERM_KIND_POLICY);
    return term == 0 ? 1 : term;
  }

  void NameMeasures(v1::Action* action) {
    static const std::vector<int> often = {1, 2, 3, 4};
    static const std::vector<int> rare = {5, 6, 9, 31};
    std::vector<int> measures = {random_->Of(often)};
    if (random_->Percent(30)) measures.push_back(random_->Of(often));
    if (random_->Percent(4)) measures.push_back(random_->Of(rare));
    std::ranges::sort(measures);
    const auto rest = std::ranges::unique(measures);
    measures.erase(rest.begin(), rest.end());
    for (const int measure : measures) {
      action->add_measures(v1::Measure(measure));
    }
  }

  void AddCause(v1::Action* action) {
    const int kind = action->kind();
    const bool may = kind == v1::KIND_ACTION || kind == v1::KIND_NO_ACTION ||
                     kind == v1::KIND_SCHEDULED || kind == v1::KIND_REVERSAL ||
                     kind == v1::KIND_MODIFICATION;
    if (!may || mine_.empty() || !random_->Percent(15)) return;
    const ChainEntry* cause =
        AnyOf({v1::KIND_NOTICE_RECEIVED, v1::KIND_APPEAL_DECIDED,
               v1::KIND_EXTERNAL_DECIDED, v1::KIND_NOTICE_RETRACTED});
    if (cause == nullptr || random_->Percent(5)) cause = Any();
    action->add_cause(cause->action.puid());
  }

  void AddHandle(v1::Action* action) {
    const int kind = action->kind();
    if ((kind != v1::KIND_ACTION && kind != v1::KIND_NO_ACTION) ||
        !random_->Percent(2)) {
      return;
    }
    action->set_subject_handle(std::string(16, 'h'));
    action->set_handle_key(1);
  }

  v1::Action Correction() {
    const ChainEntry* target = Any();
    v1::Action action = MakeRecord(v1::KIND_CORRECTION, NewPuid());
    action.add_about(target->action.puid());
    v1::Action* const record = action.mutable_corrected();
    *record = target->action;
    switch (random_->Below(9)) {
      case 0:
      case 1:
        if (record->ground() != 0) AddMeasures(random_, record);
        break;
      case 2:
        if (record->ground() != 0) record->set_affected(random_->Below(6));
        if (record->affected() == 0) {
          record->clear_affected_kind();
          record->clear_network();
        }
        break;
      case 3:
        if (record->label_op() == v1::LABEL_OP_APPLY) {
          record->clear_label_terms();
          AddLabelTerms(record);
        }
        break;
      case 4:
      case 5:
        if (record->about_size() == 1) {
          record->set_about(0, random_->Percent(20) ? std::string("nowhere")
                                                    : Any()->action.puid());
        }
        break;
      case 6:
        record->clear_cause();
        AddCause(record);
        break;
      case 7:
        if (random_->Percent(40)) record->set_puid("other");
        break;
      default:
        if (random_->Percent(40)) {
          *record = MakeRecord(v1::KIND_NOTICE_RECEIVED, record->puid());
        }
        break;
    }
    if (random_->Percent(10)) {
      action.set_provenance(v1::PROVENANCE_COPIED_FROM_PLATFORM);
    }
    return action;
  }

  v1::Action Bulk() {
    static const std::vector<uint32_t> fields = {
        v1::Action::kAccountFieldNumber,
        v1::Action::kAccountFieldNumber,
        v1::Action::kMonetaryFieldNumber,
        v1::Action::kProvisionFieldNumber,
        v1::Action::kEndVisibilityFieldNumber,
        v1::Action::kEndMonetaryFieldNumber,
        v1::Action::kEndAccountFieldNumber,
        v1::Action::kAffectedKindFieldNumber,
        v1::Action::kLabelOpFieldNumber,
        v1::Action::kGroundFieldNumber,
        v1::Action::kRegimeFieldNumber,
        v1::Action::kKindFieldNumber};
    v1::Action action = MakeRecord(v1::KIND_CORRECTION, NewPuid());
    v1::BulkCorrection* const bulk = action.mutable_bulk();
    const ChainEntry* target = Any();
    bulk->set_first(target->index - random_->Below(2));
    bulk->set_last(target->index + random_->Below(3));
    if (random_->Percent(85)) {
      bulk->set_last(std::min(bulk->last(), log_->chain().end() - 1));
    }
    bulk->set_field(random_->Of(fields));
    bulk->set_from_code(random_->Percent(75)
                            ? CodeIn(target->action, bulk->field())
                            : static_cast<uint32_t>(random_->Below(3)));
    const bool day = bulk->field() >= v1::Action::kEndVisibilityFieldNumber &&
                     bulk->field() <= v1::Action::kEndProvisionFieldNumber;
    const uint32_t changed = static_cast<uint32_t>(random_->Below(3));
    bulk->set_to_code(day && changed > 0 ? kChainDay + changed : changed);
    if (random_->Percent(2)) bulk->set_to_code(300);
    if (random_->Percent(40)) {
      bulk->set_exchange(true);
      if (random_->Percent(95)) action.set_taxonomy(202'612);
      if (random_->Percent(50)) {
        const uint32_t from = bulk->from_code();
        bulk->set_from_code(bulk->to_code());
        bulk->set_to_code(from);
      }
    }
    return action;
  }

  static uint32_t CodeIn(const v1::Action& action, uint32_t field) {
    const auto* descriptor =
        v1::Action::descriptor()->FindFieldByNumber(static_cast<int>(field));
    const auto* reflection = action.GetReflection();
    if (descriptor->enum_type() != nullptr) {
      return static_cast<uint32_t>(
          reflection->GetEnumValue(action, descriptor));
    }
    return reflection->GetUInt32(action, descriptor);
  }

  // ---- terms, keys, seals

  v1::Action Term() {
    static const std::vector<v1::TermKind> kinds = {
        v1::TERM_KIND_LABEL, v1::TERM_KIND_LABEL, v1::TERM_KIND_POLICY,
        v1::TERM_KIND_BODY};
    const auto number = static_cast<uint32_t>(1 + random_->Below(5));
    v1::Action action = MakeTerm(NewPuid(), number, random_->Of(kinds));
    if (random_->Percent(20)) {
      action.mutable_term()->set_replaces(
          static_cast<uint32_t>(1 + random_->Below(5)));
    }
    return action;
  }

  v1::Action KeyEvent() {
    const auto number = static_cast<uint32_t>(1 + random_->Below(2));
    const v1::KeyOp op = random_->Percent(70)   ? v1::KEY_OP_REGISTER
                         : random_->Percent(50) ? v1::KEY_OP_REVOKE
                                                : v1::KEY_OP_DESTROYED;
    if (random_->Percent(10)) return HandleKeyEvent(number, op);
    v1::Action action = MakeSealKeyEvent(NewPuid(), platform_, number, op);
    // Another number's, or another platform's.
    if (random_->Percent(4) && op == v1::KEY_OP_REGISTER) {
      action.mutable_key_event()->set_number(3 - number);
    }
    return action;
  }

  v1::Action HandleKeyEvent(uint32_t number, v1::KeyOp op) const {
    v1::Action action = MakeRecord(v1::KIND_PLATFORM_KEY, NewPuid());
    v1::KeyEvent* const event = action.mutable_key_event();
    event->set_op(op);
    event->set_use(v1::KEY_USE_VRF);
    event->set_number(number);
    if (op != v1::KEY_OP_REGISTER) return action;
    const Hash secret =
        Sha256(AsBytes(platform_ + "/handles/" + std::to_string(number)));
    const VrfPrivateKey key = *VrfPrivateKey::FromSecret(Bytes(secret));
    event->set_public_key(std::string(AsText(key.PublicKey().raw())));
    event->set_proof(
        *key.Prove(AsBytes(KeyProofText(kChainOrigin, platform_, number))));
    return action;
  }

  // A batch under a seal, if the platform could have one.
  std::optional<ChainStep> Sealed() {
    const bool registered =
        std::ranges::any_of(mine_, [](const ChainEntry* entry) {
          return entry->action.key_event().use() == v1::KEY_USE_SEAL;
        });
    if (!registered && !random_->Percent(5)) {
      return One(MakeSealKeyEvent(NewPuid(), platform_, 1));
    }
    ChainStep step;
    step.via = ChainStep::Via::kSeal;
    step.platform = platform_;
    step.by_operator = false;
    const size_t count = 1 + random_->Below(3);
    for (size_t i = 0; i < count; ++i) {
      v1::Action action = i == 0 && !mine_.empty() && random_->Percent(40)
                              ? AboutSomething()
                              : Fresh();
      if (i > 0) action.set_puid(NewPuid() + "-" + std::to_string(i));
      step.actions.push_back(std::move(action));
    }
    const auto key = static_cast<uint32_t>(random_->Percent(85) ? 1 : 2);
    Seal seal = log_->FittingSeal(platform_, key, step.actions);
    Spoil(&seal);
    SignSeal(ChainLog::SealKeyOf(platform_, random_->Percent(3) ? 9 : key),
             kChainOrigin, platform_, &seal);
    step.seal = seal;
    return step;
  }

  void Spoil(Seal* seal) {
    if (!random_->Percent(20)) return;
    switch (random_->Below(4)) {
      case 0:
        ++seal->before;
        return;
      case 1:
        if (seal->before > 0) --seal->before;
        return;
      case 2:
        seal->root[0] ^= 1;
        return;
      default:
        if (seal->previous) {
          seal->previous.reset();
        } else {
          seal->previous = Sha256(AsBytes("other"));
        }
        return;
    }
  }

  // ---- the log's own

  std::optional<ChainStep> Redact() {
    std::vector<const ChainEntry*> may;
    for (const ChainEntry& entry : entries()) {
      const int kind = entry.action.kind();
      const bool stays = entry.is_seal || kind >= v1::KIND_SUCCESSION ||
                         (kind >= 18 && kind <= 22);
      if (!stays && !entry.redacted) may.push_back(&entry);
    }
    if (may.empty()) return std::nullopt;
    ChainStep step;
    step.via = ChainStep::Via::kRedact;
    step.redact.index = may[random_->Below(may.size())]->index;
    step.redact.basis = v1::ERASURE_BASIS_PERSON;
    step.redact.fields = {v1::Action::kPuidFieldNumber};
    return step;
  }

  std::optional<ChainStep> Erase() {
    ChainStep step;
    step.via = ChainStep::Via::kErase;
    step.erase.basis = v1::ERASURE_BASIS_PERSON;
    step.erase.now = true;
    for (const ChainEntry& entry : entries()) {
      if (!entry.action.commitment().empty()) {
        step.erase.indexes.push_back(entry.index);
      }
    }
    if (step.erase.indexes.empty()) return std::nullopt;
    return step;
  }

  // Entries as the log writes them, but of anybody and about anything.
  std::optional<ChainStep> OfTheLog() {
    if (entries().empty()) return std::nullopt;
    const ChainEntry& target = entries()[random_->Below(entries().size())];
    ChainStep step;
    if (random_->Percent(30)) step.platform = platform_;
    if (random_->Percent(15)) {
      step = One(Fresh());
      step.platform.clear();
      return step;
    }
    v1::Action action = MakeRecord(v1::KIND_LEAF_REDACTED, NewPuid());
    action.add_about_index(target.index + (random_->Percent(10) ? 3 : 0));
    if (random_->Percent(40)) {
      action.set_kind(v1::KIND_PAYLOAD_ERASED);
      action.mutable_erasure()->set_basis(v1::ERASURE_BASIS_PERSON);
      step.actions = {std::move(action)};
      return step;
    }
    const Hash leaf = HashLeaf(AsBytes(target.leaf));
    const Hash bytes =
        target.is_seal ? leaf : HashLeaf(AsBytes(EncodeAction(target.action)));
    v1::Redaction* const redaction = action.mutable_redaction();
    redaction->set_basis(v1::ERASURE_BASIS_PERSON);
    redaction->set_leaf_hash(
        std::string(AsText(random_->Percent(10) ? bytes : leaf)));
    redaction->set_action_hash(
        std::string(AsText(random_->Percent(10) ? leaf : bytes)));
    redaction->add_fields(v1::Action::kPuidFieldNumber);
    step.actions = {std::move(action)};
    return step;
  }

  static ChainStep Ended() {
    ChainStep step;
    step.via = ChainStep::Via::kEnd;
    return step;
  }

  v1::Action PuidAgain() {
    v1::Action action = Fresh();
    action.set_puid(Any()->action.puid());
    return action;
  }

  ChainLog* log_;
  std::vector<std::string> platforms_;
  uint64_t made_ = 0;
  // Of the step that is being made:
  ChainRandom* random_ = nullptr;
  std::string platform_;
  std::vector<const ChainEntry*> mine_;
};

}  // namespace

uint64_t ChainRandom::Next() {
  uint64_t z = (state_ += 0x9e3779b97f4a7c15);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

ChainPlan PlanChain(uint64_t seed) {
  ChainRandom random(seed);
  ChainPlan plan;
  const size_t steps = 1 + random.Below(12);
  for (size_t i = 0; i < steps; ++i) plan.steps.push_back(random.Next());
  const size_t redactions = random.Percent(40) ? 1 + random.Below(2) : 0;
  for (size_t i = 0; i < redactions; ++i) {
    plan.redactions.push_back(random.Next());
  }
  return plan;
}

void RunChain(const ChainPlan& plan, uint64_t number, bool may_end,
              ChainLog* log) {
  log->Begin();
  ChainMaker maker(number, log);
  for (const uint64_t seed : plan.steps) {
    if (auto step = maker.Make(seed, may_end)) log->Take(*std::move(step));
  }
  for (const uint64_t seed : plan.redactions) {
    if (log->ended()) return;
    if (auto step = maker.MakeRedaction(seed)) log->Take(*std::move(step));
  }
}

v1::Action MakeRecord(v1::Kind kind, const std::string& puid) {
  v1::Action action;
  action.set_kind(kind);
  action.set_puid(puid);
  action.set_taxonomy(kTaxonomyOfChains);
  switch (kind) {
    case v1::KIND_ACTION:
    case v1::KIND_MODIFICATION:
      action.add_visibility(v1::VISIBILITY_CONTENT_REMOVED);
      action.set_ground(v1::GROUND_INCOMPATIBLE_CONTENT);
      action.set_category(v1::CATEGORY_VIOLENCE);
      action.set_subject_kind(v1::SUBJECT_KIND_ITEM);
      action.set_application_date(kChainDay);
      break;
    case v1::KIND_NOTICE_RECEIVED:
      action.set_source_type(v1::SOURCE_TYPE_ARTICLE_16);
      action.set_subject_kind(v1::SUBJECT_KIND_ITEM);
      break;
    case v1::KIND_NO_ACTION:
      action.set_subject_kind(v1::SUBJECT_KIND_ITEM);
      break;
    case v1::KIND_NOTICE_RETRACTED:
    case v1::KIND_APPEAL_WITHDRAWN:
      action.set_extent(v1::EXTENT_FULL);
      break;
    case v1::KIND_USER_NOTIFIED:
      action.set_notified_date(kChainDay);
      break;
    case v1::KIND_APPEAL_DECIDED:
    case v1::KIND_EXTERNAL_DECIDED:
      action.set_outcome(v1::OUTCOME_UPHELD);
      break;
    case v1::KIND_REVERSAL:
      action.set_extent(v1::EXTENT_FULL);
      action.set_reversal_cause(v1::CAUSE_OWN_REVIEW);
      break;
    case v1::KIND_SCHEDULED:
      action.add_visibility(v1::VISIBILITY_CONTENT_REMOVED);
      action.set_subject_kind(v1::SUBJECT_KIND_ITEM);
      action.set_execute_date(kChainDay + 10);
      break;
    case v1::KIND_VOID:
      action.set_void_reason(v1::VOID_REASON_TEST);
      break;
    case v1::KIND_STATS_ATTESTATION: {
      v1::Stats* const stats = action.mutable_stats();
      stats->set_from(kChainDay);
      stats->set_to(kChainDay);
      stats->set_clock(v1::STATS_CLOCK_LOGGED);
      stats->add_cells()->set_unit(v1::STATS_UNIT_ENTRIES);
      break;
    }
    case v1::KIND_LABEL:
      action.set_label_op(v1::LABEL_OP_APPLY);
      action.add_label_terms(1);
      action.set_subject_kind(v1::SUBJECT_KIND_ITEM);
      break;
    case v1::KIND_DOCUMENT:
      action.set_commitment(std::string(32, 'c'));
      break;
    case v1::KIND_PUBLICATION_CHANGED:
      action.set_provenance(v1::PROVENANCE_OBSERVED);
      action.set_publication(v1::PUBLICATION_EDITED);
      break;
    default:
      break;
  }
  return action;
}

v1::Action MakeTerm(const std::string& puid, uint32_t number,
                    v1::TermKind kind) {
  v1::Action action = MakeRecord(v1::KIND_TERM, puid);
  v1::Term* const term = action.mutable_term();
  term->set_kind(kind);
  term->set_number(number);
  const Hash hash = Sha256(AsBytes("term " + std::to_string(number)));
  term->set_text_sha256(std::string(AsText(hash)));
  return action;
}

v1::Action MakeSealKeyEvent(const std::string& puid,
                            const std::string& platform, uint32_t number,
                            v1::KeyOp op) {
  v1::Action action = MakeRecord(v1::KIND_PLATFORM_KEY, puid);
  v1::KeyEvent* const event = action.mutable_key_event();
  event->set_op(op);
  event->set_use(v1::KEY_USE_SEAL);
  event->set_number(number);
  if (op != v1::KEY_OP_REGISTER) return action;
  const Ed25519PrivateKey key = ChainLog::SealKeyOf(platform, number);
  event->set_public_key(std::string(AsText(key.PublicKey().raw())));
  event->set_proof(
      key.Sign(AsBytes(KeyProofText(kChainOrigin, platform, number))));
  return action;
}

}  // namespace modlog
