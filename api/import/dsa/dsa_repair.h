#ifndef MODLOG_API_IMPORT_DSA_DSA_REPAIR_H_
#define MODLOG_API_IMPORT_DSA_DSA_REPAIR_H_

// Records that an earlier version made of the word null: an unlisted decision,
// a suspension of nothing. They are recognised by their bytes, which are made
// again as that version made them. Not thread-safe.
//
// What puts one right is a CORRECTION to what the statement says, or a VOID
// where it says no decision at all; its puid is derived, so it is logged once.

#include <optional>
#include <string>
#include <vector>

#include "api/import/dsa/dsa_record.h"
#include "api/import/importer.h"

namespace modlog {

// A statement with the word null in it, and its records now and then.
struct NullStatement {
  ImportRemark place;
  std::expected<DsaRecord, DsaFault> record;
  DsaRecord before;
};

// ReadBefore returns the record that the earlier version made; nothing where it
// made none, or the same.
std::optional<DsaRecord> ReadBefore(
    const DsaStatement& statement, unsigned taxonomy,
    const DsaRecordOptions& options,
    const std::expected<DsaRecord, DsaFault>& record);

// WasLoggedWrongly: whether `logged` is that record, and nothing has put it
// right since.
bool WasLoggedWrongly(const NullStatement& statement,
                      const LoggedAction& logged);

// PutRight makes the entry.
ImportedAction PutRight(const NullStatement& statement,
                        const DsaRecordOptions& options);

}  // namespace modlog

#endif  // MODLOG_API_IMPORT_DSA_DSA_REPAIR_H_
