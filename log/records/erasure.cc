#include "log/records/erasure.h"

#include <set>

#include "log/store/redacted.h"
#include "verifier/core/commitment.h"

namespace modlog {

namespace {

constexpr size_t kToDoMax = 65'536;

std::string Key(std::string_view prefix, uint64_t index) {
  std::string key(prefix);
  AppendBigEndian(index, 8, &key);
  return key;
}

std::string Key(std::string_view prefix, uint64_t index, uint32_t tag) {
  std::string key = Key(prefix, index);
  AppendBigEndian(tag, 1, &key);
  return key;
}

std::vector<uint32_t> TagsOf(const v1::Action& action) {
  const auto& tags = action.erasure().tags();
  if (tags.empty()) return {0};
  return {tags.begin(), tags.end()};
}

void AddAllTags(KeptPayload* kept) {
  for (uint32_t tag = 1; tag <= kPartTagMax; ++tag) kept->erased.push_back(tag);
}

// The entry by which a part is erased, alone or with all of its record.
Result<std::optional<uint64_t>> ReadErasedBy(Store& store, uint64_t index,
                                             uint32_t tag) {
  ASSIGN_OR_RETURN(const auto redacted, ReadRedacted(store, index));
  if (redacted) return std::optional(redacted->by);
  for (const uint32_t each : {uint32_t{0}, tag}) {
    const auto row = store.ReadRow(Key(kErasedRows, index, each));
    if (row) return BigEndian(*row);
    if (row.error().code != Code::kNotFound) {
      return std::unexpected(row.error());
    }
  }
  return std::optional<uint64_t>();
}

}  // namespace

void CheckErasure(const v1::Action& action,
                  std::vector<Violation>* violations) {
  if (!action.has_erasure()) return;
  const auto require = [&](bool holds, std::string field, std::string rule) {
    if (!holds) violations->push_back({std::move(field), std::move(rule)});
  };
  const v1::Erasure& erasure = action.erasure();
  require(erasure.basis() >= v1::ERASURE_BASIS_PERSON &&
              erasure.basis() <= v1::ERASURE_BASIS_AUTHORITY,
          "erasure.basis", "is required, 1..3");
  uint32_t before = 0;
  for (const uint32_t tag : erasure.tags()) {
    require(tag > before && tag <= kPartTagMax, "erasure.tags",
            "must be strictly ascending, 1..24");
    before = tag;
  }
  require(action.about_index_size() <= static_cast<int>(kErasedAtOnce),
          "about_index", "takes at most 400 entries");
  for (int i = 1; i < action.about_index_size(); ++i) {
    require(action.about_index(i) > action.about_index(i - 1), "about_index",
            "must be strictly ascending");
  }
}

Result<void> JudgeErasure(uint64_t index, const v1::Action& action,
                          const ReadAction& read,
                          std::vector<Violation>* violations) {
  if (!action.has_erasure()) return {};
  for (int i = 0; i < action.about_index_size(); ++i) {
    const std::string field = "about_index[" + std::to_string(i) + "]";
    if (action.about_index(i) >= index) {
      violations->push_back({field, "must be earlier in the log"});
      continue;
    }
    ASSIGN_OR_RETURN(const StoredAction stored, read(action.about_index(i)));
    if (stored.redacted_by) continue;  // the log says so in its answer
    v1::Action target;
    if (!target.ParseFromString(stored.action) || target.commitment().empty()) {
      violations->push_back({field, "must name an entry with a commitment"});
    }
  }
  return {};
}

void RecordErasure(uint64_t index, const v1::Action& action, RowsView* rows) {
  std::string entry;
  AppendBigEndian(index, 8, &entry);
  const std::vector<uint32_t> tags = TagsOf(action);
  const bool all = tags.front() == 0;
  for (const uint64_t target : action.about_index()) {
    for (const uint32_t tag : tags) {
      rows->Put(Key(kErasedRows, target, tag), entry);
      rows->Remove(Key(kErasureAskedRows, target, tag));
    }
    if (all) DropRequests(target, rows);
  }
  rows->Put(Key(kErasureToDoRows, index), "");
}

// Whatever else was asked of a record that is gone is done with it.
void DropRequests(uint64_t index, RowsView* rows) {
  for (uint32_t tag = 0; tag <= kPartTagMax; ++tag) {
    rows->Remove(Key(kErasureAskedRows, index, tag));
  }
}

Result<NewRequest> ReadNewRequest(Store& store, const EraseOrder& order,
                                  int64_t now_ms) {
  std::string value(1, static_cast<char>(order.basis));
  AppendBigEndian(static_cast<uint64_t>(now_ms), 8, &value);
  NewRequest request;
  std::set<uint64_t> known;
  const std::vector<uint32_t> all = {0};
  for (const uint64_t index : order.indexes) {
    for (const uint32_t tag : order.tags.empty() ? all : order.tags) {
      ASSIGN_OR_RETURN(const std::optional<uint64_t> entry,
                       ReadErasedBy(store, index, tag));
      if (entry) known.insert(*entry);
      if (!entry)
        request.rows.push_back({Key(kErasureAskedRows, index, tag), value});
    }
  }
  request.known.assign(known.begin(), known.end());
  return request;
}

Result<std::vector<ErasureRequest>> ReadRequests(Store& store, size_t limit) {
  ASSIGN_OR_RETURN(const std::vector<Row> rows,
                   store.ScanRows(kErasureAskedRows, limit));
  std::vector<ErasureRequest> requests;
  for (const Row& row : rows) {
    const std::string_view key = row.key;
    if (key.size() != 11 || row.value->size() != 9) {
      return Fail(Code::kCorrupt, "a row of erasures is malformed");
    }
    requests.push_back(
        {BigEndian(key.substr(2, 8)), static_cast<uint8_t>(key.back()),
         static_cast<uint8_t>(row.value->front()),
         static_cast<int64_t>(
             BigEndian(std::string_view(*row.value).substr(1)))});
  }
  return requests;
}

Result<std::vector<uint64_t>> ReadErasuresToDo(Store& store) {
  ASSIGN_OR_RETURN(const std::vector<Row> rows,
                   store.ScanRows(kErasureToDoRows, kToDoMax));
  std::vector<uint64_t> entries;
  for (const Row& row : rows) {
    entries.push_back(BigEndian(std::string_view(row.key).substr(2)));
  }
  return entries;
}

Row ErasureDone(uint64_t entry) {
  return {Key(kErasureToDoRows, entry), std::nullopt};
}

Result<void> ReadErasures(Store& store, uint64_t index, KeptPayload* kept) {
  ASSIGN_OR_RETURN(const auto redacted, ReadRedacted(store, index));
  if (redacted) {
    kept->erased_by = redacted->by;
    AddAllTags(kept);
    return {};
  }
  ASSIGN_OR_RETURN(const std::vector<Row> done,
                   store.ScanRows(Key(kErasedRows, index), kPartTagMax + 1));
  for (const Row& row : done) {
    kept->erased_by = std::max(kept->erased_by, BigEndian(*row.value));
    const auto tag = static_cast<uint8_t>(row.key.back());
    if (tag != 0) kept->erased.push_back(tag);
    if (tag != 0) continue;
    AddAllTags(kept);
    break;  // all of them: what else there is says no more
  }
  ASSIGN_OR_RETURN(const std::vector<Row> asked,
                   store.ScanRows(Key(kErasureAskedRows, index), 1));
  kept->erasure_pending = !asked.empty();
  return {};
}

Result<void> CheckOrder(const EraseOrder& order, const ReadAction& read) {
  if (order.indexes.empty() || order.indexes.size() > kEraseIndexesMax) {
    return Fail(Code::kMalformed,
                "indexes: must be 1.." + std::to_string(kEraseIndexesMax));
  }
  v1::Action form;
  form.mutable_erasure()->set_basis(static_cast<v1::ErasureBasis>(order.basis));
  form.mutable_erasure()->mutable_tags()->Assign(order.tags.begin(),
                                                 order.tags.end());
  std::vector<Violation> violations;
  CheckErasure(form, &violations);
  for (const uint64_t index : order.indexes) {
    if (!violations.empty()) break;
    form.clear_about_index();
    form.add_about_index(index);
    RETURN_IF_ERROR(JudgeErasure(index + 1, form, read, &violations));
    if (violations.empty()) continue;
    return Fail(Code::kMalformed,
                "entry " + std::to_string(index) +
                    " has no commitment, so nothing is kept beside it");
  }
  if (violations.empty()) return {};
  return Fail(Code::kMalformed,
              violations.front().field + ": " + violations.front().description);
}

}  // namespace modlog
