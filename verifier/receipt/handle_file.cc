#include "verifier/receipt/handle_file.h"

#include <nlohmann/json.hpp>

#include "modlog/v1/action.pb.h"
#include "verifier/core/entry.h"

namespace modlog {
namespace {

using Json = nlohmann::json;

std::unexpected<Error> WrongHandleFile(const std::string& what) {
  return Fail(Code::kMalformed, what);
}
std::unexpected<Error> False(const std::string& what) {
  return Fail(Code::kBadProof, what);
}

Result<std::string> TextOf(const Json& json, const std::string& what) {
  const auto* const text = json.get_ptr<const std::string*>();
  if (text == nullptr) return WrongHandleFile(what + ": not a string");
  return *text;
}

Result<std::string> BytesOf(const Json& json, const std::string& what) {
  ASSIGN_OR_RETURN(const std::string text, TextOf(json, what));
  auto bytes = ParseBase64(text);
  if (!bytes) return WrongHandleFile(what + ": not base64");
  return bytes;
}

bool HasKeys(const Json& json, std::initializer_list<const char*> keys) {
  if (!json.is_object() || json.size() != keys.size()) return false;
  for (const char* const key : keys) {
    if (!json.contains(key)) return false;
  }
  return true;
}

Result<NumberedProof> ProofOf(const Json& json) {
  if (!HasKeys(json, {"number", "proof"}) ||
      !json["number"].is_number_unsigned()) {
    return WrongHandleFile("a handle has number, from 1, and proof");
  }
  const auto number = json["number"].get<uint64_t>();
  if (number < 1 || number > UINT32_MAX) {
    return WrongHandleFile("number " + std::to_string(number) +
                           " of a handle, want 1.." +
                           std::to_string(UINT32_MAX));
  }
  ASSIGN_OR_RETURN(
      std::string proof,
      BytesOf(json["proof"], "proof of number " + std::to_string(number)));
  return NumberedProof{static_cast<uint32_t>(number), std::move(proof)};
}

Result<std::vector<NumberedProof>> ProofsOf(const Json& json) {
  if (!json.is_array()) return WrongHandleFile("handles: not a list");
  if (json.size() > kHandlesMax) {
    return Fail(Code::kTooLarge, std::to_string(json.size()) +
                                     " handles, at most " +
                                     std::to_string(kHandlesMax));
  }
  std::vector<NumberedProof> proofs;
  for (const Json& element : json) {
    ASSIGN_OR_RETURN(NumberedProof proof, ProofOf(element));
    if (!proofs.empty() && proofs.back().number >= proof.number) {
      return WrongHandleFile("numbers of handles must ascend, each once");
    }
    proofs.push_back(std::move(proof));
  }
  return proofs;
}

// What the registration says, where it is one.
Result<v1::KeyEvent> RegistrationIn(const HandleFile& file) {
  const auto entry = DecodeEntry(file.key_entry);
  v1::Action action;
  if (!entry ||
      !action.ParseFromArray(entry->action.data(),
                             static_cast<int>(entry->action.size()))) {
    return False("key.entry is no entry of a log");
  }
  if (entry->platform != file.platform) {
    return False("key.entry is of another platform: " + Quote(entry->platform));
  }
  const v1::KeyEvent& event = action.key_event();
  if (action.kind() != v1::KIND_PLATFORM_KEY ||
      event.op() != v1::KEY_OP_REGISTER || event.use() != v1::KEY_USE_VRF) {
    return False("key.entry registers no key for handles");
  }
  return event;
}

}  // namespace

std::string FormatHandleFile(const HandleFile& file) {
  nlohmann::ordered_json json = {
      {"platform", file.platform},
      {"account", file.account},
      {"key",
       {{"entry", FormatBase64(AsBytes(file.key_entry))},
        {"proof", file.key_proof}}},
      {"handles", nlohmann::ordered_json::array()}};
  for (const NumberedProof& handle : file.handles) {
    json["handles"].push_back({{"number", handle.number},
                               {"proof", FormatBase64(AsBytes(handle.proof))}});
  }
  return json.dump(1, ' ', false, nlohmann::json::error_handler_t::replace) +
         "\n";
}

Result<HandleFile> HandleFileFrom(const Json& json) {
  if (!HasKeys(json, {"platform", "account", "key", "handles"}) ||
      !HasKeys(json["key"], {"entry", "proof"})) {
    return WrongHandleFile(
        "must be an object of platform, account, key (of entry and proof) and "
        "handles");
  }
  HandleFile file;
  ASSIGN_OR_RETURN(file.platform, TextOf(json["platform"], "platform"));
  if (!IsPlatformName(file.platform)) {
    return WrongHandleFile("platform: must match ^[a-z0-9][a-z0-9.-]{0,63}$");
  }
  ASSIGN_OR_RETURN(file.account, TextOf(json["account"], "account"));
  RETURN_IF_ERROR(CheckHandleAccount(file.account));
  ASSIGN_OR_RETURN(file.key_entry, BytesOf(json["key"]["entry"], "key.entry"));
  ASSIGN_OR_RETURN(file.key_proof, TextOf(json["key"]["proof"], "key.proof"));
  ASSIGN_OR_RETURN(file.handles, ProofsOf(json["handles"]));
  return file;
}

Result<ProvedHandles> ProveHandles(const HandleFile& file) {
  ASSIGN_OR_RETURN(const v1::KeyEvent event, RegistrationIn(file));
  const auto key = VrfPublicKey::From(AsBytes(event.public_key()));
  if (!key) {
    return False("the registered key is none: " + key.error().message);
  }
  ProvedHandles proved{.platform = file.platform,
                       .account = file.account,
                       .key = event.number(),
                       .public_key = event.public_key(),
                       .possession = event.proof(),
                       .handles = {}};
  for (const NumberedProof& handle : file.handles) {
    const std::string input =
        HandleInput(file.platform, file.account, handle.number);
    const auto output = key->Verify(AsBytes(input), AsBytes(handle.proof));
    if (!output) {
      return False("number " + std::to_string(handle.number) +
                   " of this account: " + output.error().message);
    }
    proved.handles.push_back({handle.number, HandleOf(*output)});
  }
  return proved;
}

}  // namespace modlog
