// If this failed, somebody could register a key that is not theirs, or a handle
// could stand in the log that leads to no key, or to one that was destroyed.

#include "log/records/platform_keys.h"

#include "log/rules/action_bytes.h"
#include "tests/log/log_fixture.h"
#include "verifier/core/handle.h"
#include "verifier/core/seal.h"

namespace modlog::platform_keys_test {
namespace {

constexpr char kOrigin[] = "log.example/test";  // TestKey's name

v1::Action EventOf(const std::string& puid, v1::KeyOp op, v1::KeyUse use,
                   uint32_t number) {
  v1::Action action;
  action.set_kind(v1::KIND_PLATFORM_KEY);
  action.set_puid(puid);
  action.set_taxonomy(202507);
  action.mutable_key_event()->set_op(op);
  action.mutable_key_event()->set_use(use);
  action.mutable_key_event()->set_number(number);
  return action;
}

VrfPrivateKey HandleKey(char byte) {
  return *VrfPrivateKey::FromSecret(AsBytes(std::string(32, byte)));
}

v1::Action Registration(uint32_t number, char byte = 'k',
                        std::string_view platform = "example",
                        std::string_view origin = kOrigin) {
  v1::Action action = EventOf("key-" + std::to_string(number),
                              v1::KEY_OP_REGISTER, v1::KEY_USE_VRF, number);
  const VrfPrivateKey key = HandleKey(byte);
  v1::KeyEvent& event = *action.mutable_key_event();
  event.set_public_key(std::string(AsText(key.PublicKey().raw())));
  event.set_proof(*key.Prove(AsBytes(KeyProofText(origin, platform, number))));
  return action;
}

v1::Action SealRegistration(uint32_t number) {
  v1::Action action = EventOf("seal-key-" + std::to_string(number),
                              v1::KEY_OP_REGISTER, v1::KEY_USE_SEAL, number);
  const auto key = *Ed25519PrivateKey::FromSeed(AsBytes(std::string(32, 's')));
  v1::KeyEvent& event = *action.mutable_key_event();
  event.set_public_key(std::string(AsText(key.PublicKey().raw())));
  event.set_proof(key.Sign(AsBytes(KeyProofText(kOrigin, "example", number))));
  return action;
}

v1::Action WithHandle(const std::string& puid, uint32_t key) {
  v1::Action action = TakedownMessage(puid);
  action.set_subject_handle(std::string(kHandleSize, 'h'));
  action.set_handle_key(key);
  return action;
}

class PlatformKeysTest : public LogFixture {
 protected:
  void SetUp() override { Open(NewMemoryStore(contents_)); }

  // "" when it is logged, else the first field refused.
  std::string Refused(const v1::Action& action,
                      std::string_view platform = "example") {
    const auto answer =
        AppendGroupOf({EncodeAction(action)}, Atomicity::kPerItem, platform);
    EXPECT_TRUE(answer) << answer.error().message;
    if (!answer) return "!";
    const ItemResult& item = answer->items.at(0);
    if (item.outcome == ItemResult::Outcome::kLogged) return "";
    return item.violations.empty() ? "?" : item.violations[0].field;
  }

