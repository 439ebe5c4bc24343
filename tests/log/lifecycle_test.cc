// The tables of docs/lifecycle.md, read from the page and tried cell by cell:
// what the page promises, what the log takes and what an audit asks for are one
// thing.

#include <google/protobuf/descriptor.h>
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>

#include "log/rules/kind_rules.h"
#include "log/rules/reference_rules.h"
#include "modlog/v1/action.pb.h"
#include "verifier/rules/audited_fields.h"

namespace modlog::lifecycle_test {
namespace {

using Names = std::set<std::string>;
using google::protobuf::FieldDescriptor;

std::string ReadPage() {
  std::ifstream in(MODLOG_SOURCE_DIR "/docs/lifecycle.md");
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

// The rows of the first table below a heading, without the head.
std::vector<std::vector<std::string>> Table(const std::string& heading) {
  std::istringstream in(ReadPage());
  std::vector<std::vector<std::string>> rows;
  bool below = false;
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("## ")) below = line == "## " + heading;
    if (!below || !line.starts_with("|")) continue;
    std::vector<std::string> cells;
    std::istringstream cell_in(line.substr(1));
    for (std::string cell; std::getline(cell_in, cell, '|');) {
      cells.push_back(std::regex_replace(cell, std::regex("^ +| +$"), ""));
    }
    rows.push_back(cells);
  }
  if (rows.size() > 2) rows.erase(rows.begin(), rows.begin() + 2);
  return rows;
}

// Words in a cell or list: fields as they are, groups spelled out.
Names Expand(const std::string& text,
             const std::map<std::string, Names>& groups) {
  Names names;
  const std::regex word("[A-Za-z0-9_]+");
  for (std::sregex_iterator it(text.begin(), text.end(), word), end; it != end;
       ++it) {
    if (const auto group = groups.find(it->str()); group != groups.end()) {
      names.insert(group->second.begin(), group->second.end());
    } else if (v1::Action::descriptor()->FindFieldByName(it->str()) !=
               nullptr) {
      names.insert(it->str());
    }
  }
  return names;
}

// The items of the page's lists, each as one line.
std::vector<std::string> ListItems() {
  std::vector<std::string> items;
  std::istringstream in(ReadPage());
  bool within = false;
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("* ")) {
      items.push_back(line);
    } else if (within && line.starts_with("  ")) {
      items.back() += line.substr(1);
    }
    within = line.starts_with("* ") || (within && line.starts_with("  "));
  }
  return items;
}

// "* DEC: `visibility`, …", "* GRD: `ground`, `category`, and MORE: …"
std::map<std::string, Names> Groups() {
  std::map<std::string, Names> groups;
  const std::regex list("([A-Z]{3,4}): ((?:(?![A-Z]{3,4}:)[^:])*)");
  for (const std::string& line : ListItems()) {
    std::vector<std::pair<std::string, Names>> found;
    for (std::sregex_iterator it(line.begin(), line.end(), list), end;
         it != end; ++it) {
      found.emplace_back(it->str(1), Expand(it->str(2), groups));
    }
    // A list within a list belongs to both.
    for (size_t i = 0; i < found.size(); ++i) {
      for (size_t j = i; j < found.size(); ++j) {
        groups[found[i].first].insert(found[j].second.begin(),
                                      found[j].second.end());
      }
    }
  }
  return groups;
}

struct PageRow {
  int kind = 0;
  std::string variant;  // "applied"
  Names needs, needs_own, allows;
  bool needs_a_decision = false;
  int about_max = 0;
};

