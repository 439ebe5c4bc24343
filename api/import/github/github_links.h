#ifndef MODLOG_API_IMPORT_GITHUB_GITHUB_LINKS_H_
#define MODLOG_API_IMPORT_GITHUB_GITHUB_LINKS_H_

// Which earlier notice a notice is about. The notices read so far, by path and
// by target; some 300 bytes each.
//
// Not thread-safe.

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "api/import/github/github_name.h"
#include "api/import/github/github_text.h"

namespace modlog {

// An earlier notice that may be referred to.
struct LinkedNotice {
  NoticeType type;
  std::string label;
  std::string puid;         // of the entry that stands for the paper itself
  std::string action_puid;  // of the measure taken on it; takedowns alone
  TargetSet targets;
};

struct Links {
  std::vector<const LinkedNotice*> notices;  // in the order of the text
  // A path that the text links to and that was not read before it.
  std::optional<std::string> missing;
};

class NoticeIndex {
 public:
  // Add. Pointers to notices added stay valid.
  void Add(std::string path, LinkedNotice notice);

  // Find returns the notices that one of `name` and `text` is about: those its
  // text links to; where it links to none, the newest that has a target in
  // common, one named after the same before others. Where it links to one that
  // is not here, nothing is guessed.
  Links Find(const NoticeName& name, const NoticeText& text) const;

 private:
  const LinkedNotice* Newest(const NoticeName& name,
                             const TargetSet& targets) const;

  std::deque<LinkedNotice> notices_;
  std::unordered_map<std::string, size_t> by_path_;
  std::unordered_map<std::string, std::vector<size_t>> by_target_;
};

// SubjectType returns the type of notice that one of `type` is about; nothing
// for a takedown.
std::optional<NoticeType> SubjectType(NoticeType type);

}  // namespace modlog

#endif  // MODLOG_API_IMPORT_GITHUB_GITHUB_LINKS_H_
