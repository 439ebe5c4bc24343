#include "api/client/jsonl.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/util/json_util.h>

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "api/client/canonical.h"
#include "api/client/payload_json.h"
#include "api/client/rpc_error.h"
#include "verifier/base/strict_json.h"

namespace modlog {
namespace {

using Json = nlohmann::json;

constexpr size_t kShownMax = 40;
constexpr char kPlatformRule[] = "must match ^[a-z0-9][a-z0-9.-]{0,63}$";

const google::protobuf::FieldDescriptor* FindField(const std::string& name) {
  const google::protobuf::Descriptor* action = v1::Action::descriptor();
  if (const auto* field = action->FindFieldByName(name)) return field;
  const auto* field = action->FindFieldByCamelcaseName(name);
  // "content_date" has two names in JSON; anything else has none.
  return field != nullptr && field->json_name() == name ? field : nullptr;
}

// A field has two names, "content_date" and "contentDate": using both is
// repeating it.
Result<void> CheckNames(const Json& action) {
  std::set<int> seen;
  for (const auto& [name, value] : action.items()) {
    const auto* field = FindField(name);
    if (field == nullptr) {
      return Fail(
          Code::kMalformed,
          absl::StrCat("unknown field \"", Printable(name, kShownMax), "\""));
    }
    if (!seen.insert(field->number()).second) {
      return Fail(Code::kMalformed,
                  absl::StrCat("field ", field->name(), " is given twice"));
    }
    // protobuf's parser takes a single value for a list of one.
    if (field->is_repeated() && !value.is_array()) {
      return Fail(Code::kMalformed,
                  absl::StrCat(field->name(), ": not a list"));
    }
  }
  return {};
}

// Finds the field that protobuf's parser does not like: its own messages quote
// values, and an error of ours never does.
std::string FindFault(const Json& action,
                      const google::protobuf::util::JsonParseOptions& options) {
  for (const auto& [name, value] : action.items()) {
    v1::Action alone;
    std::string text = Json({{name, value}}).dump();
    if (google::protobuf::util::JsonStringToMessage(text, &alone, options)
            .ok()) {
      continue;
    }
    const auto* field = FindField(name);
    return absl::StrCat(field->name(), ": not a value of type ",
                        field->is_repeated() ? "list of " : "",
                        field->enum_type() != nullptr
                            ? field->enum_type()->name()
                            : std::string(field->type_name()));
  }
  return "does not fit the form of an action";
}

Result<v1::Action> ParseAction(const Json& json) {
  if (!json.is_object()) {
    return Fail(Code::kMalformed, "an action must be an object");
  }
  RETURN_IF_ERROR(CheckNames(json));
  google::protobuf::util::JsonParseOptions options;
  options.ignore_unknown_fields = false;
  v1::Action action;
  if (!google::protobuf::util::JsonStringToMessage(json.dump(), &action,
                                                   options)
           .ok()) {
    return Fail(Code::kMalformed, FindFault(json, options));
  }
  return action;
}

struct Parts {
  std::string platform;
  const Json* action;
  const Json* payload = nullptr;
  std::string account = {};
};

// An Action has no field of these two names, so a line is of one form only.
bool IsWrapped(const Json& line) {
  return line.contains("platform") || line.contains("action");
}

bool IsBesideAction(const std::string& name) {
  return name == "platform" || name == "action" || name == "payload" ||
         name == "account" || name == "index" || name == "logged_at" ||
         name == "leaf_hash";
}

Result<Parts> Unwrap(const Json& line, std::string_view platform) {
  for (const auto& [name, value] : line.items()) {
    if (IsBesideAction(name)) continue;
    return Fail(Code::kMalformed,
                absl::StrCat("unknown field \"", Printable(name, kShownMax),
                             "\" beside the action"));
  }
  if (!line.contains("action") || !line.contains("platform")) {
    return Fail(Code::kMalformed, "needs both \"platform\" and \"action\"");
  }
  const auto* name = line["platform"].get_ptr<const std::string*>();
  if (name == nullptr || !IsPlatform(*name)) {
    return Fail(Code::kMalformed, absl::StrCat("platform: ", kPlatformRule));
  }
  if (!platform.empty() && *name != platform) {
    return Fail(Code::kMalformed,
                "platform: is not the one that --platform names");
  }
  Parts parts{*name, &line["action"],
              line.contains("payload") ? &line["payload"] : nullptr};
  if (line.contains("account")) {
    const auto* account = line["account"].get_ptr<const std::string*>();
    if (account == nullptr) return Fail(Code::kMalformed, "account: not text");
    parts.account = *account;
  }
  return parts;
}

Result<Parts> SplitLine(const Json& line, std::string_view platform) {
  if (!line.is_object()) return Fail(Code::kMalformed, "not a JSON object");
  if (IsWrapped(line)) return Unwrap(line, platform);
  if (platform.empty()) {
    return Fail(Code::kMalformed,
                "no platform: write {\"platform\":NAME,\"action\":{…}}, or "
                "give --platform NAME");
  }
  return Parts{std::string(platform), &line};
}

}  // namespace

bool IsPlatform(std::string_view name) {
  auto is_alnum = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
  };
  return !name.empty() && name.size() <= 64 && is_alnum(name.front()) &&
         std::ranges::all_of(
             name, [&](char c) { return is_alnum(c) || c == '.' || c == '-'; });
}

Result<ParsedLine> ParseActionLine(std::string_view line,
                                   std::string_view platform) {
  if (line.size() > kJsonLineSizeMax) {
    return Fail(Code::kTooLarge,
                absl::StrCat("line of ", line.size(), " bytes, limit ",
                             kJsonLineSizeMax));
  }
  if (line.find_first_not_of(" \t\r") == std::string_view::npos) {
    return Fail(Code::kMalformed, "empty line");
  }
  ASSIGN_OR_RETURN(Json json, ParseStrictJson(line, kJsonLineDepthMax));
  ASSIGN_OR_RETURN(Parts parts, SplitLine(json, platform));
  ASSIGN_OR_RETURN(v1::Action action, ParseAction(*parts.action));
  ParsedLine parsed{.platform = std::move(parts.platform),
                    .puid = action.puid(),
                    .action = {},
                    .account = std::move(parts.account)};
  if (parts.payload != nullptr) {
    ASSIGN_OR_RETURN(v1::Payload payload, PayloadFromJson(*parts.payload));
    parsed.payload = payload.SerializeAsString();
  }
  parsed.action = EncodeCanonical(std::move(action));
  return parsed;
}

}  // namespace modlog
