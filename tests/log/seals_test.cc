// If this failed, the log would take a signature for what the platform did not
// sign, or break the chain that shows that none of its entries was left out.

#include "log/records/seals.h"

#include <gtest/gtest.h>

#include <future>
#include <map>
#include <string>
#include <vector>

#include "log/rules/action_bytes.h"
#include "log/store/memory_store.h"
#include "tests/log/log_fixture.h"
#include "verifier/core/frontier.h"

namespace modlog::seals_test {
namespace {

using Actions = std::vector<std::string>;
using Outcome = ItemResult::Outcome;

Ed25519PrivateKey KeyOf(char seed) {
  return *Ed25519PrivateKey::FromSeed(AsBytes(std::string(32, seed)));
}

class SealsTest : public LogFixture {
 protected:
  void SetUp() override { Reopen(); }
  void Reopen() { Open(NewMemoryStore(contents_)); }

  std::string KeyEvent(v1::KeyOp op, uint32_t number, char seed,
                       std::string_view platform = "example") {
    v1::Action action;
    action.set_kind(v1::KIND_PLATFORM_KEY);
    action.set_puid("key-" + std::to_string(number) + "-" + std::to_string(op));
    action.set_taxonomy(202507);
    v1::KeyEvent* event = action.mutable_key_event();
    event->set_op(op);
    event->set_use(v1::KEY_USE_SEAL);
    event->set_number(number);
    if (op == v1::KEY_OP_REGISTER) {
      event->set_public_key(std::string(AsText(KeyOf(seed).PublicKey().raw())));
      event->set_proof(KeyOf(seed).Sign(
          AsBytes(KeyProofText(TestKey().verifier.name, platform, number))));
    }
    return EncodeAction(action);
  }

  Result<AppendAnswer> Send(const Actions& actions, std::string_view seal,
                            bool authenticated = true,
                            bool by_operator = false) {
    AppendGroup group;
    group.platform = "example";
    group.actions.assign(actions.begin(), actions.end());
    group.seal = seal;
    group.atomicity =
        seal.empty() ? Atomicity::kPerItem : Atomicity::kAllOrNothing;
    group.with_proofs = true;
    group.authenticated = authenticated;
    group.by_operator = by_operator;
    std::promise<Result<AppendAnswer>> promise;
    log_->Append(std::move(group), [&](Result<AppendAnswer> answer) {
      promise.set_value(std::move(answer));
    });
    return promise.get_future().get();
  }
  void Register(uint32_t number, char seed) {
    const auto answer = Send({KeyEvent(v1::KEY_OP_REGISTER, number, seed)}, "");
    ASSERT_TRUE(answer);
    ASSERT_EQ(answer->items[0].outcome, Outcome::kLogged)
        << answer->items[0].violations.at(0).description;
  }

  // A seal that continues where the platform stands.
  Seal NextSeal(const Actions& actions, uint32_t key = 1) {
    const auto status = *log_->ReadPlatform("example");
    Frontier frontier;
    for (const std::string& action : actions) {
      frontier.Append(HashSealedAction(action));
    }
    Seal seal{.before = status.actions,
              .count = static_cast<uint32_t>(actions.size()),
              .root = frontier.Root(),
              .previous = status.last_seal,
              .key = key};
    return seal;
  }
  std::string Signed(Seal seal, char seed = 'a',
                     std::string_view platform = "example") {
    SignSeal(KeyOf(seed), TestKey().verifier.name, platform, &seal);
    return EncodeSeal(seal);
  }
  std::string SealOver(const Actions& actions) {
    return Signed(NextSeal(actions));
  }

  void ExpectSealed(const Actions& actions) {
    const auto answer = Send(actions, SealOver(actions));
    ASSERT_TRUE(answer) << answer.error().message;
    ASSERT_TRUE(answer->seal);
    ASSERT_EQ(answer->seal->item.outcome, Outcome::kLogged);
  }
  // The seal is refused for this field, and nothing is appended.
  void ExpectRefused(const Actions& actions, const std::string& seal,
                     const std::string& field) {
    const uint64_t size = log_->signed_head()->tree.size;
    const auto answer = Send(actions, seal);
    ASSERT_TRUE(answer) << answer.error().message;
    ASSERT_TRUE(answer->seal);
    ASSERT_EQ(answer->seal->item.outcome, Outcome::kRefused) << field;
    const auto& violations = answer->seal->item.violations;
    ASSERT_FALSE(violations.empty());
    EXPECT_EQ(violations[0].field, field) << violations[0].description;
    EXPECT_EQ(log_->signed_head()->tree.size, size);
  }

