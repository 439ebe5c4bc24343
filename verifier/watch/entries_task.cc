#include "verifier/watch/entries_task.h"

#include <utility>

namespace modlog {

EntriesTask::EntriesTask(EntriesRequest request)
    : request_(std::move(request)), thread_([this] {
        Run();
        const std::lock_guard lock(mutex_);
        has_ended_ = true;
        ended_.notify_all();
      }) {}

EntriesTask::~EntriesTask() {
  stop_ = true;
  deadline_.Within(std::chrono::milliseconds(0));
}

bool EntriesTask::Wait(std::chrono::milliseconds time) {
  std::unique_lock lock(mutex_);
  return ended_.wait_for(lock, time, [this] { return has_ended_; });
}

EntriesProgress EntriesTask::progress() const {
  const std::lock_guard lock(mutex_);
  return progress_;
}

void EntriesTask::Run() {
  const auto source = request_.open(&deadline_);
  if (!source) {
    outcome_.opened = std::unexpected(source.error());
    return;
  }
  if (request_.before) {
    Source* const sources[] = {source->get()};
    outcome_.growth = Compare(request_.before->checkpoint.tree,
                              request_.now.checkpoint.tree, sources);
    const Agreement agreement = outcome_.growth->agreement;
    if (agreement == Agreement::kFork || agreement == Agreement::kUnknown) {
      return;
    }
  }
  switch (request_.extent) {
    case EntriesRequest::Extent::kGrowth:
      return;
    case EntriesRequest::Extent::kAll:
      return AuditAll(source->get());
    case EntriesRequest::Extent::kNew:
      if (outcome_.growth->agreement == Agreement::kTogether) {
        ReadEntries(source->get());
      }
  }
}

void EntriesTask::ReadEntries(Source* source) {
  outcome_.added =
      CheckNewEntries({.source = source,
                       .size_before = request_.before->checkpoint.tree.size,
                       .now = request_.now.checkpoint.tree,
                       .integrity_only = request_.integrity_only,
                       .threads = request_.threads,
                       .stop = &stop_});
  const auto& added = *outcome_.added;
  if (added && added->any_missing && request_.trusted.quorum) AuditAll(source);
}

// The audit recalls, compares and remembers by itself.
void EntriesTask::AuditAll(Source* source) {
  outcome_.noted = request_.note_audit();
  if (!outcome_.noted) return;
  AuditRequest audit;
  audit.source = source;
  audit.policy = request_.policy;
  audit.memory = request_.memory;
  audit.first_use = request_.first_use;
  audit.integrity_only = request_.integrity_only;
  audit.threads = request_.threads;
  audit.stop = &stop_;
  audit.progress = [this](const std::string& what, uint64_t done,
                          uint64_t total) {
    const std::lock_guard lock(mutex_);
    progress_ = {what, done, total};
  };
  outcome_.audit = Audit(audit);
}

}  // namespace modlog
