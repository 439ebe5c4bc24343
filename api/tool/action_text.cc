#include "api/tool/action_text.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/util/json_util.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "verifier/core/entry.h"
#include "verifier/core/seal.h"
#include "verifier/core/sha256.h"

namespace modlog {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Reflection;

// Bits 0..29 of Action.territory, in the order of the DSA's code list.
constexpr std::array<std::string_view, 30> kTerritories = {
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI",
    "FR", "GR", "HR", "HU", "IE", "IS", "IT", "LI", "LT", "LU",
    "LV", "MT", "NL", "NO", "PL", "PT", "RO", "SE", "SI", "SK"};
constexpr uint64_t kWorldwide = uint64_t{1} << 30;

std::string FormatDay(uint64_t day) {
  if (day > 100'000) return absl::StrCat("day ", day);
  std::chrono::year_month_day date{
      std::chrono::sys_days{std::chrono::days{static_cast<int>(day)}}};
  return absl::StrFormat("%04d-%02d-%02d", static_cast<int>(date.year()),
                         static_cast<unsigned>(date.month()),
                         static_cast<unsigned>(date.day()));
}

std::string FormatTerritory(uint64_t bits) {
  if (bits == kWorldwide) return "worldwide";
  std::vector<std::string> names;
  for (size_t i = 0; i < kTerritories.size(); ++i) {
    if ((bits >> i & 1) != 0) names.emplace_back(kTerritories[i]);
  }
  return absl::StrJoin(names, " ");
}

// Two letters packed as (X-65)*26 + (Y-65) + 1.
std::string FormatLetters(uint64_t packed) {
  if (packed < 1 || packed > 676) return absl::StrCat(packed);
  return {static_cast<char>('A' + (packed - 1) / 26),
          static_cast<char>('A' + (packed - 1) % 26)};
}

bool IsDay(std::string_view name) {
  return name.ends_with("_date") || name.starts_with("end_");
}

std::string FormatNumber(std::string_view name, uint64_t value) {
  if (IsDay(name)) return FormatDay(value);
  if (name == "territory") return FormatTerritory(value);
  if (name == "language" || name == "territories" || name == "source_country") {
    return FormatLetters(value);
  }
  if (name == "ean13") return absl::StrFormat("%013d", value);
  return absl::StrCat(value);
}

std::string FormatCode(const FieldDescriptor& field, int number) {
  const auto* value = field.enum_type()->FindValueByNumber(number);
  return value != nullptr ? value->name() : absl::StrCat("code ", number);
}

std::string FormatOne(const v1::Action& action, const FieldDescriptor& field) {
  const Reflection& reflection = *action.GetReflection();
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_ENUM:
      return FormatCode(field, reflection.GetEnumValue(action, &field));
    case FieldDescriptor::CPPTYPE_UINT32:
      return FormatNumber(field.name(), reflection.GetUInt32(action, &field));
    case FieldDescriptor::CPPTYPE_UINT64:
      return FormatNumber(field.name(), reflection.GetUInt64(action, &field));
    case FieldDescriptor::CPPTYPE_STRING: {
      std::string value = reflection.GetString(action, &field);
      return field.type() == FieldDescriptor::TYPE_BYTES
                 ? FormatHex(AsBytes(value))
                 : value;
    }
    default:  // a message: what only some kinds hold
      return reflection.GetMessage(action, &field).ShortDebugString();
  }
}

std::string FormatElement(const v1::Action& action,
                          const FieldDescriptor& field, int i) {
  const Reflection& reflection = *action.GetReflection();
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_ENUM:
      return FormatCode(field,
                        reflection.GetRepeatedEnumValue(action, &field, i));
    case FieldDescriptor::CPPTYPE_UINT32:
      return FormatNumber(field.name(),
                          reflection.GetRepeatedUInt32(action, &field, i));
    case FieldDescriptor::CPPTYPE_UINT64:
      return absl::StrCat(reflection.GetRepeatedUInt64(action, &field, i));
    case FieldDescriptor::CPPTYPE_STRING:
      return reflection.GetRepeatedString(action, &field, i);
    default:
      MODLOG_CHECK(false, "an action has lists of four types");
      return {};
  }
}

std::string FormatField(const v1::Action& action,
                        const FieldDescriptor& field) {
  if (!field.is_repeated()) return FormatOne(action, field);
  std::vector<std::string> elements;
  int size = action.GetReflection()->FieldSize(action, &field);
  for (int i = 0; i < size; ++i) {
    elements.push_back(FormatElement(action, field, i));
  }
  return absl::StrJoin(elements, " ");
}

struct ParsedEntry {
  DecodedEntry entry;
  v1::Action action;
};

using Lines = std::vector<std::pair<std::string, std::string>>;

