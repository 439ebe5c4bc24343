#ifndef MODLOG_API_IMPORT_VOID_ACTION_H_
#define MODLOG_API_IMPORT_VOID_ACTION_H_

// The VOID of an entry that an earlier version of an importer made wrongly.

#include <string>

#include "api/import/importer.h"
#include "api/import/platform_secret.h"

namespace modlog {

// VoidAction declares that what stands under `about` never applied. The same
// entry gets the same VOID in every run.
ImportedAction VoidAction(const PlatformSecret& secret,
                          const std::string& about, std::string source);

}  // namespace modlog

#endif  // MODLOG_API_IMPORT_VOID_ACTION_H_
