// Law: what git prints is read the same in one piece or many, every change has
// a path and a blob on one side, and texts are only changed after they were
// added. Inputs up to 16 KiB.

#include "api/import/git/git_log.h"

#include "api/import/git/git_texts.h"
#include "tests/fuzz/fuzzer.h"

namespace modlog {
namespace {

std::string Read(std::string_view text, size_t piece, TextHistory* history) {
  std::string all;
  GitLogParser parser([&](const GitCommit& commit) -> Result<void> {
    all += commit.id + "\n";
    for (const GitChange& change : commit.changes) {
      MODLOG_CHECK(!change.path.empty() && change.before != change.after,
                   "a change has a path and changes something");
      all += change.before + ">" + change.after + " " + change.path + "\n";
    }
    history->Add(commit);
    return {};
  });
  while (!text.empty()) {
    const std::string_view head = text.substr(0, piece);
    if (const auto fed = parser.Feed(head); !fed.has_value()) {
      return all + fed.error().message;
    }
    text.remove_prefix(head.size());
  }
  const auto finished = parser.Finish();
  return finished.has_value() ? all : all + finished.error().message;
}

}  // namespace

MODLOG_FUZZER(git_log) {
  if (size > 16 << 10) return -1;
  const std::string_view text = AsText(Bytes(data, size));
  TextHistory whole;
  TextHistory pieces;
  MODLOG_CHECK(Read(text, size + 1, &whole) == Read(text, 3, &pieces),
               "pieces change nothing");
  for (const TextChange& change : whole.texts().changes) {
    MODLOG_CHECK(change.text < whole.texts().texts.size() &&
                     change.older < whole.texts().texts.size() &&
                     change.commit < whole.texts().commits.size(),
                 "a change is of a text and a commit there is");
  }
  return 0;
}

}  // namespace modlog
