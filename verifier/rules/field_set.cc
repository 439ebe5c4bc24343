#include "verifier/rules/field_set.h"

#include <google/protobuf/descriptor.h>

#include <array>
#include <optional>

#include "modlog/v1/action.pb.h"

namespace modlog {
namespace {

// Protobuf's wire types.
constexpr uint64_t kVarint = 0;
constexpr uint64_t kBytes = 2;

std::optional<uint64_t> TakeVarint(std::string_view* rest) {
  uint64_t value = 0;
  for (size_t i = 0; i < rest->size() && i < 10; ++i) {
    const auto byte = static_cast<uint8_t>((*rest)[i]);
    value |= uint64_t{byte & 0x7fu} << (7 * i);
    if (byte < 0x80) {
      rest->remove_prefix(i + 1);
      return value;
    }
  }
  return std::nullopt;
}

// Passes over a value; whether it was one.
bool SkipValue(uint64_t wire_type, std::string_view* rest) {
  const std::optional<uint64_t> number = TakeVarint(rest);
  if (!number) return false;
  if (wire_type == kVarint) return true;
  if (wire_type != kBytes || *number > rest->size()) return false;
  rest->remove_prefix(*number);
  return true;
}

// Calls visit(number, bytes) for each field, tags included.
template <typename Visit>
void ForEachField(std::string_view action, const Visit& visit) {
  while (!action.empty()) {
    const std::string_view begin = action;
    const std::optional<uint64_t> tag = TakeVarint(&action);
    if (!tag || !SkipValue(*tag & 7, &action)) return;
    const uint64_t number = *tag >> 3;
    if (number > FieldSet::kMax) continue;
    visit(static_cast<int>(number),
          begin.substr(0, begin.size() - action.size()));
  }
}

using FieldBytes = std::array<std::string, FieldSet::kMax + 1>;

FieldBytes SplitFields(std::string_view action) {
  FieldBytes fields;
  ForEachField(action, [&](int number, std::string_view bytes) {
    fields[static_cast<size_t>(number)] += bytes;
  });
  return fields;
}

}  // namespace

std::vector<int> FieldSet::Numbers() const {
  std::vector<int> numbers;
  for (int number = 0; number <= kMax; ++number) {
    if (Has(number)) numbers.push_back(number);
  }
  return numbers;
}

FieldSet PresentFields(std::string_view action) {
  FieldSet present;
  ForEachField(action,
               [&](int number, std::string_view) { present.Add(number); });
  return present;
}

FieldSet DifferingFields(std::string_view a, std::string_view b) {
  const FieldBytes fields_a = SplitFields(a);
  const FieldBytes fields_b = SplitFields(b);
  FieldSet differing;
  for (size_t i = 0; i < fields_a.size(); ++i) {
    if (fields_a[i] != fields_b[i]) differing.Add(static_cast<int>(i));
  }
  return differing;
}

std::string FieldName(int number) {
  const auto* field = v1::Action::descriptor()->FindFieldByNumber(number);
  return field == nullptr ? "field " + std::to_string(number) : field->name();
}

}  // namespace modlog
