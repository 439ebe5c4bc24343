#include "verifier/evidence/contradiction.h"

#include <set>

#include <nlohmann/json.hpp>

#include "verifier/base/durable_file.h"
#include "verifier/base/strict_json.h"

namespace modlog {

std::string FormatContradiction(const Contradiction& contradiction) {
  nlohmann::ordered_json json = {{"what", contradiction.what},
                                 {"contradiction", contradiction.contradiction},
                                 {"origin", contradiction.origin},
                                 {"size_before", contradiction.size_before},
                                 {"size_now", contradiction.size_now},
                                 {"note_before", contradiction.note_before},
                                 {"note_now", contradiction.note_now}};
  for (const Hash& hash : contradiction.proof) {
    json["proof"].push_back(FormatBase64(hash));
  }
  return json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) +
         "\n";
}

Result<std::string> WriteEvidence(const std::string& directory,
                                  const Contradiction& contradiction) {
  const std::string text = FormatContradiction(contradiction);
  const auto hex = [](std::string_view bytes) {
    return FormatHex(Sha256(AsBytes(bytes)));
  };
  const std::string name = hex(contradiction.origin) + ".contradiction." +
                           hex(text).substr(0, 16) + ".json";
  const auto written = WriteFileDurably(directory + "/" + name, text, 0644);
  if (!written) return Fail(Code::kUnavailable, written.error().message);
  return directory + "/" + name;
}

namespace {

using Json = nlohmann::json;

std::unexpected<Error> WrongEvidence(const std::string& what) {
  return Fail(Code::kMalformed, "evidence: " + what);
}

Result<void> TakeText(const Json& json, const char* key, std::string* out) {
  if (!json.contains(key)) return {};
  const auto* const text = json[key].get_ptr<const std::string*>();
  if (text == nullptr) {
    return WrongEvidence(std::string(key) + " is not a string");
  }
  *out = *text;
  return {};
}

Result<void> TakeSize(const Json& json, const char* key, uint64_t* out) {
  if (!json.contains(key)) return {};
  if (!json[key].is_number_unsigned()) {
    return WrongEvidence(std::string(key) + " is not an unsigned integer");
  }
  *out = json[key].get<uint64_t>();
  return {};
}

Result<Hash> HashIn(const Json& json) {
  const auto* const text = json.get_ptr<const std::string*>();
  if (text == nullptr) return WrongEvidence("a hash of proof is not a string");
  const Result<std::string> raw = ParseBase64(*text);
  const auto hash = raw ? HashFromBytes(AsBytes(*raw)) : std::nullopt;
  if (!hash) {
    return WrongEvidence("a hash of proof is not base64 of 32 bytes: " +
                         Quote(*text));
  }
  return *hash;
}

Result<void> TakeProof(const Json& json, std::vector<Hash>* out) {
  if (!json.contains("proof")) return {};
  const Json& proof = json["proof"];
  if (!proof.is_array()) return WrongEvidence("proof is not a list");
  if (proof.size() > kGrowthPathMax) {
    return Fail(Code::kTooLarge,
                "evidence: proof of " + std::to_string(proof.size()) +
                    " hashes, at most " + std::to_string(kGrowthPathMax));
  }
  for (const Json& element : proof) {
    ASSIGN_OR_RETURN(const Hash hash, HashIn(element));
    out->push_back(hash);
  }
  return {};
}

Result<void> CheckKeys(const Json& json) {
  static const std::set<std::string> known = {
      "what",     "contradiction", "origin",   "size_before",
      "size_now", "note_before",   "note_now", "proof"};
  if (!json.is_object()) return WrongEvidence("not a JSON object");
  for (const auto& [key, value] : json.items()) {
    if (!known.contains(key)) return WrongEvidence("unknown key " + Quote(key));
  }
  for (const char* const key : {"note_before", "note_now"}) {
    if (!json.contains(key)) {
      return WrongEvidence(std::string(key) + " is missing");
    }
  }
  return {};
}

}  // namespace

Result<Contradiction> ParseContradiction(std::string_view text) {
  if (text.size() > kEvidenceSizeMax) {
    return Fail(Code::kTooLarge, "evidence of " + std::to_string(text.size()) +
                                     " bytes, at most " +
                                     std::to_string(kEvidenceSizeMax));
  }
  const Result<Json> parsed = ParseStrictJson(text);
  if (!parsed) return Prefixed("evidence", parsed.error());
  RETURN_IF_ERROR(CheckKeys(*parsed));
  Contradiction out;
  RETURN_IF_ERROR(TakeText(*parsed, "what", &out.what));
  RETURN_IF_ERROR(TakeText(*parsed, "contradiction", &out.contradiction));
  RETURN_IF_ERROR(TakeText(*parsed, "origin", &out.origin));
  RETURN_IF_ERROR(TakeSize(*parsed, "size_before", &out.size_before));
  RETURN_IF_ERROR(TakeSize(*parsed, "size_now", &out.size_now));
  RETURN_IF_ERROR(TakeText(*parsed, "note_before", &out.note_before));
  RETURN_IF_ERROR(TakeText(*parsed, "note_now", &out.note_now));
  RETURN_IF_ERROR(TakeProof(*parsed, &out.proof));
  return out;
}

}  // namespace modlog
