#ifndef MODLOG_TESTS_WITNESSING_SCRIPTED_WITNESS_H_
#define MODLOG_TESTS_WITNESSING_SCRIPTED_WITNESS_H_

// A witness over real HTTP that does as the specification says, and departs
// from it as it is told: what witnesses in the world do, and what liars might.
// As most of them it shows nothing to readers.

#include <microhttpd.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>

#include "verifier/core/merkle.h"
#include "verifier/core/policy.h"

namespace modlog {

class ScriptedWitness {
 public:
  struct Answer {
    unsigned status = 200;
    std::string body = {};
    std::string content_type = "text/plain; charset=utf-8";
  };

  ScriptedWitness(const std::string& name, char seed);
  ~ScriptedWitness();

  // Under this name in a policy.
  PolicyWitness InPolicy() const;

  // What it answers instead, until cleared; nothing: as the specification says.
  using Script = std::function<std::optional<Answer>(const std::string& path,
                                                     const std::string& body)>;
  void SetScript(Script script);
  // Its state, as after another's update of the same log.
  void SetHead(const TreeHead& head);
  TreeHead head();

  int requests() const { return requests_; }
  // A cosignature over the checkpoint in a request's body.
  std::string CosignBody(const std::string& body, const SignerKey& key) const;
  const SignerKey& key() const { return key_; }

  Answer Handle(const std::string& path, const std::string& body);

 private:
  Answer AddCheckpoint(const std::string& body);

  const std::string name_;
  const SignerKey key_;
  std::mutex mutex_;
  Script script_;
  TreeHead head_;
  std::atomic<int> requests_ = 0;
  MHD_Daemon* daemon_ = nullptr;
};

}  // namespace modlog

#endif  // MODLOG_TESTS_WITNESSING_SCRIPTED_WITNESS_H_
