#include "verifier/receipt/entry_words.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/message.h>

#include <array>

#include "verifier/base/words.h"

namespace modlog {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;
using google::protobuf::EnumValueDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

// ---- the canonical rule

int CountMessageFields(const Descriptor& type) {
  int count = 0;
  for (int i = 0; i < type.field_count(); ++i) {
    if (type.field(i)->message_type() != nullptr) ++count;
  }
  return count;
}

bool HasMessages(const v1::Action& action) {
  return action.has_corrected() || action.has_bulk() || action.has_erasure() ||
         action.has_redaction() || action.has_stats() || action.has_term() ||
         action.has_key_event() || action.has_succession();
}
constexpr int kMessagesOfAction = 8;  // those above

bool HasUnknownFields(const Message& message);

bool HasUnknownFieldsBelow(const Message& message) {
  const Reflection& reflection = *message.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection.ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    if (field->message_type() == nullptr) continue;
    if (!field->is_repeated()) {
      if (HasUnknownFields(reflection.GetMessage(message, field))) return true;
      continue;
    }
    for (int i = 0; i < reflection.FieldSize(message, field); ++i) {
      if (HasUnknownFields(reflection.GetRepeatedMessage(message, field, i))) {
        return true;
      }
    }
  }
  return false;
}

// Recursion is bounded by the parser's own depth limit of 100.
bool HasUnknownFields(const Message& message) {
  return !message.GetReflection()->GetUnknownFields(message).empty() ||
         HasUnknownFieldsBelow(message);
}

// An audit asks this of every entry, and most have nothing to descend into.
bool HasUnknownFields(const v1::Action& action) {
  static const bool all_known =
      CountMessageFields(*v1::Action::descriptor()) == kMessagesOfAction;
  MODLOG_CHECK(all_known, "HasMessages asks for each message of an action");
  return !action.GetReflection()->GetUnknownFields(action).empty() ||
         (HasMessages(action) && HasUnknownFieldsBelow(action));
}

bool EncodesTo(const v1::Action& action, std::string_view bytes,
               std::string* scratch) {
  if (action.ByteSizeLong() != bytes.size()) return false;
  scratch->resize(bytes.size());
  google::protobuf::io::ArrayOutputStream array(
      scratch->data(), static_cast<int>(scratch->size()));
  google::protobuf::io::CodedOutputStream stream(&array);
  stream.SetSerializationDeterministic(true);
  action.SerializeWithCachedSizes(&stream);
  stream.Trim();
  return !stream.HadError() && *scratch == bytes;
}

// ---- words

std::string LowerWords(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    if (c == '_') c = ' ';
  }
  return out;
}

// The prefix that every value of an enum bears: "SUBJECT_KIND_".
std::string ValuePrefix(const EnumDescriptor& type) {
  std::string prefix;
  for (char c : type.name()) {
    const bool upper = c >= 'A' && c <= 'Z';
    if (upper && !prefix.empty()) prefix += '_';
    prefix += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  }
  return prefix + "_";
}

std::string EnumWords(const EnumDescriptor& type, int number) {
  const EnumValueDescriptor* value = type.FindValueByNumber(number);
  if (value == nullptr) return "code " + std::to_string(number);
  std::string_view name = value->name();
  const std::string prefix = ValuePrefix(type);
  if (name.starts_with(prefix)) name.remove_prefix(prefix.size());
  return LowerWords(name);
}

// Packed letters: (X-65)*26+(Y-65)+1.
std::string LettersWords(uint32_t code) {
  if (code == 0 || code > 676) return "code " + std::to_string(code);
  const char first = static_cast<char>('A' + (code - 1) / 26);
  const char second = static_cast<char>('A' + (code - 1) % 26);
  return {first, second};
}

std::string TerritoryWords(uint32_t bits) {
  constexpr std::array<std::string_view, 30> kCountries = {
      "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI",
      "FR", "GR", "HR", "HU", "IE", "IS", "IT", "LI", "LT", "LU",
      "LV", "MT", "NL", "NO", "PL", "PT", "RO", "SE", "SI", "SK"};
  std::string words;
  const auto add = [&words](std::string_view word) {
    words += words.empty() ? "" : " ";
    words += word;
  };
  for (size_t i = 0; i < kCountries.size(); ++i) {
    if ((bits >> i & 1u) != 0) add(kCountries[i]);
  }
  if ((bits >> 30 & 1u) != 0) add("worldwide");
  if ((bits >> 31 & 1u) != 0) add("bit 31");
  return words;
}

std::string Uint32Words(std::string_view field, uint32_t value) {
  if (field.ends_with("_date") || field.starts_with("end_")) {
    return FormatDay(value);
  }
  if (field == "territory") return TerritoryWords(value);
  if (field == "language" || field == "source_country" ||
      field == "territories") {
    return LettersWords(value);
  }
  return std::to_string(value);
}

std::string StringWords(const FieldDescriptor& field, const std::string& text) {
  return field.type() == FieldDescriptor::TYPE_BYTES ? FormatHex(AsBytes(text))
                                                     : Quoted(text);
}