std::vector<PageRow> PageRows() {
  const std::map<std::string, Names> groups = Groups();
  std::vector<PageRow> rows;
  for (const auto& cells : Table("Kinds")) {
    PageRow row;
    row.kind = std::stoi(cells.at(0));
    if (const size_t comma = cells[0].find(", "); comma != std::string::npos) {
      row.variant = cells[0].substr(comma + 2);
    }
    std::string needs = cells.at(1);
    row.needs_a_decision = needs.find("one of DEC") != std::string::npos;
    needs = std::regex_replace(needs, std::regex("one of .*"), "");
    row.needs = Expand(needs, groups);
    row.needs_own = Expand(cells.at(2), groups);
    row.allows = Expand(cells.at(3), groups);
    if (row.needs_a_decision) {
      const Names& decisions = groups.at("DEC");
      row.allows.insert(decisions.begin(), decisions.end());
    }
    if (cells.at(4) != "–") row.about_max = std::stoi(cells[4]);
    rows.push_back(row);
  }
  return rows;
}

// Gives a field some value: whether it is a sensible one is for other rules.
void Fill(const std::string& name, v1::Action* action) {
  const FieldDescriptor* field =
      v1::Action::descriptor()->FindFieldByName(name);
  const auto* reflection = action->GetReflection();
  const bool list = field->is_repeated();
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_ENUM:
      if (list) reflection->AddEnumValue(action, field, 1);
      if (!list) reflection->SetEnumValue(action, field, 1);
      break;
    case FieldDescriptor::CPPTYPE_UINT32:
      if (list) reflection->AddUInt32(action, field, 1);
      if (!list) reflection->SetUInt32(action, field, 20'000);
      break;
    case FieldDescriptor::CPPTYPE_UINT64:
      if (list) reflection->AddUInt64(action, field, 1);
      if (!list) reflection->SetUInt64(action, field, 1);
      break;
    case FieldDescriptor::CPPTYPE_STRING:
      if (list) reflection->AddString(action, field, "other");
      if (!list) reflection->SetString(action, field, std::string(32, 'c'));
      break;
    default:
      reflection->MutableMessage(action, field);
  }
}

v1::Action Minimal(const PageRow& row) {
  v1::Action action;
  action.set_kind(static_cast<v1::Kind>(row.kind));
  action.set_puid("own");
  action.set_taxonomy(202507);
  for (const std::string& name : row.needs) Fill(name, &action);
  for (const std::string& name : row.needs_own) Fill(name, &action);
  if (row.needs_a_decision) Fill("visibility", &action);
  if (row.variant == "negated") action.set_label_op(v1::LABEL_OP_NEGATE);
  return action;
}

struct Complaint {
  std::string field;
  std::string words;
};

// What the log's rules of kinds say.
std::vector<Complaint> Refusals(const v1::Action& action) {
  std::vector<Violation> violations;
  std::vector<Violation> expected;
  CheckKind(action, &violations, &expected);
  std::vector<Complaint> complaints;
  for (const Violation& violation : violations) {
    complaints.push_back({violation.field, violation.description});
  }
  return complaints;
}

// What an audit's say.
std::vector<Complaint> Findings(const v1::Action& action) {
  std::vector<Complaint> complaints;
  JudgeAction(action, PresentFields(action.SerializeAsString()),
              1'767'225'600'000,
              [&](std::string_view rule, Severity severity, std::string what) {
                if (rule != kRuleKinds || severity != Severity::kViolation ||
                    what.starts_with("corrected: ")) {
                  return;
                }
                const bool measure = what.starts_with("none of visibility");
                complaints.push_back(
                    {measure ? "visibility" : what.substr(0, what.find(' ')),
                     measure ? "is required" : std::move(what)});
              });
  return complaints;
}

// What they say of a field: "required", "not allowed", "".
std::string Verdict(const std::vector<Complaint>& complaints,
                    const std::string& name) {
  const std::regex exact("(^|, )" + name + "($|, )");
  for (const auto& [field, words] : complaints) {
    if (!std::regex_search(field, exact)) continue;
    if (words.find("is required") != std::string::npos) return "required";
    if (words.find("is not allowed") != std::string::npos ||
        words.find("takes yet") != std::string::npos) {
      return "not allowed";
    }
  }
  return "";
}

