#include "api/import/void_action.h"

#include <utility>

#include "api/import/dsa_codes.h"
#include "api/import/puid.h"

namespace modlog {

ImportedAction VoidAction(const PlatformSecret& secret,
                          const std::string& about, std::string source) {
  v1::Action action;
  action.set_kind(v1::KIND_VOID);
  action.set_puid(DerivePuid(secret, about, Sha256({}), "void"));
  action.set_taxonomy(kDsaTaxonomyV2);
  action.add_about(about);
  action.set_void_reason(v1::VOID_REASON_NEVER_APPLIED);
  action.set_provenance(v1::PROVENANCE_OBSERVED);
  return {std::move(source), action.puid(), action.SerializeAsString()};
}

}  // namespace modlog
