#include "tests/crash/oracle.h"

#include "absl/strings/str_cat.h"

namespace modlog {

Oracle::Oracle(const VerifierKey& key) {
  policy_.logs.push_back({.key = key, .url = {}});
}

Result<TreeHead> Oracle::Saw(const std::string& checkpoint) {
  absl::MutexLock lock(&mutex_);
  if (!checkpoint.empty() && checkpoint == last_note_) return last_head_;
  ASSIGN_OR_RETURN(const TrustedCheckpoint trusted,
                   OpenCheckpoint(checkpoint, policy_));
  const TreeHead& tree = trusted.checkpoint.tree;
  const auto [at, is_new] = roots_.try_emplace(tree.size, tree.root);
  if (at->second != tree.root) {
    return Fail(Code::kConflict,
                absl::StrCat("two signed roots for size ", tree.size));
  }
  if (is_new) recent_.heads.push_back(tree);
  last_note_ = checkpoint;
  last_head_ = tree;
  return tree;
}

Result<void> Oracle::Acknowledged(Promise promise) {
  absl::MutexLock lock(&mutex_);
  if (!promised_.try_emplace(promise.index, promise.leaf_hash).second) {
    return Fail(Code::kConflict, absl::StrCat("index ", promise.index,
                                              " was promised to two entries"));
  }
  recent_.promises.push_back(std::move(promise));
  return {};
}

uint64_t Oracle::entries() const {
  absl::MutexLock lock(&mutex_);
  return promised_.size();
}

uint64_t Oracle::checkpoints() const {
  absl::MutexLock lock(&mutex_);
  return roots_.size();
}

std::map<uint64_t, Hash> Oracle::Promised() const {
  absl::MutexLock lock(&mutex_);
  return promised_;
}

std::vector<TreeHead> Oracle::Heads() const {
  absl::MutexLock lock(&mutex_);
  std::vector<TreeHead> heads;
  heads.reserve(roots_.size());
  for (const auto& [size, root] : roots_) heads.push_back({size, root});
  return heads;
}

Oracle::Recent Oracle::TakeRecent() {
  absl::MutexLock lock(&mutex_);
  return std::exchange(recent_, {});
}

}  // namespace modlog