// Of both, where they agree.
std::string Verdict(const v1::Action& action, const std::string& name) {
  const std::string log = Verdict(Refusals(action), name);
  const std::string audit = Verdict(Findings(action), name);
  return log == audit ? log : "log: " + log + ", audit: " + audit;
}

// Fields that the page allows everywhere, and those of the log's own entries.
bool IsEverywhere(const std::string& name) {
  static const Names names = {"kind",       "puid",         "taxonomy",
                              "regime",     "provenance",   "source_date",
                              "commitment", "payload_until"};
  return names.contains(name);
}
// Judged with what it needs and not by the table: strikes_expire; and what only
// the log's own entries hold.
bool IsElsewhere(const std::string& name) {
  static const Names names = {"strikes_expire", "about_index", "erasure",
                              "redaction", "succession"};
  return names.contains(name);
}

Names AllFields() {
  Names names;
  for (int i = 0; i < v1::Action::descriptor()->field_count(); ++i) {
    const std::string& name = v1::Action::descriptor()->field(i)->name();
    if (!IsEverywhere(name) && !IsElsewhere(name)) names.insert(name);
  }
  return names;
}

TEST(Lifecycle, ThePageHasARowForEveryKindThatIsSubmitted) {
  // A kind could be taken that no page describes.
  Names kinds;
  for (const PageRow& row : PageRows()) kinds.insert(std::to_string(row.kind));
  for (int kind = 1; kind <= v1::Kind_MAX; ++kind) {
    const bool own = kind == v1::KIND_PAYLOAD_ERASED ||
                     kind == v1::KIND_LEAF_REDACTED ||
                     kind == v1::KIND_SUCCESSION;
    EXPECT_EQ(kinds.contains(std::to_string(kind)), !own) << kind;
  }
}

TEST(Lifecycle, WhatARowNeedsIsRequiredAndNothingElseIs) {
  // Entries without what makes them useful would be taken, or good ones not.
  int cells = 0;
  for (const PageRow& row : PageRows()) {
    const v1::Action whole = Minimal(row);
    for (const auto& complaints : {Refusals(whole), Findings(whole)}) {
      EXPECT_TRUE(complaints.empty())
          << row.kind << row.variant << ": " << complaints[0].field << " "
          << complaints[0].words;
    }
    Names needed = row.needs;
    needed.insert(row.needs_own.begin(), row.needs_own.end());
    if (row.needs_a_decision) needed.insert("visibility");
    for (const std::string& name : needed) {
      if (name == "label_op") continue;  // says which of the two rows it is
      v1::Action without = whole;
      without.GetReflection()->ClearField(
          &without, v1::Action::descriptor()->FindFieldByName(name));
      EXPECT_EQ(Verdict(without, name), "required")
          << row.kind << row.variant << " without " << name;
      // A copy may lack what only the platform itself must say.
      without.set_provenance(v1::PROVENANCE_COPIED_FROM_PLATFORM);
      EXPECT_EQ(Verdict(without, name),
                row.needs_own.contains(name) ? "" : "required")
          << row.kind << row.variant << ", copied, without " << name;
      ++cells;
    }
  }
  EXPECT_GT(cells, 40);
}

