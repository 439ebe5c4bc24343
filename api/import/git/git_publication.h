#ifndef MODLOG_API_IMPORT_GIT_GIT_PUBLICATION_H_
#define MODLOG_API_IMPORT_GIT_GIT_PUBLICATION_H_

// The entry about what became of a published text: PUBLICATION_CHANGED about
// the entry that stands for the paper, seen on the day of the commit.
//
// It is named by the path, the words, what became of them and how often that
// had happened before: a text that is removed, restored and removed again
// makes three entries, and one whose history was rewritten, with other commits,
// makes no more. What stands in a log under such a name is kept as it is.
//
// Not thread-safe.

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "api/import/git/git_history.h"
#include "api/import/git/git_texts.h"
#include "api/import/importer.h"

namespace modlog {

// FateName returns the word: "edited", "moved", …
std::string_view FateName(TextFate fate);

struct PublicationPuids {
  std::string puid;
  // As earlier versions made it, of the commit's id.
  std::string older;
};
PublicationPuids PublicationPuidsOf(const PlatformSecret& secret,
                                    const GitTexts& texts,
                                    const TextChange& change);

// MakePublicationChange. `text` is the new text of an edited one, else empty.
// `source_day` may be 0.
ImportedAction MakePublicationChange(const GitHistoryOptions& options,
                                     const GitTexts& texts,
                                     const TextChange& change,
                                     const std::string& paper,
                                     const std::string& text,
                                     uint32_t source_day);

// CommitDay returns the day of a commit, 0 where a committer's clock said what
// cannot be.
uint32_t CommitDay(const GitTexts::Commit& commit, uint32_t today);

// What a log has under some puids, asked for many at once.
class LoggedPuids {
 public:
  explicit LoggedPuids(const FindLogged& find) : find_(find) {}
  // Ask forgets what was asked before.
  Result<void> Ask(const std::vector<std::string>& puids);
  // Find returns null for what is not in the log or was not asked for.
  const LoggedAction* Find(const std::string& puid) const;
  // FindChange returns that of either name.
  const LoggedAction* FindChange(const PublicationPuids& puids,
                                 std::string* found) const;

 private:
  const FindLogged& find_;
  std::unordered_map<std::string, LoggedAction> logged_;
};

}  // namespace modlog

#endif  // MODLOG_API_IMPORT_GIT_GIT_PUBLICATION_H_
