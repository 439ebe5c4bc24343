#include "verifier/witness/witness.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <span>
#include <utility>

#include "verifier/witness/witness_key.h"

namespace modlog {
namespace {

// Compared for equality by other people's clients: no charset.
constexpr char kSizeType[] = "text/x.tlog.size";

WitnessAnswer Refuse(unsigned status, const std::string& why) {
  return {status, kPlain, why + "\n"};
}

WitnessAnswer OtherOld(const std::optional<TreeHead>& latest) {
  return {409, kSizeType, std::to_string(latest ? latest->size : 0) + "\n"};
}

uint64_t NowSeconds() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return static_cast<uint64_t>(std::max<int64_t>(
      1, std::chrono::duration_cast<std::chrono::seconds>(now).count()));
}

std::string HexOf(std::string_view origin) {
  return FormatHex(Sha256(AsBytes(origin)));
}

// The lines of the witness in a note that it made stand last.
std::string LastLineOf(std::string_view note) {
  const size_t before = note.rfind('\n', note.size() - 2);
  return std::string(note.substr(before + 1));
}

std::string_view TextOf(std::string_view note) {
  return note.substr(0, note.rfind("\n\n") + 1);
}

WitnessAnswer Cosigned(const SharedNote& note) {
  return {200, kPlain, LastLineOf(*note)};
}

// A key and the state belong together: with one of them gone nobody knows any
// more what was cosigned under that name.
Result<SignerKey> KeyFor(const std::string& directory, const State& state,
                         const std::optional<std::string>& name) {
  const std::string path = directory + "/witness.key";
  ASSIGN_OR_RETURN(auto key, LoadWitnessKey(path, name));
  if (key) return std::move(*key);
  if (!state.notes.empty()) {
    return Fail(Code::kNotFound,
                path + " is missing, but " + directory +
                    "/state tells of cosigned checkpoints: restore the key; a "
                    "new one would be another witness");
  }
  if (!name) {
    return Fail(Code::kNotFound,
                "a new witness needs a name: --name NAME, such as "
                "witness.example.org/w1");
  }
  return MakeWitnessKey(path, *name);
}

// A state is made before the key, so that a key without one tells of a loss.
Result<std::unique_ptr<StateFile>> OpenState(const std::string& directory) {
  const std::string path = directory + "/state";
  const std::string key = directory + "/witness.key";
  std::error_code error;
  if (!std::filesystem::exists(path, error) &&
      std::filesystem::exists(key, error)) {
    return Fail(Code::kNotFound,
                path +
                    " is missing, but there is a key: this witness no "
                    "longer knows what it has cosigned; bring the newest "
                    "state back, or start a new witness in another "
                    "directory");
  }
  return StateFile::Open(path);
}

}  // namespace

Result<std::unique_ptr<Witness>> Witness::Open(Options options) {
  ASSIGN_OR_RETURN(LockedDirectory directory,
                   LockedDirectory::Open(options.data_dir, "modlog-witness"));
  ASSIGN_OR_RETURN(auto file, OpenState(directory.path()));
  ASSIGN_OR_RETURN(SignerKey key,
                   KeyFor(directory.path(), file->state(), options.name));
  std::unique_ptr<Witness> witness(
      new Witness(std::move(options), std::move(directory), std::move(key)));
  RETURN_IF_ERROR(witness->Restore(file->state()));
  RETURN_IF_ERROR(witness->SetLogs(witness->options_.logs));
  ASSIGN_OR_RETURN(witness->evidence_,
                   Evidence::Open(witness->directory_.path() + "/evidence"));
  witness->commit_ = std::make_unique<GroupCommit>(std::move(file));
  return witness;
}

Witness::Witness(Options options, LockedDirectory directory, SignerKey key)
    : options_(std::move(options)),
      directory_(std::move(directory)),
      key_(std::move(key)) {}

namespace {

using KeysByOrigin = std::map<std::string, std::vector<VerifierKey>>;

Result<void> AddKey(const WitnessedLog& log, KeysByOrigin* logs) {
  std::vector<VerifierKey>& keys = (*logs)[log.origin];
  if (logs->size() > kWitnessedLogsMax) {
    return Fail(Code::kTooLarge,
                "more than " + std::to_string(kWitnessedLogsMax) + " logs");
  }
  const auto same = [&](const VerifierKey& key) {
    return key.key == log.key.key;
  };
  if (std::ranges::any_of(keys, same)) return {};
  if (keys.size() == kKeysPerLogMax) {
    return Fail(Code::kTooLarge, "more than " + std::to_string(kKeysPerLogMax) +
                                     " keys for " + Quote(log.origin));
  }
  keys.push_back(log.key);
  return {};
}

}  // namespace

