// Law: every domain of a list, whether table, plain text or JSON, is a host
// name and stands in it once (by its id: two may be masked alike), a comment is
// UTF-8, and every severity has a name. Inputs up to 16 KiB.

#include <algorithm>
#include <set>

#include "api/import/mastodon/mastodon_list.h"
#include "api/import/mastodon/mastodon_tags.h"
#include "tests/fuzz/fuzzer.h"

namespace modlog {

MODLOG_FUZZER(domain_list) {
  if (size > 16 << 10) return -1;
  const auto list = ParseDomainList(AsText(Bytes(data, size)), "list");
  if (!list.has_value()) return 0;
  std::set<std::string> domains;
  for (const DomainBlock& block : list->blocks) {
    MODLOG_CHECK(!block.domain.empty() && block.domain.size() <= 253,
                 "a domain has its size");
    MODLOG_CHECK(domains.insert(block.id).second, "each domain once");
    MODLOG_CHECK(!block.severity_name.empty(), "a severity has its name");
    MODLOG_CHECK(IsUtf8(block.public_comment), "a comment is text");
    const BlockTags tags = ReadBlockTags(block.public_comment);
    MODLOG_CHECK(std::find(tags.more.begin(), tags.more.end(), tags.category) ==
                     tags.more.end(),
                 "the first category is not repeated");
  }
  return 0;
}

}  // namespace modlog
