#include "log/store/rows.h"

namespace modlog {

Result<std::optional<std::string>> RowsView::Read(std::string_view key) const {
  if (const auto it = overlay_.find(key); it != overlay_.end()) {
    return it->second;
  }
  auto value = store_->ReadRow(key);
  if (value) return std::optional(*std::move(value));
  if (value.error().code == Code::kNotFound) {
    return std::optional<std::string>();
  }
  return std::unexpected(value.error());
}

Result<std::vector<Row>> RowsView::Scan(std::string_view prefix,
                                        size_t limit) const {
  // The overlay may hide some of the stored rows.
  size_t hidden = 0;
  auto over = overlay_.lower_bound(prefix);
  for (auto it = over; it != overlay_.end() && it->first.starts_with(prefix);
       ++it) {
    ++hidden;
  }
  ASSIGN_OR_RETURN(std::vector<Row> stored,
                   store_->ScanRows(prefix, limit + hidden));
  if (hidden == 0) return stored;
  std::map<std::string, std::optional<std::string>> merged;
  for (Row& row : stored) merged[row.key] = std::move(row.value);
  for (; over != overlay_.end() && over->first.starts_with(prefix); ++over) {
    merged[over->first] = over->second;
  }
  std::vector<Row> rows;
  for (auto& [key, value] : merged) {
    if (!value || rows.size() == limit) continue;
    rows.push_back({key, std::move(value)});
  }
  return rows;
}

void RowsView::Put(std::string key, std::string value) {
  Write(std::move(key), std::move(value));
}

void RowsView::Remove(std::string key) { Write(std::move(key), std::nullopt); }

void RowsView::Write(std::string key, std::optional<std::string> value) {
  const auto [at, is_new] = overlay_.try_emplace(std::move(key));
  Written written{at, std::nullopt};
  if (!is_new) written.before = std::move(at->second);
  at->second = std::move(value);
  written_.push_back(std::move(written));
}

void RowsView::RollBack(size_t mark) {
  while (written_.size() > mark) {
    Written& last = written_.back();
    if (last.before) last.at->second = *std::move(last.before);
    if (!last.before) overlay_.erase(last.at);
    written_.pop_back();
  }
}

std::vector<Row> RowsView::Take() && {
  std::vector<Row> rows;
  rows.reserve(overlay_.size());
  while (!overlay_.empty()) {
    auto node = overlay_.extract(overlay_.begin());
    rows.push_back({std::move(node.key()), std::move(node.mapped())});
  }
  return rows;
}

}  // namespace modlog
