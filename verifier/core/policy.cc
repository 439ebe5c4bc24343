#include "verifier/core/policy.h"

#include <algorithm>
#include <iterator>
#include <limits>
#include <optional>
#include <utility>

namespace modlog {
namespace {

constexpr std::string_view kNone = "none";

using Fields = std::vector<std::string_view>;

bool IsAllowed(char c) {
  const auto byte = static_cast<uint8_t>(c);
  return byte == '\t' || byte == '\n' || (byte >= 0x20 && byte != 0x7f);
}

// SplitFields splits at runs of blanks and tabs. A comment has no fields.
Fields SplitFields(std::string_view line) {
  constexpr std::string_view kBlanks = " \t";
  Fields fields;
  size_t begin = line.find_first_not_of(kBlanks);
  while (begin != line.npos) {
    const size_t end =
        std::min(line.find_first_of(kBlanks, begin), line.size());
    fields.push_back(line.substr(begin, end - begin));
    begin = line.find_first_not_of(kBlanks, end);
  }
  if (!fields.empty() && fields.front().starts_with('#')) fields.clear();
  return fields;
}

std::unexpected<Error> BadPolicy(std::string message) {
  return Fail(Code::kMalformed, std::move(message));
}

Result<void> WantFields(const Fields& fields, size_t min, size_t max,
                        std::string_view form) {
  if (fields.size() >= min && fields.size() <= max) return {};
  return BadPolicy("wrong number of fields " + std::to_string(fields.size()) +
                   ", want: " + std::string(form));
}

// A key of this type, or of 0x06, which logs and witnesses may both have, or
// one that cannot be checked: it counts as one that did not sign.
Result<VerifierKey> ParseKeyOfType(std::string_view vkey, SignatureType type) {
  ASSIGN_OR_RETURN(VerifierKey key, ParseAnyVerifierKey(vkey));
  if (key.type == type || key.type == SignatureType::kMlDsa44 ||
      !key.key.can_check()) {
    return key;
  }
  const auto name = [](SignatureType t) {
    const auto byte = static_cast<uint8_t>(t);
    return "0x" + FormatHex(Bytes(&byte, 1));
  };
  return Fail(Code::kUntrusted, "key of " + Quote(key.name) +
                                    " has signature type " + name(key.type) +
                                    ", want " + name(type) + " or 0x06");
}

// PolicyParser reads a policy line by line.
class PolicyParser {
 public:
  Result<void> ReadLine(std::string_view line) {
    const Fields fields = SplitFields(line);
    if (fields.empty()) return {};
    const std::string_view keyword = fields.front();
    if (keyword == "log") return ReadLog(fields);
    if (keyword == "witness") return ReadWitness(fields);
    if (keyword == "group") return ReadGroup(fields);
    if (keyword == "quorum") return ReadQuorum(fields);
    return BadPolicy("unknown keyword " + Quote(keyword) +
                     ", want log, witness, group or quorum");
  }

  Result<Policy> Finish() && {
    if (!has_quorum_) return BadPolicy("no quorum line, want exactly one");
    return std::move(policy_);
  }

 private:
  // A name, what it stands for, and whether a group already counts it.
  struct Name {
    std::string_view name;
    PolicyMember member;
    bool used = false;
  };

  Result<void> ReadLog(const Fields& fields) {
    RETURN_IF_ERROR(WantFields(fields, 2, 3, "log <vkey> [<url>]"));
    ASSIGN_OR_RETURN(VerifierKey key,
                     ParseKeyOfType(fields[1], SignatureType::kEd25519));
    RETURN_IF_ERROR(CheckNewKey(policy_.logs, key));
    policy_.logs.push_back({std::move(key), UrlAt(fields, 2)});
    return {};
  }

  Result<void> ReadWitness(const Fields& fields) {
    RETURN_IF_ERROR(WantFields(fields, 3, 4, "witness <name> <vkey> [<url>]"));
    RETURN_IF_ERROR(CheckNewName(fields[1]));
    ASSIGN_OR_RETURN(
        VerifierKey key,
        ParseKeyOfType(fields[2], SignatureType::kEd25519Cosignature));
    RETURN_IF_ERROR(CheckNewKey(policy_.witnesses, key));
    names_.push_back({fields[1], {false, policy_.witnesses.size()}});
    policy_.witnesses.push_back(
        {std::string(fields[1]), std::move(key), UrlAt(fields, 3)});
    return {};
  }