Witness::Log& Witness::Known(const std::string& origin) {
  const auto [log, is_new] = logs_.try_emplace(origin);
  if (is_new) by_hash_[HexOf(origin)] = &log->first;
  return log->second;
}

Result<LogsChange> Witness::SetLogs(std::span<const WitnessedLog> logs) {
  KeysByOrigin wanted;
  for (const WitnessedLog& log : logs) RETURN_IF_ERROR(AddKey(log, &wanted));
  LogsChange change;
  const std::lock_guard lock(mutex_);
  size_t known = logs_.size();
  for (const auto& [origin, keys] : wanted) known += !logs_.contains(origin);
  if (known > std::max(kKnownLogsMax, logs_.size())) {
    return Fail(Code::kTooLarge, "more than " + std::to_string(kKnownLogsMax) +
                                     " logs came and went: start the witness "
                                     "again");
  }
  for (auto& [origin, log] : logs_) {
    if (log.keys == nullptr || wanted.contains(origin)) continue;
    log.keys = nullptr;
    change.removed.push_back(origin);
  }
  for (auto& [origin, keys] : wanted) {
    Log& log = Known(origin);
    if (log.keys == nullptr) change.added.push_back(origin);
    log.keys =
        std::make_shared<const std::vector<VerifierKey>>(std::move(keys));
  }
  return change;
}

size_t Witness::log_count() const {
  const std::lock_guard lock(mutex_);
  return logs_.size();
}

size_t Witness::served_count() const {
  const std::lock_guard lock(mutex_);
  return static_cast<size_t>(std::ranges::count_if(
      logs_, [](const auto& log) { return log.second.keys != nullptr; }));
}

std::pair<Witness::Log*, Witness::Keys> Witness::Find(
    const std::string& origin) {
  const std::lock_guard lock(mutex_);
  const auto found = logs_.find(origin);
  if (found == logs_.end()) return {nullptr, nullptr};
  return {&found->second, found->second.keys};
}

Result<void> Witness::Restore(const State& state) {
  for (const auto& [origin, note] : state.notes) {
    if (auto restored = RestoreLog(origin, note); !restored) {
      return Prefixed("state of " + Quote(origin), restored.error());
    }
  }
  return {};
}

Result<void> Witness::RestoreLog(const std::string& origin,
                                 const SharedNote& note) {
  const auto opened = OpenNote(*note, std::span(&key_.verifier, 1));
  if (!opened) {
    return Fail(Code::kUntrusted,
                "not cosigned by the key in " + directory_.path() +
                    "/witness.key: state and key are not of one witness (" +
                    opened.error().message + ")");
  }
  ASSIGN_OR_RETURN(const Checkpoint checkpoint,
                   ParseAnyCheckpoint(opened->note.text));
  Log& log = Known(origin);
  log.tree = checkpoint.tree;
  log.note = log.published = note;
  log.cosigned_at_s = opened->verified.front().time_s;
  return {};
}

void Witness::AddCheckpoint(std::string_view body, Done done) {
  auto request = ParseAddCheckpoint(body);
  if (!request) return done(Refuse(400, request.error().message));
  const auto [log, keys] = Find(request->checkpoint.origin);
  if (!keys) return done(Refuse(404, "unknown log"));
  auto lines = TrustedLines(request->note, *keys);
  if (!lines) return done(Refuse(403, lines.error().message));
  request->note.signatures = std::move(*lines);
  if (FormatNote(request->note).size() > kKeptNoteSizeMax) {
    return done(Refuse(400,
                       "checkpoint and signatures of the log have more "
                       "than " +
                           std::to_string(kKeptNoteSizeMax) + " bytes"));
  }
  Decision decision;
  {
    const std::lock_guard lock(mutex_);
    decision = Decide(*request, log);
  }
  if (decision.contradicted) KeepEvidence(*request, decision);
  AnswerWhenDurable(log, std::move(decision), std::move(done));
}

