#include "api/export/dsa_csv.h"

#include <algorithm>
#include <string_view>

#include "verifier/core/bytes.h"

namespace modlog {
namespace {

bool IsLeftOut(DsaColumn column, DsaDumpForm form) {
  switch (form) {
    case DsaDumpForm::kFull:
      return false;
    case DsaDumpForm::kV1:
      return column == kDsaEan13;
    case DsaDumpForm::kLight:
      return column == kDsaIllegalExplanation ||
             column == kDsaIncompatibleExplanation || column == kDsaTerritory ||
             column == kDsaFacts;
  }
  return false;
}

// fputcsv: a quote behind a backslash is not doubled.
void AppendCell(std::string_view cell, std::string* row) {
  if (cell.find_first_of(",\"\\\n\r\t ") == std::string_view::npos) {
    row->append(cell);
    return;
  }
  row->push_back('"');
  bool escaped = false;
  for (const char c : cell) {
    if (c == '"' && !escaped) row->push_back('"');
    escaped = c == '\\';
    row->push_back(c);
  }
  row->push_back('"');
}

bool HasValue(const DsaStatement& statement, DsaColumn column) {
  return IsDsaList(column) ? !statement.List(column).empty()
                           : !statement.cells[column].empty();
}

}  // namespace

std::vector<DsaColumn> DsaDumpColumns(DsaDumpForm form) {
  std::vector<DsaColumn> columns;
  for (size_t i = 0; i < kDsaColumnCount; ++i) {
    const auto column = static_cast<DsaColumn>(i);
    if (!IsLeftOut(column, form)) columns.push_back(column);
  }
  return columns;
}

std::string FormatDsaHeader(std::span<const DsaColumn> columns) {
  std::string header;
  for (const DsaColumn column : columns) {
    if (!header.empty()) header.push_back(',');
    header.append(DsaColumnName(column));
  }
  return header + "\n";
}

std::string FormatDsaRow(const DsaStatement& statement,
                         std::span<const DsaColumn> columns, Losses* losses) {
  std::string row;
  for (const DsaColumn column : columns) {
    if (column != columns.front()) row.push_back(',');
    if (IsDsaList(column)) {
      AppendCell(FormatCodeList(statement.List(column)), &row);
    } else {
      AppendCell(statement.cells[column], &row);
    }
  }
  for (size_t i = 0; i < kDsaColumnCount; ++i) {
    const auto column = static_cast<DsaColumn>(i);
    if (!HasValue(statement, column)) continue;
    if (std::ranges::find(columns, column) != columns.end()) continue;
    ++(*losses)["no column for " + std::string(DsaColumnName(column))];
  }
  for (const DsaOther& other : statement.others) {
    ++(*losses)["no column for the attribute " + Quote(other.name)];
  }
  return row + "\n";
}

}  // namespace modlog
