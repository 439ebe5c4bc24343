#include "log/life.h"

namespace modlog {

namespace {

constexpr size_t kKeySize = 1 + 8 + 8 + 1;
constexpr uint64_t kListAbout = 1;
constexpr uint64_t kListCause = 2;

std::string TargetPrefix(uint64_t target) {
  std::string prefix = "r";
  PutBigEndian(target, 8, &prefix);
  return prefix;
}

}  // namespace

Result<void> JudgeLife(const StandingItem&, const v1::Action&, const RowsView&,
                       const ReadAction&, std::vector<Violation>*) {
  return {};
}

void RecordLife(const StandingItem& item, RowsView* rows) {
  for (const FoundReference& found : item.references) {
    std::string key = TargetPrefix(found.index);
    PutBigEndian(item.index, 8, &key);
    PutBigEndian(found.reference->list == "cause" ? kListCause : kListAbout, 1,
                 &key);
    rows->Put(
        std::move(key),
        std::string(1, static_cast<char>(static_cast<uint8_t>(item.kind))));
  }
}

Result<std::vector<Referrer>> Referrers(const RowsView& rows, uint64_t target,
                                        size_t limit) {
  ASSIGN_OR_RETURN(const std::vector<Row> found,
                   rows.Scan(TargetPrefix(target), limit));
  std::vector<Referrer> referrers;
  referrers.reserve(found.size());
  for (const Row& row : found) {
    if (row.key.size() != kKeySize || row.value->size() != 1) {
      return Fail(Code::kCorrupt, "a row of references is malformed");
    }
    const std::string_view key = row.key;
    referrers.push_back({GetBigEndian(key.substr(9, 8)),
                         static_cast<uint8_t>(row.value->front()),
                         GetBigEndian(key.substr(17)) == kListCause});
  }
  return referrers;
}

}  // namespace modlog