  Result<void> ReadGroup(const Fields& fields) {
    RETURN_IF_ERROR(WantFields(fields, 4, std::numeric_limits<size_t>::max(),
                               "group <name> all|any|<k> <member>..."));
    RETURN_IF_ERROR(CheckNewName(fields[1]));
    PolicyGroup group{std::string(fields[1]), 0, {}};
    ASSIGN_OR_RETURN(group.threshold,
                     ParseThreshold(fields[2], fields.size() - 3));
    for (size_t i = 3; i < fields.size(); ++i) {
      ASSIGN_OR_RETURN(Name* const name, Find(fields[i]));
      if (std::exchange(name->used, true)) {
        return BadPolicy(Quote(fields[i]) + " is a member for the second time");
      }
      group.members.push_back(name->member);
    }
    names_.push_back({fields[1], {true, policy_.groups.size()}});
    policy_.groups.push_back(std::move(group));
    return {};
  }

  Result<void> ReadQuorum(const Fields& fields) {
    RETURN_IF_ERROR(WantFields(fields, 2, 2, "quorum <name>|none"));
    if (std::exchange(has_quorum_, true)) {
      return BadPolicy("a second quorum line, want exactly one");
    }
    policy_.quorum_none = fields[1] == kNone;
    if (policy_.quorum_none) return {};
    ASSIGN_OR_RETURN(const Name* const name, Find(fields[1]));
    policy_.quorum = name->member;
    return {};
  }

  static Result<uint32_t> ParseThreshold(std::string_view text,
                                         size_t members) {
    if (text == "any") return 1;
    if (text == "all") return static_cast<uint32_t>(members);
    const Result<uint64_t> k = ParseDecimal(text);
    if (k && *k >= 1 && *k <= members) return static_cast<uint32_t>(*k);
    return BadPolicy("wrong threshold " + Quote(text) +
                     ", want all, any or 1.." + std::to_string(members));
  }

  static std::string UrlAt(const Fields& fields, size_t i) {
    return i < fields.size() ? std::string(fields[i]) : std::string();
  }

  // CheckNewKey compares the raw keys: name and id do not make a second key.
  template <typename Line>
  static Result<void> CheckNewKey(const std::vector<Line>& lines,
                                  const VerifierKey& key) {
    const auto same = [&](const Line& line) {
      return std::ranges::equal(line.key.key.raw(), key.key.raw());
    };
    if (std::ranges::none_of(lines, same)) return {};
    return BadPolicy("the public key of " + Quote(key.name) +
                     " stands in an earlier line");
  }

  Result<void> CheckNewName(std::string_view name) const {
    if (name == kNone) return BadPolicy("the name \"none\" is reserved");
    const auto same = [&](const Name& n) { return n.name == name; };
    if (std::ranges::none_of(names_, same)) return {};
    return BadPolicy("the name " + Quote(name) +
                     " is defined for the second time");
  }

  Result<Name*> Find(std::string_view name) {
    const auto it = std::ranges::find(names_, name, &Name::name);
    if (it != names_.end()) return &*it;
    return BadPolicy("the name " + Quote(name) + " is not defined above");
  }