  std::shared_ptr<MemoryContents> contents_ = NewMemoryContents();
};

TEST_F(PlatformKeysTest, AHandleIsTakenUnderAKeyThatStands) {
  EXPECT_EQ(Refused(WithHandle("early", 1)), "handle_key");
  EXPECT_EQ(Refused(Registration(1)), "");
  EXPECT_EQ(Refused(WithHandle("a", 1)), "");
  EXPECT_EQ(Refused(WithHandle("b", 2)), "handle_key");
  // Another platform's key is its own.
  EXPECT_EQ(Refused(WithHandle("c", 1), "another"), "handle_key");
  Open(NewMemoryStore(contents_));
  EXPECT_EQ(Refused(WithHandle("after-a-restart", 1)), "");
}

TEST_F(PlatformKeysTest, NoHandleIsTakenOnceItsKeyIsDestroyedOrRevoked) {
  ASSERT_EQ(Refused(Registration(1)), "");
  ASSERT_EQ(Refused(Registration(2, 'l')), "");
  ASSERT_EQ(Refused(EventOf("d", v1::KEY_OP_DESTROYED, v1::KEY_USE_VRF, 1)),
            "");
  ASSERT_EQ(Refused(EventOf("r", v1::KEY_OP_REVOKE, v1::KEY_USE_VRF, 2)), "");
  EXPECT_EQ(Refused(WithHandle("a", 1)), "handle_key");
  EXPECT_EQ(Refused(WithHandle("b", 2)), "handle_key");
  // What was revoked can still be destroyed, each once.
  EXPECT_EQ(Refused(EventOf("d2", v1::KEY_OP_DESTROYED, v1::KEY_USE_VRF, 2)),
            "");
  EXPECT_EQ(Refused(EventOf("d3", v1::KEY_OP_DESTROYED, v1::KEY_USE_VRF, 2)),
            "key_event.op");
  Open(NewMemoryStore(contents_));
  EXPECT_EQ(Refused(WithHandle("after-a-restart", 1)), "handle_key");
}

TEST_F(PlatformKeysTest, ACorrectionStatesAHandleWhoseKeyIsGone) {
  ASSERT_EQ(Refused(Registration(1)), "");
  ASSERT_EQ(Refused(WithHandle("a", 1)), "");
  ASSERT_EQ(Refused(EventOf("d", v1::KEY_OP_DESTROYED, v1::KEY_USE_VRF, 1)),
            "");
  v1::Action correction;
  correction.set_kind(v1::KIND_CORRECTION);
  correction.set_puid("c");
  correction.set_taxonomy(202507);
  correction.add_about("a");
  *correction.mutable_corrected() = WithHandle("a", 1);
  correction.mutable_corrected()->set_application_date(19'999);
  v1::Action unknown = correction;
  unknown.mutable_corrected()->set_handle_key(2);
  EXPECT_EQ(Refused(unknown), "corrected.handle_key");
  EXPECT_EQ(Refused(correction), "");
}

TEST_F(PlatformKeysTest, AKeyIsRegisteredOnceAndByWhoHasIt) {
  ASSERT_EQ(Refused(Registration(1)), "");
  v1::Action again = Registration(1, 'l');
  again.set_puid("again");
  EXPECT_EQ(Refused(again), "key_event.number");
  EXPECT_EQ(Refused(Registration(2)), "key_event.public_key");
  EXPECT_EQ(Refused(Registration(1, 'k', "another"), "another"),
            "key_event.public_key");
  // A proof is for one log, one platform and one number.
  EXPECT_EQ(Refused(Registration(3, 'm', "another")), "key_event.proof");
  EXPECT_EQ(Refused(Registration(3, 'm', "example", "log.example/other")),
            "key_event.proof");
  v1::Action moved = Registration(3, 'm');
  moved.mutable_key_event()->set_number(4);
  EXPECT_EQ(Refused(moved), "key_event.proof");
  v1::Action stolen = Registration(3, 'm');
  stolen.mutable_key_event()->set_public_key(
      std::string(AsText(HandleKey('n').PublicKey().raw())));
  EXPECT_EQ(Refused(stolen), "key_event.proof");
  v1::Action none = Registration(3, 'm');
  none.mutable_key_event()->set_public_key("\x02" + std::string(32, '\xff'));
  EXPECT_EQ(Refused(none), "key_event.public_key");
  none.mutable_key_event()->set_use(v1::KEY_USE_SEAL);
  EXPECT_EQ(Refused(none), "key_event.public_key");
  EXPECT_EQ(Refused(Registration(3, 'm')), "");
}

TEST_F(PlatformKeysTest, AnEventIsOfAKeyThatIsRegistered) {
  EXPECT_EQ(Refused(EventOf("d", v1::KEY_OP_DESTROYED, v1::KEY_USE_VRF, 1)),
            "key_event.number");
  ASSERT_EQ(Refused(Registration(1)), "");
  EXPECT_EQ(Refused(EventOf("s", v1::KEY_OP_REVOKE, v1::KEY_USE_SEAL, 1)),
            "key_event.number");
  v1::Action with_key = EventOf("k", v1::KEY_OP_DESTROYED, v1::KEY_USE_VRF, 1);
  with_key.mutable_key_event()->set_public_key(std::string(33, '\2'));
  EXPECT_EQ(Refused(with_key), "key_event.public_key");
  v1::Action bare = EventOf("b", v1::KEY_OP_REGISTER, v1::KEY_USE_VRF, 1);
  EXPECT_EQ(Refused(bare), "key_event.public_key");
  bare.mutable_key_event()->clear_op();
  EXPECT_EQ(Refused(bare), "key_event.op");
  bare = EventOf("n", v1::KEY_OP_REGISTER, v1::KEY_USE_VRF, 0);
  EXPECT_EQ(Refused(bare), "key_event.number");
  bare.mutable_key_event()->set_number(kKeyNumberMax + 1);
  EXPECT_EQ(Refused(bare), "key_event.number");
  bare.mutable_key_event()->set_number(1);
  bare.mutable_key_event()->clear_use();
  EXPECT_EQ(Refused(bare), "key_event.use");
}

// The two uses are numbered apart.
TEST_F(PlatformKeysTest, AKeyForSealsIsNoKeyForHandles) {
  ASSERT_EQ(Refused(SealRegistration(1)), "");
  EXPECT_EQ(Refused(WithHandle("a", 1)), "handle_key");
  v1::Action forged = SealRegistration(2);
  forged.mutable_key_event()->mutable_proof()->back() ^= 1;
  EXPECT_EQ(Refused(forged), "key_event.proof");
  EXPECT_EQ(Refused(Registration(1)), "");
  EXPECT_EQ(Refused(WithHandle("b", 1)), "");
}

TEST_F(PlatformKeysTest, AnEventCountsForWhatFollowsItInTheBatchAndNotBefore) {
  const std::vector<std::string> actions = {
      EncodeAction(WithHandle("before", 1)), EncodeAction(Registration(1)),
      EncodeAction(WithHandle("after", 1)),
      EncodeAction(EventOf("d", v1::KEY_OP_DESTROYED, v1::KEY_USE_VRF, 1)),
      EncodeAction(WithHandle("late", 1))};
  const auto answer = AppendGroupOf(actions);
  ASSERT_TRUE(answer);
  using Outcome = ItemResult::Outcome;
  const Outcome want[] = {Outcome::kRefused, Outcome::kLogged, Outcome::kLogged,
                          Outcome::kLogged, Outcome::kRefused};
  for (size_t i = 0; i < actions.size(); ++i) {
    EXPECT_EQ(answer->items[i].outcome, want[i]) << i;
  }
}

// A group that falls as one must not leave its key behind.
TEST_F(PlatformKeysTest, AKeyOfAGroupThatFellIsNotRegistered) {
  v1::Action bad = TakedownMessage("bad");
  bad.set_policy_term(7);
  ASSERT_TRUE(AppendGroupOf({EncodeAction(Registration(1)), EncodeAction(bad)},
                            Atomicity::kAllOrNothing));
  EXPECT_EQ(Refused(WithHandle("a", 1)), "handle_key");
  EXPECT_EQ(Refused(Registration(1)), "");
}

}  // namespace
}  // namespace modlog::platform_keys_test
