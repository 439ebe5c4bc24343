#include "api/import/dsa/dsa_repair.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "api/import/dsa_codes.h"
#include "api/import/puid.h"
#include "verifier/core/sha256.h"

namespace modlog {

std::optional<DsaRecord> ReadBefore(
    const DsaStatement& statement, unsigned taxonomy,
    const DsaRecordOptions& options,
    const std::expected<DsaRecord, DsaFault>& record) {
  if (statement.nulls.empty()) return std::nullopt;
  auto before = MakeDsaRecord(TakingNullForACode(statement), taxonomy, options);
  if (!before || (record && record->action == before->action)) {
    return std::nullopt;
  }
  return *std::move(before);
}

bool WasLoggedWrongly(const NullStatement& statement,
                      const LoggedAction& logged) {
  return logged.action == statement.before.action && !logged.is_void &&
         !logged.corrected;
}

ImportedAction PutRight(const NullStatement& statement,
                        const DsaRecordOptions& options) {
  const std::string& puid = statement.before.puid;
  v1::Action action;
  action.set_puid(DerivePuid(options.secret, absl::StrCat("dsa-repair:", puid),
                             Sha256(AsBytes(statement.before.action)),
                             "repair"));
  action.set_taxonomy(kDsaTaxonomyV2);
  action.add_about(puid);
  if (statement.record) {
    action.set_kind(v1::KIND_CORRECTION);
    MODLOG_CHECK(
        action.mutable_corrected()->ParseFromString(statement.record->action),
        "a record that was just made parses");
  } else {
    action.set_kind(v1::KIND_VOID);
    action.set_void_reason(v1::VOID_REASON_NEVER_APPLIED);
  }
  return {FormatPlace(statement.place), action.puid(),
          action.SerializeAsString()};
}

}  // namespace modlog