TEST(Lifecycle, AFieldIsAllowedExactlyWhereItsRowSaysSo) {
  // A field in the wrong place would be counted where it means nothing.
  int cells = 0;
  for (const PageRow& row : PageRows()) {
    Names allowed = row.allows;
    allowed.insert(row.needs.begin(), row.needs.end());
    allowed.insert(row.needs_own.begin(), row.needs_own.end());
    for (const std::string& name : AllFields()) {
      if (name == "label_op") continue;
      v1::Action with = Minimal(row);
      Fill(name, &with);
      if (row.variant == "negated") with.set_label_op(v1::LABEL_OP_NEGATE);
      EXPECT_EQ(Verdict(with, name),
                allowed.contains(name) ? "" : "not allowed")
          << row.kind << row.variant << " with " << name;
      ++cells;
    }
  }
  EXPECT_GT(cells, 1'000);
}

TEST(Lifecycle, AboutTakesAsManyAsItsCellSays) {
  // One entry could reverse a thousand decisions.
  for (const PageRow& row : PageRows()) {
    if (row.about_max == 0 || row.kind == v1::KIND_CORRECTION) continue;
    v1::Action action = Minimal(row);
    action.clear_about();
    for (int i = 0; i < row.about_max; ++i) {
      action.add_about("about" + std::to_string(10 + i));
    }
    EXPECT_EQ(Refusals(action).size(), 0u) << row.kind;
    EXPECT_EQ(Findings(action).size(), 0u) << row.kind;
    action.add_about("z");
    EXPECT_EQ(Refusals(action).size(), 1u) << row.kind;
    EXPECT_EQ(Findings(action).size(), 1u) << row.kind;
  }
}

TEST(Lifecycle, ReferencesLeadWhereTheirTableSaysAndNowhereElse) {
  // A reversal could undo an appeal, or an appeal contest a statistic.
  const auto kinds_in = [](const std::string& cell) {
    KindSet set = 0;
    for (int kind = 1; kind <= 25; ++kind) {
      const std::string name =
          v1::Kind_Name(static_cast<v1::Kind>(kind)).substr(5);
      const bool is_record = kind < 16 || kind > 22;
      if (cell == "any" || (cell == "any record" && is_record) ||
          std::regex_search(cell, std::regex("(^|, )" + name + "($|, )"))) {
        set |= Kinds(kind);
      }
    }
    return set;
  };
  constexpr KindSet kKnown = (KindSet{1} << 26) - 2;
  int cells = 0;
  std::map<std::string, std::vector<std::string>> by_kind;
  for (const auto& cells_of_row : Table("References")) {
    const std::string& names = cells_of_row.at(0);
    if (names.starts_with("LABEL, ")) {
      by_kind[names] = cells_of_row;
      continue;
    }
    std::istringstream in(names);
    for (std::string name; std::getline(in, name, ',');) {
      by_kind[std::regex_replace(name, std::regex(" "), "")] = cells_of_row;
    }
  }
  const auto check = [&](const v1::Action& action, const std::string& name) {
    const auto row = by_kind.find(name);
    const bool none = row == by_kind.end();
    EXPECT_EQ(AboutKinds(action) & kKnown,
              none ? 0 : kinds_in(row->second.at(1)))
        << name;
    EXPECT_EQ(CauseKinds(action) & kKnown,
              none ? 0 : kinds_in(row->second.at(2)))
        << name;
    const KindRow* const judged = RowOf(action);
    ASSERT_NE(judged, nullptr) << name;
    for (int kind = 1; kind <= 25; ++kind) {
      EXPECT_EQ(judged->about.Has(kind), Contains(AboutKinds(action), kind))
          << name << " about " << kind;
      EXPECT_EQ(judged->cause.Has(kind), Contains(CauseKinds(action), kind))
          << name << " cause " << kind;
    }
    cells += 50;
  };
  for (int kind = 1; kind <= 25; ++kind) {
    v1::Action action;
    action.set_kind(static_cast<v1::Kind>(kind));
    const std::string name = v1::Kind_Name(action.kind()).substr(5);
    if (kind == v1::KIND_CORRECTION || kind == v1::KIND_LABEL) continue;
    check(action, name);
  }
  for (int kind = 1; kind <= 25; ++kind) {  // a record of the same kind
    v1::Action correction;
    correction.set_kind(v1::KIND_CORRECTION);
    correction.mutable_corrected()->set_kind(static_cast<v1::Kind>(kind));
    const bool is_record = kind < 16 || kind > 22;
    EXPECT_EQ(AboutKinds(correction), is_record ? Kinds(kind) : 0) << kind;
    EXPECT_EQ(kRecordKinds.Has(kind), is_record) << kind;
  }
  EXPECT_GT(cells, 1'000);
}

}  // namespace
}  // namespace modlog::lifecycle_test
