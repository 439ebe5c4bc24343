#include "log/write/writer.h"

#include <future>
#include <utility>

#include "log/records/seals.h"
#include "log/records/succession.h"
#include "log/rules/limits.h"
#include "log/write/admission.h"
#include "verifier/core/entry.h"

namespace modlog {
namespace {

// Where an entry of the log's own stands, from what was answered.
Result<uint64_t> IndexOfOwn(const Result<AppendAnswer>& answer) {
  if (!answer) return std::unexpected(answer.error());
  const ItemResult& item = answer->items.front();
  if (item.outcome == ItemResult::Outcome::kLogged) return item.index;
  return Fail(Code::kMalformed,
              "the log refused an entry of its own" +
                  (item.violations.empty()
                       ? std::string()
                       : ": " + item.violations.front().field + " " +
                             item.violations.front().description));
}

}  // namespace

Writer::Writer(WriterParts parts) : parts_(std::move(parts)) {
  thread_ = std::thread([this] { Run(); });
}

Writer::~Writer() {
  queue_.Close();
  thread_.join();
}

void Writer::Append(AppendGroup group, AppendDone done) {
  if (auto fit = CheckGroup(group); !fit) {
    return done(std::unexpected(fit.error()));
  }
  Enqueue(std::move(group), std::move(done));
}

Result<void> Writer::CheckGroup(const AppendGroup& group) const {
  RETURN_IF_ERROR(parts_.state->CheckTakes());
  const bool own = group.by_log && group.platform.empty();
  if (!own && !IsPlatformName(group.platform)) {
    return Fail(Code::kMalformed,
                "platform must match ^[a-z0-9][a-z0-9.-]{0,63}$");
  }
  if (group.actions.empty() || group.actions.size() > kGroupItemsMax) {
    return Fail(Code::kTooLarge,
                "a group has " + std::to_string(group.actions.size()) +
                    " items, want 1.." + std::to_string(kGroupItemsMax));
  }
  if (!group.payloads.empty() &&
      group.payloads.size() != group.actions.size()) {
    return Fail(Code::kMalformed, "a group has " +
                                      std::to_string(group.payloads.size()) +
                                      " payloads, want none or " +
                                      std::to_string(group.actions.size()));
  }
  if (!group.seal.empty() && group.atomicity != Atomicity::kAllOrNothing) {
    return Fail(Code::kMalformed, "a sealed group is all or nothing");
  }
  return {};
}

// Judges each action, on the caller's thread, and queues the group. Dates are
// not held against a clock that is not believed: a refusal would be for good.
void Writer::Enqueue(AppendGroup group, AppendDone done) {
  PendingGroup pending;
  pending.admitted.reserve(group.actions.size());
  const Result<int64_t> now = parts_.time->Now();
  const int64_t now_ms = now.value_or(parts_.clock->WallMs());
  for (size_t i = 0; i < group.actions.size(); ++i) {
    const std::string_view action = group.actions[i];
    const std::string_view payload =
        group.payloads.empty() ? std::string_view() : group.payloads[i];
    pending.admitted.push_back(Admit(group.platform, action, now_ms, payload,
                                     parts_.terms, parts_.origin));
    pending.bytes += action.size() + payload.size();
    if (!now && !pending.admitted.back()) {
      return done(std::unexpected(now.error()));
    }
  }
  pending.group = std::move(group);
  pending.done = std::move(done);
  if (auto admitted = AdmitGroupSeal(&pending); !admitted) {
    return pending.done(std::unexpected(admitted.error()));
  }
  if (auto pushed = queue_.Push(pending); !pushed) {
    pending.done(std::unexpected(pushed.error()));
  }
}

// Judges the seal of a group, so that only counts and chain are left.
Result<void> Writer::AdmitGroupSeal(PendingGroup* pending) {
  const AppendGroup& group = pending->group;
  if (group.seal.empty()) return {};
  ASSIGN_OR_RETURN(auto admitted,
                   AdmitSeal(group.seal, group.actions, parts_.origin,
                             group.platform, RowsView(parts_.store)));
  if (admitted.has_value()) {
    pending->seal = *std::move(admitted);
  } else {
    pending->seal_violations = std::move(admitted.error());
  }
  return {};
}

void Writer::AppendFirst(const std::string& action,
                         std::function<void(const Result<uint64_t>&)> done) {
  AppendGroup group;
  group.by_log = true;
  group.actions = {action};
  Enqueue(std::move(group),
          [done = std::move(done)](const Result<AppendAnswer>& answer) {
            done(IndexOfOwn(answer));
          });
}

Result<uint64_t> Writer::AppendFirst(const std::string& action) {
  return AppendAndWait({}, action);
}

Result<uint64_t> Writer::AppendOwn(const std::string& action) {
  AppendGroup group;
  ASSIGN_OR_RETURN(group.anyhow, parts_.state->CheckTakesOwn());
  return AppendAndWait(std::move(group), action);
}

Result<uint64_t> Writer::AppendAndWait(AppendGroup group,
                                       const std::string& action) {
  group.by_log = true;
  group.actions = {action};
  std::promise<Result<uint64_t>> promise;
  Enqueue(std::move(group), [&promise](const Result<AppendAnswer>& answer) {
    promise.set_value(IndexOfOwn(answer));
  });
  return promise.get_future().get();
}

// The thread learns that the log has ended before it takes up anything else:
// told by whoever waits here, it might take an entry behind the last one.
Result<uint64_t> Writer::AppendLast(const VerifierKey& successor) {
  const std::string vkey = FormatVerifierKey(successor);
  ASSIGN_OR_RETURN(const bool known, parts_.state->HasEndedFor(vkey));
  if (known) return parts_.heads->signed_head()->tree.size - 1;
  const std::string action = MakeSucceededBy(successor);
  AppendGroup group;
  group.by_log = true;
  group.anyhow = true;
  group.last = true;
  group.actions = {action};
  std::promise<Result<uint64_t>> promise;
  Enqueue(std::move(group), [&](const Result<AppendAnswer>& answer) {
    auto index = IndexOfOwn(answer);
    if (index) parts_.state->Ended(vkey);
    promise.set_value(std::move(index));
  });
  return promise.get_future().get();
}

void Writer::Run() {
  while (true) {
    std::vector<PendingGroup> groups = queue_.Pop(kBatchItemsMax);
    if (groups.empty()) return;
    if (!parts_.state->MaySign()) {
      RefuseAll(std::move(groups));
      continue;
    }
    if (Sequence(std::move(groups))) continue;
    parts_.heads->Committed(parts_.sequencer->committed());
    break;
  }
  queue_.Close();
  while (true) {
    std::vector<PendingGroup> groups = queue_.Pop(kBatchItemsMax);
    if (groups.empty()) return;
    RefuseAll(std::move(groups));
  }
}

// What ends the log comes behind all that waits beside it.
Result<void> Writer::Sequence(std::vector<PendingGroup> groups) {
  std::vector<PendingGroup> ending;
  for (PendingGroup& group : groups) {
    if (group.group.anyhow) ending.push_back(std::move(group));
  }
  std::erase_if(groups, [](const PendingGroup& g) { return g.group.anyhow; });
  for (auto* part : {&groups, &ending}) {
    if (part->empty()) continue;
    if (parts_.state->HasEnded()) {
      RefuseAll(std::move(*part));
      continue;
    }
    const auto time =
        part == &groups ? Sequencer::Time::kNext : Sequencer::Time::kAnyhow;
    if (auto done = parts_.sequencer->SequenceOnce(std::move(*part), time);
        !done) {
      if (part == &groups) RefuseAll(std::move(ending));
      return done;
    }
  }
  return {};
}

// Tells everybody who waits that nothing of theirs was written.
void Writer::RefuseAll(std::vector<PendingGroup> groups) const {
  const Code code =
      parts_.state->HasEnded() ? Code::kConflict : Code::kUnavailable;
  const std::string why = parts_.state->reason();
  for (PendingGroup& group : groups) {
    group.done(Fail(code, "nothing is appended any more: " + why));
  }
}

}  // namespace modlog
