#include "tests/agreement/chain_log.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <future>

#include "log/rules/action_bytes.h"
#include "log/store/memory_store.h"
#include "log/write/admission.h"
#include "verifier/core/entry.h"
#include "verifier/core/frontier.h"

namespace modlog {
namespace {

constexpr int64_t kChainTimeMs = int64_t{kChainDay} * 86'400'000;

// The mark of what was signed is synced with every append: where there is a
// file system in memory, it lies there.
std::string MakeDirectory() {
  const std::filesystem::path memory = "/dev/shm";
  const bool usable = ::access(memory.c_str(), W_OK) == 0;
  std::string name =
      ((usable ? memory : std::filesystem::temp_directory_path()) /
       "modlog-agreement-XXXXXX")
          .string();
  EXPECT_NE(::mkdtemp(name.data()), nullptr) << name;
  return name;
}

SignerKey ChainLogKey() {
  return *MakeSignerKey(kChainOrigin, SignatureType::kEd25519,
                        *Ed25519PrivateKey::FromSeed(
                            AsBytes("0123456789abcdef0123456789abcdef")));
}

std::string ChainLeaf(const std::string& platform, std::string_view body,
                      EntryBody kind = EntryBody::kAction) {
  std::string leaf;
  AppendLeaf(EncodeEntryHeader(kChainTimeMs, platform), body, &leaf, kind);
  return leaf;
}

// Waits for what is told once.
template <typename T>
class Awaited {
 public:
  auto Done() {
    return [this](Result<T> result) { promise_.set_value(std::move(result)); };
  }
  Result<T> Get() { return promise_.get_future().get(); }

