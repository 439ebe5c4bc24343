#include "verifier/receipt/seal_file.h"

#include <nlohmann/json.hpp>

#include "verifier/base/json_bytes.h"
#include "verifier/core/bytes.h"
#include "verifier/core/entry.h"

namespace modlog {
namespace {

using OrderedJson = nlohmann::ordered_json;

std::unexpected<Error> WrongSealFile(const std::string& what) {
  return Fail(Code::kMalformed, what);
}

std::unexpected<Error> NotSealed(const std::string& why) {
  return Fail(Code::kBadProof, why);
}

Result<std::vector<Hash>> ActionPathOf(const nlohmann::json& json) {
  if (!json.is_array() || json.size() > kSealPathMax) {
    return WrongSealFile("action_path: not a list of at most 16 hashes");
  }
  std::vector<Hash> path;
  for (const nlohmann::json& item : json) {
    ASSIGN_OR_RETURN(const std::string bytes, JsonBytes(item, "action_path"));
    const auto hash = HashFromBytes(AsBytes(bytes));
    if (!hash) return WrongSealFile("action_path: a hash has 32 bytes");
    path.push_back(*hash);
  }
  return path;
}

}  // namespace

std::string FormatSealFile(const SealFile& file) {
  OrderedJson path = OrderedJson::array();
  for (const Hash& hash : file.action_path) {
    path.push_back(FormatBase64(hash));
  }
  const OrderedJson json = {
      {"index", file.index},
      {"seal", FormatBase64(AsBytes(file.leaf))},
      {"action_path", std::move(path)},
      {"public_key", FormatBase64(AsBytes(file.public_key))}};
  return json.dump() + "\n";
}

Result<SealFile> SealFileFrom(const nlohmann::json& json) {
  const bool whole = json.is_object() && json.size() == 4 &&
                     json.contains("index") && json.contains("seal") &&
                     json.contains("action_path") &&
                     json.contains("public_key");
  if (!whole) {
    return WrongSealFile(
        "want an object of index, seal, action_path and public_key");
  }
  if (!json["index"].is_number_unsigned()) {
    return WrongSealFile("index: not a number from 0");
  }
  SealFile file;
  file.index = json["index"].get<uint64_t>();
  ASSIGN_OR_RETURN(file.leaf, JsonBytes(json["seal"], "seal"));
  ASSIGN_OR_RETURN(file.action_path, ActionPathOf(json["action_path"]));
  ASSIGN_OR_RETURN(file.public_key,
                   JsonBytes(json["public_key"], "public_key"));
  return file;
}

Result<Seal> CheckSealFile(const SealFile& file, const SealedEntry& entry) {
  ASSIGN_OR_RETURN(const DecodedEntry decoded, DecodeEntry(file.leaf));
  if (!decoded.is_seal()) return NotSealed("it holds an action, and no seal");
  if (decoded.platform != entry.platform) {
    return NotSealed("it is another platform's");
  }
  ASSIGN_OR_RETURN(Seal seal, DecodeSeal(decoded.seal));
  if (entry.index >= file.index || file.index - entry.index > seal.count) {
    return NotSealed("it does not cover the entry");
  }
  // From the first that it covers; the seal stands right behind the last.
  const uint64_t place = seal.count - (file.index - entry.index);
  if (!CheckInclusion(place, HashSealedAction(entry.action), file.action_path,
                      {seal.count, seal.root})) {
    return NotSealed(
        "the path does not lead from the entry's action to its "
        "root");
  }
  ASSIGN_OR_RETURN(const auto key,
                   Ed25519PublicKey::From(AsBytes(file.public_key)));
  if (!VerifySeal(seal, entry.origin, entry.platform, key)) {
    return NotSealed("its signature is not by that key");
  }
  return seal;
}

}  // namespace modlog