  std::shared_ptr<MemoryContents> contents_ = NewMemoryContents();
};

TEST_F(SealsTest, ASealStandsRightBehindWhatItCovers) {
  Register(1, 'a');
  const Actions actions = {Takedown("a"), Takedown("b"), Takedown("c")};
  const std::string seal = SealOver(actions);
  const auto answer = Send(actions, seal);
  ASSERT_TRUE(answer) << answer.error().message;
  ASSERT_TRUE(answer->seal);
  const ItemResult& item = answer->seal->item;
  ASSERT_EQ(item.outcome, Outcome::kLogged);
  for (size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(answer->items[i].outcome, Outcome::kLogged);
    EXPECT_EQ(answer->items[i].index, 1 + i);
  }
  EXPECT_EQ(item.index, 4u);
  const std::string leaf = *log_->ReadLeaf(4);
  EXPECT_EQ(DecodeEntry(leaf)->seal, seal);
  EXPECT_TRUE(CheckInclusion(4, HashLeaf(AsBytes(leaf)), item.inclusion_path,
                             answer->head->tree));
}

TEST_F(SealsTest, EachSealContinuesTheLast) {
  Register(1, 'a');
  ExpectSealed({Takedown("a"), Takedown("b")});
  ExpectSealed({Takedown("c")});
  ASSERT_TRUE(Send({Takedown("d")}, ""));  // without a seal
  ExpectSealed({Takedown("e")});
  const auto status = *log_->ReadPlatform("example");
  EXPECT_EQ(status.actions, 6u);
  EXPECT_EQ(status.sealed, 4u);
  EXPECT_EQ(status.last_seal_entry, 8u);
}

TEST_F(SealsTest, AnotherPlatformsEntriesDoNotCount) {
  Register(1, 'a');
  ASSERT_TRUE(AppendGroupOf({Takedown("x")}, Atomicity::kPerItem, "other"));
  EXPECT_EQ(log_->ReadPlatform("example")->actions, 1u);
  EXPECT_EQ(log_->ReadPlatform("other")->actions, 1u);
  EXPECT_EQ(log_->ReadPlatform("nobody")->actions, 0u);
}

TEST_F(SealsTest, WhatTheSealSaysMustBeSo) {
  Register(1, 'a');
  ExpectSealed({Takedown("first")});
  const Actions actions = {Takedown("a"), Takedown("b")};
  const Seal good = NextSeal(actions);
  const auto but = [&](auto change) {
    Seal seal = good;
    change(seal);
    return Signed(seal);
  };
  ExpectRefused(actions, but([](Seal& s) { ++s.before; }), "seal.before");
  ExpectRefused(actions, but([](Seal& s) { --s.before; }), "seal.before");
  ExpectRefused(actions, but([](Seal& s) { s.count = 1; }), "seal.count");
  ExpectRefused(actions, but([](Seal& s) { s.root[5] ^= 1; }), "seal.root");
  ExpectRefused(actions, but([](Seal& s) { s.previous.reset(); }),
                "seal.previous");
  ExpectRefused(actions, but([](Seal& s) { (*s.previous)[0] ^= 1; }),
                "seal.previous");
  ExpectRefused(actions, but([](Seal& s) { s.key = 2; }), "seal.key");
  ExpectRefused(actions, Signed(good, 'b'), "seal.signature");
  ExpectRefused(actions, Signed(good, 'a', "other"), "seal.signature");
  ExpectRefused({actions[1], actions[0]}, Signed(good), "seal.root");
  ExpectRefused({actions[0]}, Signed(good), "seal.count");
  ExpectRefused(actions, Signed(good) + "x", "seal");
  ExpectRefused(actions, "nonsense", "seal");
  const auto answer = Send(actions, Signed(good));
  EXPECT_EQ(answer->seal->item.outcome, Outcome::kLogged) << "the good one";
}

TEST_F(SealsTest, ARefusalSaysHowTheNextSealIsMade) {
  Register(1, 'a');
  ExpectSealed({Takedown("first")});
  const Actions actions = {Takedown("a")};
  Seal stale = NextSeal(actions);
  const auto last = stale.previous;
  stale.before = 0;
  stale.previous.reset();
  const auto answer = Send(actions, Signed(stale));
  ASSERT_TRUE(answer->seal);
  EXPECT_EQ(answer->seal->before, 2u);
  EXPECT_EQ(answer->seal->previous, last);
  EXPECT_TRUE(answer->seal->known.empty());
}

TEST_F(SealsTest, AnItemThatStandsAlreadyRefusesTheBatchAndIsNamed) {
  Register(1, 'a');
  ASSERT_TRUE(Send({Takedown("b")}, ""));
  const Actions actions = {Takedown("a"), Takedown("b"), Takedown("c"),
                           Takedown("a")};
  const auto answer = Send(actions, SealOver(actions));
  ASSERT_TRUE(answer->seal);
  EXPECT_EQ(answer->seal->item.outcome, Outcome::kRefused);
  EXPECT_EQ(answer->seal->known, (std::vector<size_t>{1, 3}));
  EXPECT_EQ(log_->signed_head()->tree.size, 2u);
  ExpectSealed({actions[0], actions[2]});
}

TEST_F(SealsTest, ARefusedItemRefusesTheSealToo) {
  Register(1, 'a');
  const Actions actions = {Takedown("a"), Appeal("p", {"nowhere"})};
  const auto answer = Send(actions, SealOver(actions));
  ASSERT_TRUE(answer->seal);
  EXPECT_EQ(answer->seal->item.outcome, Outcome::kNotTried);
  EXPECT_EQ(answer->items[1].outcome, Outcome::kRefused);
  EXPECT_EQ(log_->signed_head()->tree.size, 1u);
  EXPECT_EQ(log_->ReadPlatform("example")->actions, 1u);
  ExpectSealed({Takedown("a")});
}

TEST_F(SealsTest, TheSameSealAgainAnswersAsTheFirstTime) {
  Register(1, 'a');
  const Actions actions = {Takedown("a"), Takedown("b")};
  const std::string seal = SealOver(actions);
  const auto first = Send(actions, seal);
  ExpectSealed({Takedown("c")});
  for (int round = 0; round < 2; ++round) {
    const auto again = Send(actions, seal);
    ASSERT_TRUE(again) << again.error().message;
    ASSERT_TRUE(again->seal);
    EXPECT_EQ(again->seal->item.outcome, Outcome::kDuplicate);
    EXPECT_EQ(again->seal->item.index, first->seal->item.index);
    EXPECT_EQ(again->seal->item.leaf_hash, first->seal->item.leaf_hash);
    EXPECT_EQ(again->seal->item.logged_at_ms, first->seal->item.logged_at_ms);
    EXPECT_EQ(again->items[1].outcome, Outcome::kDuplicate);
    EXPECT_EQ(again->items[1].index, first->items[1].index);
    Reopen();  // and after a restart
  }
  EXPECT_EQ(log_->signed_head()->tree.size, 6u);
}

TEST_F(SealsTest, ARetryIsAnsweredThoughTheKeyWasRevoked) {
  Register(1, 'a');
  const Actions actions = {Takedown("a")};
  const std::string seal = SealOver(actions);
  ASSERT_TRUE(Send(actions, seal));
  ASSERT_TRUE(Send({KeyEvent(v1::KEY_OP_REVOKE, 1, 'a')}, ""));
  EXPECT_EQ(Send(actions, seal)->seal->item.outcome, Outcome::kDuplicate);
  const Actions more = {Takedown("b")};
  ExpectRefused(more, SealOver(more), "seal.key");
}

TEST_F(SealsTest, AFurtherKeyNeedsASealOrTheOperator) {
  Register(1, 'a');
  const std::string next = KeyEvent(v1::KEY_OP_REGISTER, 2, 'b');
  const auto by_token = Send({next}, "");
  ASSERT_EQ(by_token->items[0].outcome, Outcome::kRefused);
  EXPECT_EQ(by_token->items[0].violations[0].field, "key_event");
  ExpectSealed({next});
  const Actions actions = {Takedown("a")};
  const auto answer = Send(actions, Signed(NextSeal(actions, 2), 'b'));
  EXPECT_EQ(answer->seal->item.outcome, Outcome::kLogged);
  const auto by_operator = Send({KeyEvent(v1::KEY_OP_REGISTER, 3, 'c')}, "",
                                true, /*by_operator=*/true);
  EXPECT_EQ(by_operator->items[0].outcome, Outcome::kLogged);
}

TEST_F(SealsTest, NobodyWithoutATokenSpeaksOfKeys) {
  const auto answer = Send({KeyEvent(v1::KEY_OP_REGISTER, 1, 'a')}, "",
                           /*authenticated=*/false);
  ASSERT_EQ(answer->items[0].outcome, Outcome::kRefused);
  EXPECT_EQ(answer->items[0].violations[0].field, "key_event");
}

TEST_F(SealsTest, TheKeysOfAPlatformAreTold) {
  Register(1, 'a');
  ASSERT_TRUE(Send({KeyEvent(v1::KEY_OP_REVOKE, 1, 'a')}, ""));
  Register(2, 'b');
  const auto keys = log_->ReadPlatform("example")->keys;
  ASSERT_EQ(keys.size(), 2u);
  EXPECT_EQ(keys[0].state, v1::KEY_OP_REVOKE);
  EXPECT_EQ(keys[0].since, 1u);
  EXPECT_EQ(keys[1].state, v1::KEY_OP_REGISTER);
  EXPECT_EQ(keys[1].since, 2u);
  EXPECT_EQ(keys[1].public_key, AsText(KeyOf('b').PublicKey().raw()));
}

TEST_F(SealsTest, AReceiptLeadsFromTheActionToTheSignature) {
  Register(1, 'a');
  Actions actions;
  for (int i = 0; i < 300; ++i) actions.push_back(Takedown(std::to_string(i)));
  ExpectSealed(actions);
  ExpectSealed({Takedown("later")});
  ASSERT_TRUE(Send({Takedown("unsealed")}, ""));
  for (const uint64_t index : {uint64_t{1}, uint64_t{150}, uint64_t{300}}) {
    const auto found = log_->ReadEntrySeal(index);
    ASSERT_TRUE(found && *found) << index;
    EXPECT_EQ((*found)->entry, 301u);
    const auto decoded = DecodeEntry((*found)->leaf);
    const auto seal = DecodeSeal(decoded->seal);
    EXPECT_TRUE(CheckInclusion(index - 1, HashSealedAction(actions[index - 1]),
                               (*found)->action_path,
                               {seal->count, seal->root}));
    EXPECT_EQ((*found)->public_key, AsText(KeyOf('a').PublicKey().raw()));
  }
  for (const uint64_t index : {uint64_t{0}, uint64_t{301}, uint64_t{304}}) {
    const auto found = log_->ReadEntrySeal(index);
    ASSERT_TRUE(found) << found.error().message;
    EXPECT_FALSE(*found) << index;
  }
}

TEST_F(SealsTest, ASealIsNoRecordThatCanBeReferredTo) {
  Register(1, 'a');
  ExpectSealed({Takedown("a")});
  EXPECT_FALSE(log_->ReadEntryLife(2));
  const auto payload = log_->ReadPayload(2);
  EXPECT_TRUE(!payload || payload->parts.empty());
}

TEST_F(SealsTest, ARedactedEntryStaysUnderItsSeal) {
  // The others of its batch would have no proof any more of who said them.
  Register(1, 'a');
  const Actions actions = {Takedown("a"), Takedown("b"), Takedown("c")};
  const std::string seal = SealOver(actions);
  ASSERT_TRUE(Send(actions, seal));
  const auto redact = [&](uint64_t index) {
    std::promise<Result<uint64_t>> redacted;
    log_->Redact({.index = index, .basis = 1}, [&](Result<uint64_t> entry) {
      redacted.set_value(std::move(entry));
    });
    return redacted.get_future().get();
  };
  ASSERT_TRUE(redact(2));
  EXPECT_EQ(redact(4).error().code, Code::kMalformed) << "the seal";
  EXPECT_EQ(redact(0).error().code, Code::kMalformed) << "the key";
  const auto found = log_->ReadEntrySeal(3);
  ASSERT_TRUE(found && *found);
  const auto decoded = DecodeEntry((*found)->leaf);
  const auto stated = DecodeSeal(decoded->seal);
  EXPECT_TRUE(CheckInclusion(2, HashSealedAction(actions[2]),
                             (*found)->action_path,
                             {stated->count, stated->root}));
  const auto again = Send(actions, seal);  // a retry is what it was
  ASSERT_TRUE(again && again->seal);
  EXPECT_EQ(again->seal->item.outcome, Outcome::kDuplicate);
  EXPECT_EQ(again->items[1].outcome, Outcome::kDuplicate);
  EXPECT_EQ(again->items[1].index, 2u);
  ExpectSealed({Takedown("d")});  // and the next seal continues it
}

}  // namespace
}  // namespace modlog::seals_test
