#include "api/client/payload_json.h"

#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "verifier/core/bytes.h"

namespace modlog {
namespace {

using Json = nlohmann::json;
using nlohmann::ordered_json;

std::string Base64(const std::string& bytes) {
  return FormatBase64(AsBytes(bytes));
}

ordered_json PartToJson(const v1::Part& part) {
  ordered_json object;
  object["tag"] = v1::Tag_Name(part.tag());
  object["salt"] = Base64(part.salt());
  if (part.term() != 0) {
    object["term"] = part.term();
  } else if (IsUtf8(part.value())) {
    object["text"] = part.value();
  } else {
    object["value"] = Base64(part.value());
  }
  if (part.open()) object["open"] = true;
  return object;
}

Result<std::string> BytesOf(const Json& value, const std::string& field) {
  const auto* const text = value.get_ptr<const std::string*>();
  auto bytes = text != nullptr
                   ? ParseBase64(*text)
                   : Result<std::string>(Fail(Code::kMalformed, ""));
  if (!bytes) {
    return Fail(Code::kMalformed,
                absl::StrCat("payload: ", field, ": not base64"));
  }
  return bytes;
}

std::unexpected<Error> Wrong(const std::string& where) {
  return Fail(Code::kMalformed, absl::StrCat("payload: ", where));
}

Result<void> SetField(const std::string& name, const Json& value,
                      v1::Part* part) {
  const auto* const text = value.get_ptr<const std::string*>();
  v1::Tag tag = v1::TAG_UNSPECIFIED;
  if (name == "tag" && text != nullptr && v1::Tag_Parse(*text, &tag)) {
    part->set_tag(tag);
  } else if (name == "salt") {
    ASSIGN_OR_RETURN(*part->mutable_salt(), BytesOf(value, name));
  } else if (name == "text" && text != nullptr) {
    part->set_value(*text);
  } else if (name == "value") {
    ASSIGN_OR_RETURN(*part->mutable_value(), BytesOf(value, name));
  } else if (name == "term" && value.is_number_unsigned() &&
             value.get<uint64_t>() <= UINT32_MAX) {
    part->set_term(value.get<uint32_t>());
  } else if (name == "open" && value.is_boolean()) {
    part->set_open(value.get<bool>());
  } else {
    return Wrong(absl::StrCat("not a field of a part: ", Quote(name)));
  }
  return {};
}

Result<void> TakeParts(const Json& parts, v1::Payload* payload) {
  if (!parts.is_array()) return Wrong("parts: not a list");
  for (const Json& json_part : parts) {
    if (!json_part.is_object()) return Wrong("parts: not objects");
    v1::Part* const part = payload->add_parts();
    for (const auto& [name, value] : json_part.items()) {
      RETURN_IF_ERROR(SetField(name, value, part));
    }
  }
  return {};
}

}  // namespace

ordered_json PayloadToJson(const v1::Payload& payload) {
  ordered_json object;
  object["parts"] = ordered_json::array();
  for (const v1::Part& part : payload.parts()) {
    object["parts"].push_back(PartToJson(part));
  }
  if (payload.commitments_size() > 0) {
    for (const std::string& commitment : payload.commitments()) {
      object["commitments"].push_back(Base64(commitment));
    }
  }
  return object;
}

Result<v1::Payload> PayloadFromJson(const Json& object) {
  if (!object.is_object()) return Wrong("not an object");
  v1::Payload payload;
  for (const auto& [name, value] : object.items()) {
    if (name == "parts") {
      RETURN_IF_ERROR(TakeParts(value, &payload));
    } else if (name == "commitments" && value.is_array()) {
      for (const auto& element : value) {
        ASSIGN_OR_RETURN(*payload.add_commitments(), BytesOf(element, name));
      }
    } else {
      return Wrong(absl::StrCat("not a field of it: ", Quote(name)));
    }
  }
  return payload;
}

}  // namespace modlog
