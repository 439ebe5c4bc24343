#include "api/import/dsa/dsa_json.h"

#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "verifier/base/strict_json.h"

namespace modlog {
namespace {

using Json = nlohmann::json;
using OrderedJson = nlohmann::ordered_json;

constexpr char kEan13[] = "EAN-13";
constexpr size_t kNameMax = 64;

// Null, "", [] and {} are as if the attribute were not there.
bool IsNothing(const Json& value) {
  return value.is_null() ||
         ((value.is_array() || value.is_object()) && value.empty()) ||
         (value.is_string() && value.get_ref<const std::string&>().empty());
}

class StatementReader {
 public:
  std::expected<DsaStatement, DsaFault> Read(const Json& object) {
    for (const auto& [name, value] : object.items()) {
      if (name.size() > kNameMax) {
        return Fault("", absl::StrCat("a name of ", name.size(),
                                      " bytes, limit ", kNameMax));
      }
      const auto column = FindDsaColumn(name);
      if (column && !seen_.insert(*column).second) {
        return Fault(name, "given twice, under two names");
      }
      if (IsNothing(value)) continue;
      if (auto fault =
              column ? Take(*column, name, value) : TakeOther(name, value)) {
        return std::unexpected(*std::move(fault));
      }
    }
    return std::move(statement_);
  }

 private:
  static std::unexpected<DsaFault> Fault(std::string column,
                                         std::string reason) {
    return std::unexpected(DsaFault{std::move(column), std::move(reason)});
  }

  std::optional<DsaFault> Take(DsaColumn column, const std::string& name,
                               const Json& value) {
    if (IsDsaList(column)) return TakeList(column, name, value);
    if (column == kDsaEan13 && value.is_object()) return TakeContentId(value);
    const auto* const text = value.get_ptr<const std::string*>();
    if (text == nullptr) return DsaFault{name, "not a string"};
    if (SaysNull(column, *text)) {
      statement_.nulls.push_back({column, *text});
    } else {
      statement_.cells[column] = *text;
    }
    return std::nullopt;
  }

  std::optional<DsaFault> TakeList(DsaColumn column, const std::string& name,
                                   const Json& value) {
    const auto* const word = value.get_ptr<const std::string*>();
    if (word != nullptr && SaysNull(column, *word)) return std::nullopt;
    if (!value.is_array()) return DsaFault{name, "not a list of codes"};
    for (const Json& element : value) {
      if (element.is_null()) continue;
      const auto* const text = element.get_ptr<const std::string*>();
      if (text == nullptr) return DsaFault{name, "not a list of codes"};
      if (SaysNull(column, *text)) {
        statement_.nulls.push_back({column, *text});
      } else {
        statement_.List(column).push_back(*text);
      }
    }
    return std::nullopt;
  }

  std::optional<DsaFault> TakeContentId(const Json& value) {
    const auto ean = value.find(kEan13);
    if (value.size() == 1 && ean != value.end() && ean->is_string()) {
      statement_.cells[kDsaEan13] = ean->get<std::string>();
      return std::nullopt;
    }
    return TakeOther("content_id", value);
  }

  std::optional<DsaFault> TakeOther(const std::string& name,
                                    const Json& value) {
    const auto* const text = value.get_ptr<const std::string*>();
    statement_.others.push_back({name, text != nullptr ? *text : value.dump(),
                                 /*is_json=*/text == nullptr});
    return std::nullopt;
  }

  DsaStatement statement_;
  std::set<DsaColumn> seen_;
};

}  // namespace

std::expected<DsaStatement, DsaFault> ParseDsaJson(std::string_view text) {
  auto object = ParseStrictJson(text);
  if (!object) {
    return std::unexpected(DsaFault{"", std::move(object).error().message});
  }
  if (!object->is_object()) return std::unexpected(DsaFault{"", "no object"});
  return StatementReader().Read(*object);
}

std::string FormatDsaJson(const DsaStatement& statement) {
  OrderedJson object = OrderedJson::object();
  for (size_t i = 0; i < kDsaColumnCount; ++i) {
    const auto column = static_cast<DsaColumn>(i);
    const std::string name(DsaAttributeName(column));
    if (IsDsaList(column)) {
      const auto& list = statement.List(column);
      if (!list.empty()) object[name] = list;
    } else if (statement.cells[column].empty()) {
      continue;
    } else if (column == kDsaEan13) {
      object[name] = {{kEan13, statement.cells[column]}};
    } else {
      object[name] = statement.cells[column];
    }
  }
  for (const DsaOther& other : statement.others) {
    OrderedJson value = other.is_json
                            ? OrderedJson::parse(other.value, nullptr,
                                                 /*allow_exceptions=*/false)
                            : OrderedJson(other.value);
    object[other.name] =
        value.is_discarded() ? OrderedJson(other.value) : value;
  }
  return object.dump(-1, ' ', false, OrderedJson::error_handler_t::replace);
}

}  // namespace modlog