  Policy policy_;
  std::vector<Name> names_;
  bool has_quorum_ = false;
};

}  // namespace

// A line that is passed over in silence could be the witness that the quorum
// rests on: what is not understood is an error.
Result<Policy> ParsePolicy(std::string_view text) {
  if (text.size() > kPolicySizeMax) {
    return Fail(Code::kTooLarge, "policy of " + std::to_string(text.size()) +
                                     " bytes, want at most " +
                                     std::to_string(kPolicySizeMax));
  }
  PolicyParser parser;
  size_t line_number = 0;
  while (!text.empty()) {
    const std::string context = "policy line " + std::to_string(++line_number);
    const size_t end = text.find('\n');
    // A cut file could name another witness than the one that was written.
    if (end == text.npos) return BadPolicy(context + ": no newline at its end");
    const std::string_view line = text.substr(0, end);
    if (line.ends_with('\r')) {
      return BadPolicy(context +
                       ": ends in CRLF, as mail programs and git's autocrlf "
                       "make it, want LF: sed -i 's/\\r$//' FILE");
    }
    if (!std::ranges::all_of(line, IsAllowed)) {
      return BadPolicy(context + ": control character");
    }
    if (auto read = parser.ReadLine(line); !read) {
      return Prefixed(context, std::move(read).error());
    }
    text.remove_prefix(end + 1);
  }
  return std::move(parser).Finish();
}

std::string FormatPolicy(const Policy& policy) {
  const auto name_of = [&](const PolicyMember& member) {
    return member.is_group ? policy.groups[member.position].name
                           : policy.witnesses[member.position].name;
  };
  const auto with_url = [](const std::string& url) {
    return url.empty() ? std::string("\n") : " " + url + "\n";
  };
  std::string text;
  for (const PolicyLog& log : policy.logs) {
    text += "log " + FormatVerifierKey(log.key) + with_url(log.url);
  }
  for (const PolicyWitness& witness : policy.witnesses) {
    text += "witness " + witness.name + " " + FormatVerifierKey(witness.key) +
            with_url(witness.url);
  }
  for (const PolicyGroup& group : policy.groups) {
    text += "group " + group.name + " " + std::to_string(group.threshold);
    for (const PolicyMember& member : group.members) {
      text += " " + name_of(member);
    }
    text += "\n";
  }
  text += "quorum " +
          (policy.quorum_none ? std::string("none") : name_of(policy.quorum)) +
          "\n";
  return text;
}

bool QuorumReached(const Policy& policy, const std::vector<bool>& cosigned) {
  MODLOG_CHECK(cosigned.size() == policy.witnesses.size(),
               "there is an answer for each witness");
  if (policy.quorum_none) return true;
  // Members stand before their group, so that one pass settles every group.
  std::vector<bool> reached(policy.groups.size());
  const auto holds = [&](const PolicyMember& member) {
    return member.is_group ? reached[member.position]
                           : cosigned[member.position];
  };
  for (size_t i = 0; i < policy.groups.size(); ++i) {
    const PolicyGroup& group = policy.groups[i];
    reached[i] = std::ranges::count_if(group.members, holds) >=
                 std::ptrdiff_t{group.threshold};
  }
  return holds(policy.quorum);
}

std::string Uncheckable(const VerifierKey& key) {
  const auto type = static_cast<uint8_t>(key.type);
  const std::string head = "the policy knows the log " + Quote(key.name) +
                           " by a key of type 0x" + FormatHex(Bytes(&type, 1));
  if (key.key.can_check()) {
    return head +
           ", which signs no checkpoint with extension lines: a policy "
           "with another key of the log can tell";
  }
  return head + ", which cannot be checked here" +
         (key.type == SignatureType::kMlDsa44
              ? ": ML-DSA-44 needs libcrypto of OpenSSL 3.5 or newer"
              : ": a newer version may know it");
}

Result<void> CheckKeysCheckable(const Policy& policy) {
  const auto check = [](const VerifierKey& key) -> Result<void> {
    if (key.key.can_check()) return {};
    return std::unexpected(ParseVerifierKey(FormatVerifierKey(key)).error());
  };
  for (const PolicyLog& log : policy.logs) RETURN_IF_ERROR(check(log.key));
  for (const PolicyWitness& witness : policy.witnesses) {
    RETURN_IF_ERROR(check(witness.key));
  }
  return {};
}

// The log's own signature comes first: what witnesses cosigned, and the log did
// not sign, says nothing about it.
Result<TrustedCheckpoint> OpenCheckpoint(std::string_view note,
                                         const Policy& policy) {
  // The origin only chooses among the policy's keys; nothing is believed until
  // one of them has signed it.
  ASSIGN_OR_RETURN(const Note parsed, ParseNote(note));
  ASSIGN_OR_RETURN(Checkpoint checkpoint,
                   ParseExtensibleCheckpoint(parsed.text));
  std::vector<VerifierKey> keys;
  std::vector<size_t> log_of_key;
  for (size_t i = 0; i < policy.logs.size(); ++i) {
    if (policy.logs[i].key.name != checkpoint.origin) continue;
    keys.push_back(policy.logs[i].key);
    log_of_key.push_back(i);
  }
  if (keys.empty()) {
    return Fail(Code::kNotFound, "the policy names no log of the origin " +
                                     Quote(checkpoint.origin));
  }
  std::vector<VerifierKey> claimed;  // the log's keys that have a line
  std::ranges::copy_if(keys, std::back_inserter(claimed),
                       [&](const auto& key) { return HasLineBy(parsed, key); });
  if (claimed.empty()) {
    return Fail(Code::kNotFound,
                "it bears no signature by a key that the policy has of " +
                    Quote(checkpoint.origin) +
                    ": if the log has a new key, the policy must name it");
  }
  if (std::ranges::none_of(claimed, [&](const auto& key) {
        return CanVerify(parsed.text, key);
      })) {
    return Fail(Code::kUnavailable, Uncheckable(claimed.front()));
  }
  for (const PolicyWitness& witness : policy.witnesses) {
    keys.push_back(witness.key);
  }
  ASSIGN_OR_RETURN(const OpenedNote opened, OpenNote(note, keys));

  std::optional<size_t> log;
  std::vector<Cosigned> cosigners;
  std::vector<bool> cosigned(policy.witnesses.size());
  for (const OpenedSignature& signature : opened.verified) {
    if (signature.key < log_of_key.size()) {
      if (!log) log = log_of_key[signature.key];
      continue;
    }
    const size_t witness = signature.key - log_of_key.size();
    cosigned[witness] = true;
    cosigners.push_back({witness, signature.time_s});
  }
  if (!log) {
    return Fail(Code::kNotFound, "checkpoint is not signed by its log " +
                                     Quote(checkpoint.origin));
  }
  return TrustedCheckpoint{.checkpoint = std::move(checkpoint),
                           .log = *log,
                           .cosigners = std::move(cosigners),
                           .quorum = QuorumReached(policy, cosigned)};
}

}  // namespace modlog