Lines DescribeSeal(const Seal& seal) {
  return {{"seal of", absl::StrCat(seal.count, " actions")},
          {"before", absl::StrCat(seal.before)},
          {"root", FormatHex(seal.root)},
          {"previous", seal.previous ? FormatHex(*seal.previous) : "none"},
          {"key", absl::StrCat(seal.key)},
          {"signature", FormatHex(AsBytes(seal.signature))}};
}

std::string SealJson(const Seal& seal) {
  nlohmann::ordered_json json = {
      {"before", seal.before},
      {"count", seal.count},
      {"root", FormatBase64(seal.root)},
      {"previous", seal.previous ? FormatBase64(*seal.previous) : ""},
      {"key", seal.key},
      {"signature", FormatBase64(AsBytes(seal.signature))}};
  return json.dump();
}

// An action as protobuf's JSON, or a seal.
Result<std::string> BodyJson(const ParsedEntry& parsed) {
  if (parsed.entry.is_seal()) {
    ASSIGN_OR_RETURN(const Seal seal, DecodeSeal(parsed.entry.seal));
    return absl::StrCat("\"seal\":", SealJson(seal));
  }
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  std::string action;
  if (!google::protobuf::util::MessageToJsonString(parsed.action, &action,
                                                   options)
           .ok()) {
    return Fail(Code::kMalformed, "the entry's action cannot be written");
  }
  return absl::StrCat("\"action\":", action);
}

Result<ParsedEntry> ParseEntry(std::string_view leaf) {
  ASSIGN_OR_RETURN(DecodedEntry entry, DecodeEntry(leaf));
  ParsedEntry parsed{entry, {}};
  if (!parsed.action.ParseFromArray(entry.action.data(),
                                    static_cast<int>(entry.action.size()))) {
    return Fail(Code::kMalformed, "the entry's action does not parse");
  }
  return parsed;
}

}  // namespace

std::string FormatTime(int64_t time_ms) {
  std::chrono::sys_time<std::chrono::milliseconds> time{
      std::chrono::milliseconds(time_ms)};
  auto day = std::chrono::floor<std::chrono::days>(time);
  std::chrono::hh_mm_ss clock{time - day};
  return absl::StrFormat(
      "%sT%02d:%02d:%02d.%03dZ",
      FormatDay(static_cast<uint64_t>(day.time_since_epoch().count())),
      clock.hours().count(), clock.minutes().count(), clock.seconds().count(),
      clock.subseconds().count());
}

std::vector<std::pair<std::string, std::string>> DescribeAction(
    const v1::Action& action) {
  std::vector<const FieldDescriptor*> fields;
  action.GetReflection()->ListFields(action, &fields);
  std::vector<std::pair<std::string, std::string>> lines;
  for (const FieldDescriptor* field : fields) {
    lines.emplace_back(field->name(), FormatField(action, *field));
  }
  return lines;
}

Result<std::string> FormatEntryJson(uint64_t index, std::string_view leaf) {
  ASSIGN_OR_RETURN(ParsedEntry parsed, ParseEntry(leaf));
  ASSIGN_OR_RETURN(const std::string body, BodyJson(parsed));
  // Only the platform could need escaping, and the log's rule for it leaves
  // nothing to escape; a log that broke the rule is not to break a reader.
  nlohmann::json platform = std::string(parsed.entry.platform);
  return absl::StrCat(
      "{\"index\":", index, ",\"logged_at\":", parsed.entry.logged_at_ms,
      ",\"platform\":",
      platform.dump(-1, ' ', true, nlohmann::json::error_handler_t::replace),
      ",\"leaf_hash\":\"", FormatBase64(HashLeaf(AsBytes(leaf))), "\",", body,
      "}");
}

Result<std::string> FormatEntryTable(uint64_t index, std::string_view leaf) {
  ASSIGN_OR_RETURN(ParsedEntry parsed, ParseEntry(leaf));
  std::vector<std::pair<std::string, std::string>> lines = {
      {"index", absl::StrCat(index)},
      {"logged at", FormatTime(parsed.entry.logged_at_ms)},
      {"platform", std::string(parsed.entry.platform)},
      {"leaf hash", FormatHex(HashLeaf(AsBytes(leaf)))}};
  Lines body = DescribeAction(parsed.action);
  if (parsed.entry.is_seal()) {
    ASSIGN_OR_RETURN(const Seal seal, DecodeSeal(parsed.entry.seal));
    body = DescribeSeal(seal);
  }
  for (auto& line : body) lines.push_back(std::move(line));
  std::string table;
  for (const auto& [name, value] : lines) {
    absl::StrAppendFormat(&table, "%-20s %s\n", name, value);
  }
  return table;
}

}  // namespace modlog
