#include "verifier/witness/group_commit.h"

#include <utility>

namespace modlog {

GroupCommit::GroupCommit(std::unique_ptr<StateFile> file)
    : file_(std::move(file)), thread_([this] { Run(); }) {}

GroupCommit::~GroupCommit() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

GroupCommit::Ticket GroupCommit::Add(SharedNote note) {
  const std::lock_guard lock(mutex_);
  open_.notes.push_back(std::move(note));
  wake_.notify_one();
  return open_ticket_;
}

void GroupCommit::WhenDurable(Ticket ticket, Done done) {
  bool durable = false;
  {
    const std::lock_guard lock(mutex_);
    durable = ticket <= durable_;
    if (!durable && failure_.empty()) {
      BatchOf(ticket).waiting.push_back(std::move(done));
      return;
    }
  }
  done(durable);
}

std::string GroupCommit::failure() const {
  const std::lock_guard lock(mutex_);
  return failure_;
}

GroupCommit::Batch& GroupCommit::BatchOf(Ticket ticket) {
  MODLOG_CHECK(ticket <= open_ticket_, "a ticket comes from Add");
  return ticket == open_ticket_ ? open_ : written_;
}

void GroupCommit::Run() {
  std::unique_lock lock(mutex_);
  while (true) {
    wake_.wait(lock, [this] { return stopping_ || !open_.notes.empty(); });
    if (open_.notes.empty()) return;
    WriteOpenBatch(&lock);
  }
}

void GroupCommit::WriteOpenBatch(std::unique_lock<std::mutex>* lock) {
  written_ = std::exchange(open_, {});
  const Ticket ticket = open_ticket_++;
  const bool usable = failure_.empty();
  lock->unlock();
  const auto appended = usable ? file_->Append(written_.notes) : Result<void>();
  lock->lock();
  if (!appended) failure_ = appended.error().message;
  const bool durable = failure_.empty();
  if (durable) durable_ = ticket;
  // After a failure the next batch waits for nothing either.
  const auto waiting = std::exchange(written_.waiting, {});
  lock->unlock();
  for (const Done& done : waiting) done(durable);
  lock->lock();
}

}  // namespace modlog
