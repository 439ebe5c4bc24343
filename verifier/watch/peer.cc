#include "verifier/watch/peer.h"

#include <algorithm>

#include "verifier/base/words.h"
#include "verifier/source/http_address.h"
#include "verifier/source/inputs.h"
#include "verifier/source/trust.h"

namespace modlog {
namespace {

bool IsAddress(const std::string& target) {
  return target.find("://") != std::string::npos;
}

bool IsByKeyOf(const NoteSignature& line, const Policy& policy) {
  const auto is_by = [&line](const VerifierKey& key) {
    return line.name == key.name && line.key_id == key.id;
  };
  return std::ranges::any_of(policy.logs, is_by, &PolicyLog::key) ||
         std::ranges::any_of(policy.witnesses, is_by, &PolicyWitness::key);
}

// A peer may add as many lines as a note can hold, and evidence would carry
// them. REQUIRES: the note verified.
std::string WithoutUnknownLines(const std::string& text, const Policy& policy) {
  Note note = ParseNote(text).value();
  std::erase_if(note.signatures, [&policy](const NoteSignature& line) {
    return !IsByKeyOf(line, policy);
  });
  return FormatNote(note);
}

UrlSourceOptions PeerOptions(const std::atomic<bool>* stop,
                             const Deadline* deadline) {
  UrlSourceOptions options;
  options.parallel = 4;
  options.attempts = 2;
  options.connect_timeout_ms = kPeerTimeMs / 2;
  options.stall_timeout_s = kPeerTimeMs / 2'000;
  options.transfer_timeout_ms = kPeerTimeMs;
  options.patience.at_most = std::chrono::milliseconds(2 * kPeerTimeMs + 1'000);
  options.stop = stop;
  options.deadline = deadline;
  return options;
}

}  // namespace

std::string_view PeerKindName(PeerKind kind) {
  switch (kind) {
    case PeerKind::kWitness:
      return "witness";
    case PeerKind::kMirror:
      return "mirror";
    case PeerKind::kWatcher:
      return "watcher";
  }
  return "peer";
}

std::vector<Peer> WitnessesOf(const Policy& policy) {
  std::vector<Peer> peers;
  for (size_t i = 0; i < policy.witnesses.size(); ++i) {
    const PolicyWitness& witness = policy.witnesses[i];
    // A policy may come from elsewhere: it names no files of this machine.
    const std::string target = IsAddress(witness.url) ? witness.url : "";
    peers.push_back({PeerKind::kWitness, witness.name, target, i, false});
  }
  return peers;
}

Result<void> UseMonitoring(const std::string& argument, const Policy& policy,
                           std::vector<Peer>* witnesses) {
  // A verifier key may have '=' at its end, an address anywhere.
  for (Peer& peer : *witnesses) {
    const PolicyWitness& witness = policy.witnesses[peer.witness];
    for (const std::string& name :
         {witness.name, FormatVerifierKey(witness.key)}) {
      if (!argument.starts_with(name + "=")) continue;
      const std::string target = argument.substr(name.size() + 1);
      Peer parsed;
      if (target != "none") {
        ASSIGN_OR_RETURN(parsed, ParsePeer(PeerKind::kWitness, target));
      }
      peer.target = parsed.target;
      peer.shows_nothing = target == "none";
      return {};
    }
  }
  return Fail(Code::kNotFound,
              "want NAME=URL with the name or verifier key of a witness of the "
              "policy, not " +
                  Quoted(argument));
}

Result<Peer> ParsePeer(PeerKind kind, const std::string& target) {
  if (target.empty()) return Fail(Code::kMalformed, "an empty address");
  if (!IsAddress(target)) return Peer{kind, target, target, 0, false};
  ASSIGN_OR_RETURN(const HttpAddress address, ParseHttpAddress(target));
  return Peer{kind, address.name, target, 0, false};
}

std::string SightingPath(const std::string& origin) {
  return FormatHex(Sha256(AsBytes(origin))) + "/checkpoint";
}

Result<Sighting> FetchSighting(std::unique_ptr<Source> source,
                               const std::string& path,
                               const std::string& origin,
                               const Policy& policy) {
  std::string note;
  RETURN_IF_ERROR(source->Fetch(path, kNoteSizeMax, &note));
  auto opened = OpenSharply(note, policy);
  // kNotFound is "has none", and this has one.
  if (!opened && opened.error().code == Code::kNotFound) {
    return Fail(Code::kMalformed, opened.error().message);
  }
  if (!opened) return std::unexpected(opened.error());
  const Checkpoint& checkpoint = opened->checkpoint;
  if (checkpoint.origin != origin) {
    return Fail(Code::kMalformed, "is of the log " + Quoted(checkpoint.origin) +
                                      ", want " + Quoted(origin));
  }
  Seen seen = {checkpoint, WithoutUnknownLines(note, policy)};
  return Sighting{std::move(seen), std::move(*opened), std::move(source)};
}

Result<Sighting> AskPeer(const Peer& peer, const std::string& origin,
                         const Policy& policy, const std::atomic<bool>* stop,
                         const Deadline* deadline) {
  auto source = OpenTarget(peer.target, PeerOptions(stop, deadline));
  // A directory that is not there says nothing.
  if (!source) return Fail(Code::kUnavailable, source.error().message);
  const bool is_mirror = peer.kind == PeerKind::kMirror;
  return FetchSighting(*std::move(source),
                       is_mirror ? "checkpoint" : SightingPath(origin), origin,
                       policy);
}

}  // namespace modlog