 private:
  std::promise<Result<T>> promise_;
};

}  // namespace

class ChainLog::TestClock final : public Clock {
 public:
  int64_t WallMs() override { return kChainTimeMs; }
  int64_t MonotonicMs() override { return 5'000; }
};

ChainLog::ChainLog()
    : directory_(MakeDirectory()), clock_(std::make_unique<TestClock>()) {
  auto log = Log::Open({.data_dir = directory_,
                        .key = ChainLogKey(),
                        .clock = clock_.get(),
                        .erasures = {.look_every = std::chrono::hours(24)}},
                       NewMemoryStore());
  EXPECT_TRUE(log) << log.error().message;
  log_ = *std::move(log);
}

ChainLog::~ChainLog() {
  log_.reset();
  std::filesystem::remove_all(directory_);
}

uint64_t ChainLog::size() const { return log_->signed_head()->tree.size; }

void ChainLog::Begin() {
  chain_ = {};
  chain_.first = size();
  // Room for what was refused at the end of the chain before.
  std::vector<v1::Action> others(6);
  for (size_t i = 0; i < others.size(); ++i) {
    others[i].set_kind(v1::KIND_NO_ACTION);
    others[i].set_puid("n" + std::to_string(size() + i));
    others[i].set_taxonomy(202507);
    others[i].set_subject_kind(v1::SUBJECT_KIND_ITEM);
  }
  if (size() > 0) {
    ChainStep step;
    step.platform = "nobody";
    step.actions = std::move(others);
    Append(step);
  }
  chain_ = {};
  chain_.first = size();
}

void ChainLog::Take(ChainStep step) {
  switch (step.via) {
    case ChainStep::Via::kAppend:
    case ChainStep::Via::kSeal:
      return Append(step);
    case ChainStep::Via::kErase:
      return Erase(step);
    case ChainStep::Via::kRedact:
      return Redact(step);
    case ChainStep::Via::kEnd:
      return End();
  }
}

void ChainLog::Append(const ChainStep& step) {
  std::vector<std::string> actions;
  for (const v1::Action& action : step.actions) {
    actions.push_back(EncodeAction(action));
  }
  const std::string seal = step.seal ? EncodeSeal(*step.seal) : "";
  AppendGroup group;
  group.platform = step.platform;
  group.actions.assign(actions.begin(), actions.end());
  group.seal = seal;
  group.atomicity = Atomicity::kAllOrNothing;
  group.authenticated = true;
  group.by_operator = step.by_operator;
  group.by_log = step.platform.empty();
  // A TERM comes with its text, which for these tests is its own number.
  std::vector<std::string> payloads;
  for (const v1::Action& action : step.actions) {
    v1::Payload payload;
    if (action.has_term()) {
      payload.set_term_text("term " + std::to_string(action.term().number()));
    }
    payloads.push_back(payload.SerializeAsString());
  }
  group.payloads.assign(payloads.begin(), payloads.end());
  Awaited<AppendAnswer> answered;
  log_->Append(std::move(group), answered.Done());
  const auto answer = answered.Get();
  if (!answer) return Refuse(step, seal, {}, answer.error().message);
  std::vector<Violation> violations;
  bool logged = true;
  bool conflict = false;
  for (const ItemResult& item : answer->items) {
    logged = logged && item.outcome == ItemResult::Outcome::kLogged;
    conflict = conflict || item.outcome == ItemResult::Outcome::kConflict;
    violations.insert(violations.end(), item.violations.begin(),
                      item.violations.end());
  }
  if (answer->seal) {
    const ItemResult& item = answer->seal->item;
    violations.insert(violations.end(), item.violations.begin(),
                      item.violations.end());
    for (size_t i = 0; i < answer->seal->known.size(); ++i) {
      violations.push_back({"seal", "covers an item that is known already"});
    }
    logged = logged && item.outcome == ItemResult::Outcome::kLogged;
  }
  if (conflict) violations.push_back({"puid", "is that of another entry"});
  // Nothing wrong: new entries, or items that stand already.
  if (logged || violations.empty()) return ReadNew();
  Refuse(step, seal, std::move(violations), "");
}

void ChainLog::Refuse(const ChainStep& step, const std::string& seal,
                      std::vector<Violation> violations, std::string error) {
  RefusedStep refused;
  refused.at = size();
  refused.violations = std::move(violations);
  refused.error = std::move(error);
  for (const v1::Action& action : step.actions) {
    refused.forced.push_back({ChainLeaf(step.platform, EncodeAction(action))});
  }
  if (!seal.empty()) {
    refused.forced.push_back(
        {ChainLeaf(step.platform, seal, EntryBody::kSeal)});
  }
  chain_.refused.push_back(std::move(refused));
}

void ChainLog::Erase(const ChainStep& step) {
  Awaited<EraseOutcome> answered;
  log_->Erase(step.erase, answered.Done());
  (void)answered.Get();  // what is refused is tried by hand, as an entry
  ReadNew();
}

void ChainLog::Redact(const ChainStep& step) {
  Awaited<uint64_t> answered;
  log_->Redact(step.redact, answered.Done());
  const auto entry = answered.Get();
  ReadNew();
  if (!entry || step.redact.index < chain_.first) return;
  chain_.entries[step.redact.index - chain_.first].redacted = true;
}

void ChainLog::End() {
  const SignerKey next = *MakeSignerKey(
      "next.example/log", SignatureType::kEd25519,
      *Ed25519PrivateKey::FromSeed(AsBytes(std::string(32, 'n'))));
  Awaited<uint64_t> answered;
  log_->Freeze(next.verifier, answered.Done());
  const auto entry = answered.Get();
  EXPECT_TRUE(entry) << entry.error().message;
  ReadNew();
  ended_ = true;
}

// What the log has published since.
void ChainLog::ReadNew() {
  for (uint64_t index = chain_.end(); index < size(); ++index) {
    const auto leaf = log_->ReadLeaf(index);
    ASSERT_TRUE(leaf) << leaf.error().message;
    const auto decoded = DecodeEntry(*leaf);
    ASSERT_TRUE(decoded) << decoded.error().message;
    ChainEntry entry;
    entry.index = index;
    entry.platform = decoded->platform;
    entry.is_seal = decoded->is_seal();
    entry.leaf = *leaf;
    if (!entry.is_seal) {
      ASSERT_TRUE(entry.action.ParseFromString(std::string(decoded->action)));
    }
    chain_.entries.push_back(std::move(entry));
  }
}

Ed25519PrivateKey ChainLog::SealKeyOf(const std::string& platform,
                                      uint32_t number) {
  const Hash seed = Sha256(AsBytes(platform + "/" + std::to_string(number)));
  return *Ed25519PrivateKey::FromSeed(Bytes(seed));
}

Seal ChainLog::FittingSeal(const std::string& platform, uint32_t key,
                           const std::vector<v1::Action>& actions) const {
  Frontier tree;
  for (const v1::Action& action : actions) {
    tree.Append(HashSealedAction(EncodeAction(action)));
  }
  const auto status = log_->ReadPlatform(platform);
  Seal seal;
  if (status) {
    seal.before = status->actions;
    seal.previous = status->last_seal;
  }
  seal.count = static_cast<uint32_t>(actions.size());
  seal.root = tree.Root();
  seal.key = key;
  return seal;
}

}  // namespace modlog
