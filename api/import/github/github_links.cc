#include "api/import/github/github_links.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace modlog {

std::optional<NoticeType> SubjectType(NoticeType type) {
  switch (type) {
    case NoticeType::kTakedown:
      return std::nullopt;
    case NoticeType::kCounterNotice:
    case NoticeType::kRetraction:
    case NoticeType::kReversal:
      return NoticeType::kTakedown;
    case NoticeType::kCounterReversal:
    case NoticeType::kCounterRetraction:
      return NoticeType::kCounterNotice;
  }
  MODLOG_CHECK(false, "a notice has one of six types");
  return std::nullopt;
}

void NoticeIndex::Add(std::string path, LinkedNotice notice) {
  const size_t number = notices_.size();
  by_path_.emplace(std::move(path), number);
  for (const std::string& target : notice.targets) {
    by_target_[target].push_back(number);
  }
  notices_.push_back(std::move(notice));
}

Links NoticeIndex::Find(const NoticeName& name, const NoticeText& text) const {
  const std::optional<NoticeType> wanted = SubjectType(name.type);
  Links links;
  if (!wanted) return links;
  for (const std::string& path : text.links) {
    if (const auto found = by_path_.find(path); found != by_path_.end()) {
      const LinkedNotice& notice = notices_[found->second];
      if (notice.type == *wanted) links.notices.push_back(&notice);
    } else if (const auto other = ParseNoticeName(path);
               other.has_value() && other->type == *wanted) {
      links.missing = path;
    }
  }
  if (!links.notices.empty() || links.missing) return links;
  if (const LinkedNotice* const newest = Newest(name, text.targets)) {
    links.notices.push_back(newest);
  }
  return links;
}

const LinkedNotice* NoticeIndex::Newest(const NoticeName& name,
                                        const TargetSet& targets) const {
  const std::optional<NoticeType> wanted = SubjectType(name.type);
  std::optional<std::pair<bool, size_t>> best;  // same label, number
  for (const std::string& target : targets) {
    const auto found = by_target_.find(target);
    if (found == by_target_.end()) continue;
    for (const size_t number : found->second) {
      const LinkedNotice& notice = notices_[number];
      if (notice.type != wanted) continue;
      best = std::max(
          best, std::optional(std::pair(notice.label == name.label, number)));
    }
  }
  return best ? &notices_[best->second] : nullptr;
}

}  // namespace modlog