Witness::Decision Witness::Decide(const AddCheckpointRequest& request,
                                  Log* log) {
  // A refusal may tell of an update that is not durable yet, and waits for it.
  Decision refused;
  refused.ticket = log->ticket;
  switch (Judge(request, log->tree)) {
    case Judgement::kCosign:
      return Accept(request, log);
    case Judgement::kOldBeyondNew:
      refused.answer = Refuse(400, "old size is beyond the checkpoint's");
      return refused;
    case Judgement::kOtherOld:
      refused.answer = OtherOld(log->tree);
      return refused;
    case Judgement::kBadEmptyTree:
      refused.answer = Refuse(422,
                              "size 0 with a root that is not the empty "
                              "tree's");
      return refused;
    case Judgement::kProofFromZero:
      refused.answer = Refuse(422, "a proof from size 0, want none");
      return refused;
    case Judgement::kFork:
      refused.answer = Refuse(422, "another history of this log was cosigned");
      refused.is_fork = true;
      break;
    case Judgement::kInconsistent:
      refused.answer = Refuse(422, "the consistency proof does not hold");
      break;
  }
  refused.contradicted = log->note;
  return refused;
}

Witness::Decision Witness::Decided(WitnessAnswer answer,
                                   GroupCommit::Ticket ticket) {
  Decision decision;
  decision.answer = std::move(answer);
  decision.ticket = ticket;
  return decision;
}

Witness::Decision Witness::Accept(const AddCheckpointRequest& request,
                                  Log* log) {
  const uint64_t now_s = NowSeconds();
  // Anybody may repeat a log's checkpoint: that uses up nothing of what the log
  // may do, and costs a sync a second at most, because within a second the same
  // cosignature would come out.
  const bool is_repeated = log->note && TextOf(*log->note) == request.note.text;
  if (is_repeated && log->cosigned_at_s == now_s) {
    return Decided(Cosigned(log->note), log->ticket);
  }
  if (!is_repeated && !log->rate.Take(options_.updates_per_second,
                                      std::chrono::steady_clock::now())) {
    return Decided(Refuse(429, "too many updates of this log"), 0);
  }
  Note note = request.note;
  note.signatures.push_back(Cosign(note.text, key_, now_s));
  log->tree = request.checkpoint.tree;
  log->note = std::make_shared<const std::string>(FormatNote(note));
  log->cosigned_at_s = now_s;
  log->ticket = commit_->Add(log->note);
  Decision decision = Decided(Cosigned(log->note), log->ticket);
  decision.version = ++log->version;
  decision.cosigned = log->note;
  return decision;
}

void Witness::KeepEvidence(const AddCheckpointRequest& request,
                           const Decision& decision) {
  const auto kept =
      evidence_->Keep(request, *decision.contradicted, decision.is_fork);
  const std::string log = Quote(request.checkpoint.origin);
  if (!kept) {
    options_.warn("evidence against " + log +
                  " could not be kept: " + kept.error().message);
  } else if (kept->has_value()) {
    const std::string sizes = std::to_string(request.old_size) + " and " +
                              std::to_string(request.checkpoint.tree.size);
    options_.warn((decision.is_fork ? "fork: two histories of sizes " + sizes
                                    : "checkpoints of sizes " + sizes +
                                          " with a proof that does not hold,") +
                  " signed by " + log + ": kept in " + **kept);
  }
}

void Witness::Publish(Log* log, const Decision& decision) {
  const std::lock_guard lock(mutex_);
  if (decision.version <= log->published_version) return;
  log->published_version = decision.version;
  log->published = decision.cosigned;
}

void Witness::AnswerWhenDurable(Log* log, Decision decision, Done done) {
  const GroupCommit::Ticket ticket = decision.ticket;
  commit_->WhenDurable(ticket, [this, log, decision = std::move(decision),
                                done = std::move(done)](bool durable) {
    if (!durable) {
      return done(Refuse(503,
                         "what was cosigned cannot be stored: this "
                         "witness must be started again"));
    }
    if (decision.cosigned) Publish(log, decision);
    done(decision.answer);
  });
}

SharedNote Witness::LatestOf(std::string_view origin_hash) const {
  const std::lock_guard lock(mutex_);
  const auto origin = by_hash_.find(origin_hash);
  if (origin == by_hash_.end()) return nullptr;
  return logs_.find(*origin->second)->second.published;
}

std::vector<Witness::Row> Witness::Rows(size_t most) const {
  std::vector<Row> rows;
  const std::lock_guard lock(mutex_);
  for (const auto& [origin, log] : logs_) {
    if (rows.size() == most) break;
    rows.push_back({origin, log.published, log.keys != nullptr});
  }
  return rows;
}

}  // namespace modlog
