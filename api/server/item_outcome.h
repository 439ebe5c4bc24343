#ifndef MODLOG_API_SERVER_ITEM_OUTCOME_H_
#define MODLOG_API_SERVER_ITEM_OUTCOME_H_

#include "log/log.h"

namespace modlog {

// Stands: the item is in the log, now or before, so it can be proved.
inline bool Stands(const ItemResult& item) {
  return item.outcome == ItemResult::Outcome::kLogged ||
         item.outcome == ItemResult::Outcome::kDuplicate;
}

}  // namespace modlog

#endif  // MODLOG_API_SERVER_ITEM_OUTCOME_H_
