#include "api/witnessing/rounds.h"

#include <algorithm>

namespace modlog {

void Rounds::Cosigned(size_t witness, uint64_t round, NoteSignature signature) {
  Confirm(witness);
  if (round != round_) return;
  votes_[witness] = {.signature = std::move(signature), .failed = false};
}

void Rounds::Failed(size_t witness, uint64_t round) {
  heard_[witness] = true;
  if (round == round_) votes_[witness].failed = true;
}

void Rounds::Confirm(size_t witness) {
  heard_[witness] = true;
  confirmed_[witness] = true;
}

bool Rounds::Confirmed() const {
  if (QuorumReached(*policy_, confirmed_)) return true;
  return !settings_.hold_back &&
         std::find(heard_.begin(), heard_.end(), false) == heard_.end();
}

bool Rounds::Quorum() const {
  std::vector<bool> cosigned;
  for (const Vote& vote : votes_)
    cosigned.push_back(vote.signature.has_value());
  return QuorumReached(*policy_, cosigned);
}

bool Rounds::AllAnswered() const {
  return std::all_of(votes_.begin(), votes_.end(), [](const Vote& vote) {
    return vote.signature.has_value() || vote.failed;
  });
}

bool Rounds::Over(int64_t now_ms) const {
  return target_ == nullptr || Quorum() || AllAnswered() ||
         now_ms - began_ms_ >= settings_.give_up_ms;
}

bool Rounds::NextIsDue(int64_t now_ms) const {
  if (newest_ == nullptr || newest_->tree.size == 0) return false;
  if (target_ == nullptr) return true;
  if (!Over(now_ms)) return false;
  const bool grown = newest_->tree.size > target_->tree.size;
  return now_ms - began_ms_ >=
         (grown ? settings_.interval_ms : settings_.refresh_ms);
}

// What there is to publish that was not yet: the first time that it may be, and
// again with each cosignature that comes later.
Rounds::Head Rounds::Compose(int64_t now_ms) {
  const bool quorum = Quorum();
  const bool same_tree =
      published_ != nullptr && published_->tree == target_->tree;
  // A tree that was published already is not shown again with less.
  if (!quorum && (settings_.hold_back || !Over(now_ms) || same_tree)) return {};
  auto head = std::make_shared<SignedHead>(*target_);
  size_t votes = 0;
  for (const Vote& vote : votes_) {
    if (!vote.signature) continue;
    head->checkpoint += FormatSignatureLine(*vote.signature);
    ++votes;
  }
  if (same_tree && votes <= votes_published_) return {};
  head->witnessed = quorum && !policy_->quorum_none;
  votes_published_ = votes;
  published_ = head;
  return head;
}

void Rounds::Begin(int64_t now_ms) {
  target_ = newest_;
  ++round_;
  began_ms_ = now_ms;
  std::fill(votes_.begin(), votes_.end(), Vote());
  votes_published_ = 0;
}

Rounds::Head Rounds::Advance(int64_t now_ms) {
  Head composed = target_ == nullptr ? nullptr : Compose(now_ms);
  if (NextIsDue(now_ms)) Begin(now_ms);
  return composed;
}

int64_t Rounds::DueAt(int64_t now_ms) const {
  if (target_ == nullptr) return now_ms + settings_.refresh_ms;
  if (!Over(now_ms)) return began_ms_ + settings_.give_up_ms;
  const bool grown = newest_->tree.size > target_->tree.size;
  return began_ms_ + (grown ? settings_.interval_ms : settings_.refresh_ms);
}

}  // namespace modlog
