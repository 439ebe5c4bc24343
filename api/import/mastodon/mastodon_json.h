#ifndef MODLOG_API_IMPORT_MASTODON_MASTODON_JSON_H_
#define MODLOG_API_IMPORT_MASTODON_MASTODON_JSON_H_

// The JSON form of a list of domains (mastodon_list.h): an array of objects
// whose members are the table's columns, or of strings. A row is an element.

#include <string_view>

#include "api/import/mastodon/mastodon_row.h"

namespace modlog {

// ReadDomainJson. kMalformed where the text is no such array, kTooLarge.
Result<void> ReadDomainJson(std::string_view text, const std::string& source,
                            DomainRows* rows, DomainList* list);

}  // namespace modlog

#endif  // MODLOG_API_IMPORT_MASTODON_MASTODON_JSON_H_
