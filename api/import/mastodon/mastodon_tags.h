#ifndef MODLOG_API_IMPORT_MASTODON_MASTODON_TAGS_H_
#define MODLOG_API_IMPORT_MASTODON_MASTODON_TAGS_H_

// The tags that publishers of block lists put into the public comment
// ("hate-speech, spam"; "iftas:hate-speech;online-harassment"), as categories
// and keywords of the DSA's list. The table is the project's own reading of the
// tags met in published lists; what it lacks stays in the comment alone.
//
// Pure functions, thread-safe.

#include <string_view>
#include <vector>

#include "modlog/v1/action.pb.h"

namespace modlog {

struct BlockTags {
  // Of the first tag that has one; kNoCategory where none has.
  v1::Category category;
  std::vector<v1::Category> more;     // ascending, without `category`
  std::vector<v1::Keyword> keywords;  // ascending
  size_t unknown = 0;                 // tags that the table lacks
};
inline constexpr v1::Category kNoCategory = v1::CATEGORY_OTHER_VIOLATION_TC;

BlockTags ReadBlockTags(std::string_view comment);

}  // namespace modlog

#endif  // MODLOG_API_IMPORT_MASTODON_MASTODON_TAGS_H_
