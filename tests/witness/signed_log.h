#ifndef MODLOG_TESTS_WITNESS_SIGNED_LOG_H_
#define MODLOG_TESTS_WITNESS_SIGNED_LOG_H_

// A log with a key and a naive tree, and what it would send to a witness.

#include <optional>
#include <string>
#include <vector>

#include "tests/verifier/keys.h"
#include "tests/verifier/naive_tree.h"
#include "verifier/core/checkpoint.h"
#include "verifier/witness/request.h"

namespace modlog {

class SignedLog {
 public:
  // Two logs with the same key are histories that fork from `fork_at` on where
  // their salts differ.
  SignedLog(const std::string& origin, uint64_t size, uint8_t seed = 1,
            uint64_t fork_at = 0, const std::string& salt = "")
      : key_(LogKey(origin, seed)), tree_(Leaves(size, fork_at, salt)) {}

  const SignerKey& key() const { return key_; }
  std::string vkey() const { return FormatVerifierKey(key_.verifier); }
  const std::string& origin() const { return key_.verifier.name; }
  std::string origin_hash() const {
    return FormatHex(Sha256(AsBytes(origin())));
  }
  uint64_t tree_size() const { return tree_.size(); }
  Hash Root(uint64_t size) const { return tree_.Mth(0, size); }
  std::vector<Hash> Proof(uint64_t old_size, uint64_t size) const {
    if (old_size == 0) return {};
    return tree_.Proof(old_size, size);
  }

  std::string Text(uint64_t size) const {
    return FormatCheckpoint({origin(), {size, Root(size)}});
  }
  std::string Signed(const std::string& text) const {
    return SignNote(text, std::span(&key_, 1));
  }
  std::string Note(uint64_t size) const { return Signed(Text(size)); }
  // The body of an honest add-checkpoint.
  std::string Body(uint64_t old_size, uint64_t size) const {
    return Body(old_size, Proof(old_size, size), Note(size));
  }

  // Any body at all.
  static std::string Body(uint64_t old_size, const std::vector<Hash>& proof,
                          const std::string& note) {
    std::string body = "old " + std::to_string(old_size) + "\n";
    for (const Hash& hash : proof) body += FormatBase64(hash) + "\n";
    return body + "\n" + note;
  }

 private:
  static NaiveTree Leaves(uint64_t size, uint64_t fork_at,
                          const std::string& salt) {
    std::vector<std::string> leaves;
    for (uint64_t i = 0; i < size; ++i) {
      leaves.push_back("entry " + std::to_string(i) +
                       (i >= fork_at ? salt : ""));
    }
    return NaiveTree(std::move(leaves));
  }

  SignerKey key_;
  NaiveTree tree_;
};

}  // namespace modlog

#endif  // MODLOG_TESTS_WITNESS_SIGNED_LOG_H_
