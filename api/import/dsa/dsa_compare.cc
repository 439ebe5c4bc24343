#include "api/import/dsa/dsa_compare.h"

#include <map>
#include <optional>
#include <unordered_map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "api/import/dsa/dsa_json.h"
#include "api/import/dsa_codes.h"
#include "api/import/puid.h"
#include "api/import/record_payload.h"

namespace modlog {
namespace {

constexpr size_t kComparedAtOnce = 256;

// What is kept of a statement of the older dump.
struct Older {
  Hash record;  // of the action's bytes, which commit to the texts
  uint64_t number;
  bool seen = false;  // in the new dump
};

// What the new dump says of a statement that the log is asked about.
struct Asked {
  std::string puid;
  std::string place;
  std::optional<Hash> before;  // nothing: the log's record is what was
  std::string action;          // as it reads now; empty: it is gone
  std::string statement;       // as JSON
};

class DsaComparer {
 public:
  DsaComparer(const DsaCompareOptions& options,
              const std::function<Result<void>(ImportRemark)>& on_refused)
      : options_(options), on_refused_(on_refused) {}

  Result<DsaComparison> Run();

 private:
  Result<void> ReadOlder();
  Result<void> TakeNew(const ImportRemark& place, const DsaStatement& statement,
                       const DsaRecord& record);
  Result<void> AskAboutVanished();
  Result<void> Ask(Asked asked);
  Result<void> Answer();
  void Judge(const Asked& asked, const std::optional<LoggedAction>& logged,
             bool recorded);
  std::string ChangePuid(const Asked& asked, const Hash& before) const;
  ImportedAction Change(const Asked& asked, const Hash& before) const;

  const DsaCompareOptions& options_;
  const std::function<Result<void>(ImportRemark)>& on_refused_;
  DsaComparison comparison_;
  std::unordered_map<std::string, Older> older_;
  std::vector<std::string> places_;  // of the older statements, by number
  std::vector<Asked> asked_;
};

Result<void> DsaComparer::ReadOlder() {
  DsaImportOptions dump = options_.dump;
  dump.files = options_.previous;
  return ReadDsaRecords(
      dump,
      [this](const ImportRemark& place, const DsaStatement&,
             const DsaRecord& record) -> Result<void> {
        if (older_.size() == kCompareRowsMax) {
          return Fail(Code::kTooLarge,
                      absl::StrCat("more than ", kCompareRowsMax,
                                   " statements before; compare file by file"));
        }
        older_.try_emplace(
            record.puid, Older{Sha256(AsBytes(record.action)), places_.size()});
        places_.push_back(FormatPlace(place));
        return {};
      },
      on_refused_);
}

Result<void> DsaComparer::TakeNew(const ImportRemark& place,
                                  const DsaStatement& statement,
                                  const DsaRecord& record) {
  std::optional<Hash> before;
  if (!options_.previous.empty()) {
    const auto at = older_.find(record.puid);
    if (at == older_.end()) {
      ++comparison_.added;
      return {};
    }
    at->second.seen = true;
    if (at->second.record == Sha256(AsBytes(record.action))) {
      ++comparison_.unchanged;
      return {};
    }
    before = at->second.record;
  }
  return Ask({record.puid, FormatPlace(place), before, record.action,
              FormatDsaJson(statement)});
}

Result<void> DsaComparer::AskAboutVanished() {
  if (comparison_.unread > 0) return {};
  std::map<uint64_t, std::pair<std::string, Hash>> gone;  // in their order
  for (const auto& [puid, older] : older_) {
    if (!older.seen) gone.emplace(older.number, std::pair(puid, older.record));
  }
  for (const auto& [number, statement] : gone) {
    RETURN_IF_ERROR(
        Ask({statement.first, places_[number], statement.second, "", ""}));
  }
  return {};
}

Result<void> DsaComparer::Ask(Asked asked) {
  asked_.push_back(std::move(asked));
  return asked_.size() < kComparedAtOnce ? Result<void>() : Answer();
}

// Two questions for all: what stands of the statements, then, since the puid of
// an entry about an edit may follow from that, which edits are in the log.
Result<void> DsaComparer::Answer() {
  std::vector<std::string> puids;
  for (const Asked& asked : asked_) puids.push_back(asked.puid);
  ASSIGN_OR_RETURN(const auto logged, options_.find(puids));
  std::vector<std::string> changes;
  for (size_t i = 0; i < asked_.size(); ++i) {
    if (!asked_[i].before && logged[i]) {
      asked_[i].before = Sha256(AsBytes(logged[i]->action));
    }
    changes.push_back(ChangePuid(asked_[i], asked_[i].before.value_or(Hash{})));
  }
  ASSIGN_OR_RETURN(const auto recorded, options_.find(changes));
  for (size_t i = 0; i < asked_.size(); ++i) {
    Judge(asked_[i], logged[i], recorded[i].has_value());
  }
  asked_.clear();
  return {};
}

void DsaComparer::Judge(const Asked& asked,
                        const std::optional<LoggedAction>& logged,
                        bool recorded) {
  if (!asked.before) {
    ++comparison_.added;
    return;
  }
  if (options_.previous.empty() && logged->action == asked.action) {
    ++comparison_.unchanged;
    return;
  }
  auto& list = asked.action.empty() ? comparison_.vanished : comparison_.edited;
  list.push_back({asked.puid, asked.place, logged.has_value(), recorded,
                  Change(asked, *asked.before)});
}

std::string DsaComparer::ChangePuid(const Asked& asked,
                                    const Hash& before) const {
  const std::string source =
      absl::StrCat("dsa-change:", asked.puid, ":", FormatHex(before));
  return DerivePuid(options_.dump.record.secret, source,
                    Sha256(AsBytes(asked.action)),
                    asked.action.empty() ? "removed" : "edited");
}

ImportedAction DsaComparer::Change(const Asked& asked,
                                   const Hash& before) const {
  v1::Action action;
  action.set_kind(v1::KIND_PUBLICATION_CHANGED);
  action.set_puid(ChangePuid(asked, before));
  action.set_taxonomy(kDsaTaxonomyV2);
  action.add_about(asked.puid);
  action.set_regime(v1::REGIME_EU_DSA);
  action.set_provenance(v1::PROVENANCE_OBSERVED);
  action.set_publication(asked.action.empty() ? v1::PUBLICATION_REMOVED
                                              : v1::PUBLICATION_EDITED);
  if (!asked.statement.empty()) {
    const CommittedParts committed = CommitPayload(
        options_.dump.record.secret, options_.dump.record.platform,
        action.puid(), {{kPartSourceText, Reach::kSubject, asked.statement}},
        KeepPayload::kNo);
    action.set_commitment(committed.commitment.data(),
                          committed.commitment.size());
  }
  return {asked.place, action.puid(), action.SerializeAsString()};
}

Result<DsaComparison> DsaComparer::Run() {
  RETURN_IF_ERROR(ReadOlder());
  RETURN_IF_ERROR(ReadDsaRecords(
      options_.dump,
      [this](const ImportRemark& place, const DsaStatement& statement,
             const DsaRecord& record) {
        return TakeNew(place, statement, record);
      },
      [this](ImportRemark remark) {
        ++comparison_.unread;
        return on_refused_(std::move(remark));
      }));
  RETURN_IF_ERROR(AskAboutVanished());
  RETURN_IF_ERROR(Answer());
  return std::move(comparison_);
}

}  // namespace

Result<DsaComparison> CompareDsa(
    const DsaCompareOptions& options,
    const std::function<Result<void>(ImportRemark)>& on_refused) {
  return DsaComparer(options, on_refused).Run();
}

}  // namespace modlog
