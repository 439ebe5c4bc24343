#include "api/witnessing/rounds.h"

#include <algorithm>

namespace modlog {

Rounds::Rounds(const Policy* policy, RoundSettings settings)
    : policy_(policy),
      settings_(settings),
      votes_(policy->witnesses.size()),
      lines_(policy->witnesses.size()),
      confirmed_(policy->witnesses.size(), false) {
  for (const PolicyWitness& witness : policy->witnesses) {
    heard_.push_back(witness.url.empty());
  }
  ForgetVotes();
}

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

// Whether the target is not published yet, or without a cosignature of this
// round.
bool Rounds::IsNews() const {
  if (published_ == nullptr || published_->tree != target_->tree) return true;
  for (size_t i = 0; i < votes_.size(); ++i) {
    const Line& vote = votes_[i].signature;
    if (!vote) continue;
    if (!lines_[i] || lines_[i]->signature != vote->signature) return true;
  }
  return false;
}

// What there is to publish that was not yet: the first time that it may be, and
// again with each cosignature that comes later.
Rounds::Head Rounds::Compose(int64_t now_ms) const {
  if (!Quorum() && (settings_.hold_back || !Over(now_ms))) return {};
  if (!IsNews()) return {};
  const bool same_tree =
      published_ != nullptr && published_->tree == target_->tree;
  auto head = std::make_shared<SignedHead>(*target_);
  std::vector<bool> cosigned;
  for (size_t i = 0; i < votes_.size(); ++i) {
    const Line kept = same_tree ? lines_[i] : std::nullopt;
    const Line& line = votes_[i].signature ? votes_[i].signature : kept;
    if (line) head->checkpoint += FormatSignatureLine(*line);
    cosigned.push_back(line.has_value());
  }
  head->witnessed = QuorumReached(*policy_, cosigned) && !policy_->quorum_none;
  return head;
}

void Rounds::Published(Head head) {
  std::fill(lines_.begin(), lines_.end(), std::nullopt);
  const auto note = ParseNote(head->checkpoint);
  published_ = std::move(head);
  if (!note) return;
  for (size_t i = 0; i < lines_.size(); ++i) {
    const VerifierKey& key = policy_->witnesses[i].key;
    for (const NoteSignature& line : note->signatures) {
      if (line.name == key.name && line.key_id == key.id) lines_[i] = line;
    }
  }
}

void Rounds::ForgetVotes() {
  for (size_t i = 0; i < votes_.size(); ++i) {
    votes_[i] = {.signature = {}, .failed = policy_->witnesses[i].url.empty()};
  }
}

void Rounds::Begin(int64_t now_ms) {
  target_ = newest_;
  ++round_;
  began_ms_ = now_ms;
  ForgetVotes();
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