std::string SingleWords(const Message& message, const FieldDescriptor& field) {
  const Reflection& reflection = *message.GetReflection();
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_ENUM:
      return EnumWords(*field.enum_type(),
                       reflection.GetEnumValue(message, &field));
    case FieldDescriptor::CPPTYPE_UINT32:
      return Uint32Words(field.name(), reflection.GetUInt32(message, &field));
    case FieldDescriptor::CPPTYPE_UINT64:
      return Grouped(reflection.GetUInt64(message, &field));
    case FieldDescriptor::CPPTYPE_STRING:
      return StringWords(field, reflection.GetString(message, &field));
    case FieldDescriptor::CPPTYPE_BOOL:
      return "yes";  // where it stands, it is true
    default:
      return "set";
  }
}

std::string RepeatedWords(const Message& message, const FieldDescriptor& field,
                          int i) {
  const Reflection& reflection = *message.GetReflection();
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_ENUM:
      return EnumWords(*field.enum_type(),
                       reflection.GetRepeatedEnumValue(message, &field, i));
    case FieldDescriptor::CPPTYPE_UINT32:
      return Uint32Words(field.name(),
                         reflection.GetRepeatedUInt32(message, &field, i));
    case FieldDescriptor::CPPTYPE_STRING:
      return StringWords(field,
                         reflection.GetRepeatedString(message, &field, i));
    default:
      return "set";
  }
}

std::string FieldWords(const Message& message, const FieldDescriptor& field) {
  if (!field.is_repeated()) return SingleWords(message, field);
  std::string words;
  for (int i = 0; i < message.GetReflection()->FieldSize(message, &field);
       ++i) {
    words += (i == 0 ? "" : ", ") + RepeatedWords(message, field, i);
  }
  return words;
}

bool StatedElsewhere(int field) {
  return field == v1::Action::kKindFieldNumber ||
         field == v1::Action::kPuidFieldNumber ||
         field == v1::Action::kProvenanceFieldNumber;
}

}  // namespace

bool IsNewerThanKnown(uint32_t taxonomy) {
  const uint32_t month = taxonomy % 100;
  return taxonomy > kNewestTaxonomy && taxonomy <= 209'912 && month >= 1 &&
         month <= 12;
}

std::string NewerThanKnown(uint32_t taxonomy) {
  return "is of the code list " + std::to_string(taxonomy) +
         ", newer than the " + std::to_string(kNewestTaxonomy) +
         " that this program knows: take a newer modlog-verify";
}

// An unknown field of a newer version is no reason to call an entry wrong: then
// it cannot be told.
Result<void> ReadCanonicalEntry(std::string_view leaf, ReadEntry* entry,
                                std::string* scratch) {
  if (leaf.empty()) return Fail(Code::kMalformed, "is empty");
  ASSIGN_OR_RETURN(const DecodedEntry decoded, DecodeEntry(leaf));
  entry->logged_at_ms = decoded.logged_at_ms;
  entry->platform = decoded.platform;
  entry->action_bytes = decoded.action;
  entry->seal.reset();
  entry->seal_bytes = decoded.seal;
  if (decoded.is_seal()) {
    entry->action.Clear();
    ASSIGN_OR_RETURN(entry->seal, DecodeSeal(decoded.seal));
    return {};
  }
  if (!entry->action.ParseFromArray(decoded.action.data(),
                                    static_cast<int>(decoded.action.size()))) {
    return Fail(Code::kMalformed, "its action does not parse");
  }
  if (HasUnknownFields(entry->action)) {
    if (IsNewerThanKnown(entry->action.taxonomy())) {
      return Fail(Code::kUnavailable,
                  "has unknown fields, and " +
                      NewerThanKnown(entry->action.taxonomy()));
    }
    return Fail(Code::kMalformed, "its action has unknown fields");
  }
  if (!EncodesTo(entry->action, decoded.action, scratch)) {
    return Fail(Code::kMalformed, "its action is not in canonical encoding");
  }
  return {};
}

std::vector<NamedValue> DescribeFields(const Message& message) {
  std::vector<const FieldDescriptor*> fields;
  message.GetReflection()->ListFields(message, &fields);
  std::vector<NamedValue> values;
  for (const FieldDescriptor* field : fields) {
    values.emplace_back(LowerWords(field->name()), FieldWords(message, *field));
  }
  return values;
}

std::vector<NamedValue> DescribeAction(const v1::Action& action) {
  std::vector<const FieldDescriptor*> fields;
  action.GetReflection()->ListFields(action, &fields);
  std::vector<NamedValue> values;
  for (const FieldDescriptor* field : fields) {
    if (StatedElsewhere(field->number())) continue;
    values.emplace_back(LowerWords(field->name()), FieldWords(action, *field));
  }
  return values;
}

std::string KindWords(const v1::Action& action) {
  return EnumWords(*v1::Kind_descriptor(), action.kind());
}

std::string ProvenanceWords(const v1::Action& action) {
  switch (static_cast<int>(action.provenance())) {
    case v1::PROVENANCE_FIRST_HAND:
      return "submitted as the platform's own word";
    case v1::PROVENANCE_COPIED_FROM_PLATFORM:
      return "copied by a third party from what the platform published: not "
             "the platform's own word";
    case v1::PROVENANCE_COPIED_FROM_PRESS:
      return "copied by a third party from press reports: not the platform's "
             "own word";
    case v1::PROVENANCE_OBSERVED:
      return "observed from outside by a third party: not the platform's own "
             "word";
    default:
      return "of unknown provenance (code " +
             std::to_string(static_cast<int>(action.provenance())) +
             "): not to be taken for the platform's own word";
  }
}

}  // namespace modlog
