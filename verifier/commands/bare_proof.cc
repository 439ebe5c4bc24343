#include "verifier/commands/bare_proof.h"

#include <initializer_list>
#include <istream>
#include <ostream>
#include <vector>

#include "verifier/base/strict_json.h"
#include "verifier/base/words.h"
#include "verifier/core/merkle.h"

namespace modlog {
namespace {

using Json = nlohmann::json;

constexpr std::string_view kBlank = " \t\r";

// ---- form: everything that fails here is an error, not a verdict

Result<Json> ParseObject(std::string_view text,
                         std::initializer_list<std::string_view> keys) {
  ASSIGN_OR_RETURN(Json object, ParseStrictJson(text));
  if (!object.is_object()) return Fail(Code::kMalformed, "not a JSON object");
  for (std::string_view key : keys) {
    if (!object.contains(key)) {
      return Fail(Code::kMalformed, "key " + Quote(key) + " is missing");
    }
  }
  if (object.size() == keys.size()) return object;
  for (const auto& [key, value] : object.items()) {
    bool known = false;
    for (std::string_view wanted : keys) known = known || key == wanted;
    if (!known) return Fail(Code::kMalformed, "unknown key " + Quote(key));
  }
  return object;
}

Result<uint64_t> ReadNumber(const Json& object, const char* key) {
  const Json& value = *object.find(key);
  if (value.is_number_unsigned()) return value.get<uint64_t>();
  return Fail(Code::kMalformed,
              std::string(key) + " is not a whole number of 0..2^64-1");
}

Result<std::string> ReadBase64(const Json& value, const std::string& name) {
  if (!value.is_string()) return Fail(Code::kMalformed, name + " is no string");
  auto bytes = ParseBase64(value.get_ref<const std::string&>());
  if (!bytes) return Prefixed(name, bytes.error());
  return bytes;
}

Result<std::vector<std::string>> ReadPath(const Json& object) {
  const Json& list = *object.find("proof");
  if (!list.is_array()) return Fail(Code::kMalformed, "proof is no array");
  std::vector<std::string> path;
  path.reserve(list.size());
  for (const Json& value : list) {
    const std::string name = "proof[" + std::to_string(path.size()) + "]";
    ASSIGN_OR_RETURN(path.emplace_back(), ReadBase64(value, name));
  }
  return path;
}

// ---- substance: what fails here is false

Result<Hash> AsHash(const std::string& bytes, const std::string& name) {
  if (auto hash = HashFromBytes(AsBytes(bytes))) return *hash;
  return Fail(Code::kBadProof, name + " has " + std::to_string(bytes.size()) +
                                   " bytes, want " + std::to_string(kHashSize));
}

Result<std::vector<Hash>> AsHashes(const std::vector<std::string>& path) {
  std::vector<Hash> hashes;
  hashes.reserve(path.size());
  for (const std::string& bytes : path) {
    const std::string name = "proof[" + std::to_string(hashes.size()) + "]";
    ASSIGN_OR_RETURN(hashes.emplace_back(), AsHash(bytes, name));
  }
  return hashes;
}

BareVerdict BareVerdictOf(const Result<void>& result) {
  if (result) return {Verdict::kTrue, ""};
  return {FalseBy(Cause::kPath), result.error().message};
}
BareVerdict NotJudged(const Error& error) {
  return {Verdict::kCannotTell, error.message};
}

struct InclusionInput {
  uint64_t index, size;
  std::string leaf_hash, root;
  std::vector<std::string> path;
};

Result<InclusionInput> ParseInclusion(std::string_view text) {
  ASSIGN_OR_RETURN(
      const Json object,
      ParseObject(text, {"index", "size", "leaf_hash", "root", "proof"}));
  InclusionInput input;
  ASSIGN_OR_RETURN(input.index, ReadNumber(object, "index"));
  ASSIGN_OR_RETURN(input.size, ReadNumber(object, "size"));
  ASSIGN_OR_RETURN(input.leaf_hash,
                   ReadBase64(*object.find("leaf_hash"), "leaf_hash"));
  ASSIGN_OR_RETURN(input.root, ReadBase64(*object.find("root"), "root"));
  ASSIGN_OR_RETURN(input.path, ReadPath(object));
  return input;
}

Result<void> CheckInclusionInput(const InclusionInput& input) {
  ASSIGN_OR_RETURN(const Hash leaf_hash, AsHash(input.leaf_hash, "leaf_hash"));
  ASSIGN_OR_RETURN(const Hash root, AsHash(input.root, "root"));
  ASSIGN_OR_RETURN(const std::vector<Hash> path, AsHashes(input.path));
  return CheckInclusion(input.index, leaf_hash, path, {input.size, root});
}

struct ConsistencyInput {
  uint64_t old_size, new_size;
  std::string old_root, new_root;
  std::vector<std::string> path;
};

Result<ConsistencyInput> ParseConsistency(std::string_view text) {
  ASSIGN_OR_RETURN(const Json object,
                   ParseObject(text, {"old_size", "new_size", "old_root",
                                      "new_root", "proof"}));
  ConsistencyInput input;
  ASSIGN_OR_RETURN(input.old_size, ReadNumber(object, "old_size"));
  ASSIGN_OR_RETURN(input.new_size, ReadNumber(object, "new_size"));
  ASSIGN_OR_RETURN(input.old_root,
                   ReadBase64(*object.find("old_root"), "old_root"));
  ASSIGN_OR_RETURN(input.new_root,
                   ReadBase64(*object.find("new_root"), "new_root"));
  ASSIGN_OR_RETURN(input.path, ReadPath(object));
  return input;
}

// What can be said where the older tree is empty.
BareVerdict JudgeFromEmpty(const TreeHead& older, const TreeHead& newer,
                           size_t path_size) {
  if (older.root != HashEmpty()) {
    return {FalseBy(Cause::kPath),
            "old_root is not the root of the empty tree"};
  }
  if (path_size != 0) {
    return {FalseBy(Cause::kPath), "wrong proof length " +
                                       std::to_string(path_size) +
                                       ", want 0 from size 0"};
  }
  if (newer.size != 0) {
    return {Verdict::kCannotTell, "from size 0 nothing can be proved"};
  }
  if (newer.root == older.root) return {Verdict::kTrue, ""};
  return {FalseBy(Cause::kPath), "new_root is not the root of the empty tree"};
}

BareVerdict JudgeConsistencyInput(const ConsistencyInput& input) {
  const auto old_root = AsHash(input.old_root, "old_root");
  const auto new_root = AsHash(input.new_root, "new_root");
  const auto path = AsHashes(input.path);
  if (!old_root) return {FalseBy(Cause::kPath), old_root.error().message};
  if (!new_root) return {FalseBy(Cause::kPath), new_root.error().message};
  if (!path) return {FalseBy(Cause::kPath), path.error().message};
  const TreeHead older = {input.old_size, *old_root};
  const TreeHead newer = {input.new_size, *new_root};
  if (older.size == 0) return JudgeFromEmpty(older, newer, path->size());
  return BareVerdictOf(CheckConsistency(older, newer, *path));
}

// ---- input

std::string_view Trimmed(std::string_view text) {
  const size_t first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

// ReadLine reads up to the next newline, but keeps no more than one byte beyond
// the limit, by which a line that is too long is told.
bool ReadLine(std::istream& in, std::string* line) {
  line->clear();
  bool any = false;
  for (int c = in.get(); c != std::istream::traits_type::eof(); c = in.get()) {
    any = true;
    if (c == '\n') break;
    if (line->size() <= kBareProofSizeMax)
      line->push_back(static_cast<char>(c));
  }
  return any;
}

// Reads what follows an object's first line.
std::string ReadRest(std::istream& in, std::string text) {
  std::string line;
  while (text.size() <= kBareProofSizeMax && ReadLine(in, &line)) {
    text += '\n';
    text += line;
  }
  return text;
}

bool GoesOn(std::string_view line) {
  return line.starts_with('{') && !line.ends_with('}');
}

bool HasSecondObject(std::string_view text) {
  for (size_t end = text.find('\n'); end != std::string_view::npos;
       end = text.find('\n', end + 1)) {
    if (Trimmed(text.substr(end + 1)).starts_with('{')) return true;
  }
  return false;
}

class VerdictWriter {
 public:
  VerdictWriter(BareProofKind kind, std::ostream& out)
      : kind_(kind), out_(out) {}

  void Judge(std::string_view object) { Write(JudgeBareProof(kind_, object)); }
  void JudgeLines(std::string_view text) {
    while (!text.empty()) {
      const size_t end = std::min(text.find('\n'), text.size());
      const std::string_view line = Trimmed(text.substr(0, end));
      if (!line.empty()) Judge(line);
      text.remove_prefix(std::min(end + 1, text.size()));
    }
  }
  void Write(const BareVerdict& verdict) {
    out_ << FormatBareVerdict(verdict) << '\n' << std::flush;
    worst_ = written_ ? Worse(worst_, verdict.verdict) : verdict.verdict;
    written_ = true;
  }
  bool written() const { return written_; }
  Verdict worst() const { return worst_; }

 private:
  BareProofKind kind_;
  std::ostream& out_;
  bool written_ = false;
  Verdict worst_ = Verdict::kCannotTell;
};

}  // namespace

BareVerdict JudgeBareProof(BareProofKind kind, std::string_view object) {
  if (object.size() > kBareProofSizeMax) {
    return {Verdict::kCannotTell,
            "longer than " + Grouped(kBareProofSizeMax) + " bytes"};
  }
  if (kind == BareProofKind::kInclusion) {
    const auto input = ParseInclusion(object);
    return input ? BareVerdictOf(CheckInclusionInput(*input))
                 : NotJudged(input.error());
  }
  const auto input = ParseConsistency(object);
  return input ? JudgeConsistencyInput(*input) : NotJudged(input.error());
}

std::string FormatBareVerdict(const BareVerdict& verdict) {
  switch (verdict.verdict) {
    case Verdict::kTrue:
      return "true";
    case Verdict::kFalse:
      return "false: " + verdict.why;
    case Verdict::kCannotTell:
      return "error: " + verdict.why;
  }
  return "error: " + verdict.why;
}

Verdict JudgeBareProofs(BareProofKind kind, std::istream& in,
                        std::ostream& out) {
  VerdictWriter writer(kind, out);
  std::string line;
  while (ReadLine(in, &line)) {
    const std::string_view object = Trimmed(line);
    if (object.empty()) continue;
    if (writer.written() || !GoesOn(object)) {
      writer.Judge(object);
      continue;
    }
    const std::string text = ReadRest(in, line);
    // A broken first line of several is no reason to leave the others unjudged.
    const bool lines =
        HasSecondObject(text) && text.size() <= kBareProofSizeMax;
    lines ? writer.JudgeLines(text) : writer.Judge(text);
  }
  if (!writer.written()) {
    writer.Write({Verdict::kCannotTell, "no proof in the input"});
  }
  return writer.worst();
}

}  // namespace modlog
