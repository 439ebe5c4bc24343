#ifndef MODLOG_API_IMPORT_GITHUB_GITHUB_ADDRESSES_H_
#define MODLOG_API_IMPORT_GITHUB_GITHUB_ADDRESSES_H_

// What the addresses in a text lead to. Targets, the things on GitHub that a
// notice may be about:
//
//   https://github.com/Owner/Repo/blob/…           github:owner/repo
//   https://raw.githubusercontent.com/Owner/Repo/… github:owner/repo
//   https://gist.github.com/Owner/0123abcd…        gist:0123abcd…
//   https://www.npmjs.com/package/@scope/name      npm:@scope/name
//   https://owner.github.io/…                      pages:owner.github.io
//
// All in lower case, as GitHub does not tell cases apart. GitHub's own pages
// (documentation, the notices themselves) are no targets, nor is a whole
// account. A pages site is one only where no repository of its owner is named:
// it is the same thing under another address.
//
// And other published notices, by their paths: YYYY/MM/YYYY-MM-DD-name.md.
//
// Pure functions, thread-safe; linear in the size of the text.

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace modlog {

using TargetSet = std::set<std::string>;

// FindTargets. REQUIRES: `text` is in lower case.
TargetSet FindTargets(std::string_view text);

// FindNotices returns the paths in the order of the text, each once, at most
// kFoundNoticesMax.
inline constexpr size_t kFoundNoticesMax = 256;
std::vector<std::string> FindNotices(std::string_view text);

}  // namespace modlog

#endif  // MODLOG_API_IMPORT_GITHUB_GITHUB_ADDRESSES_H_
