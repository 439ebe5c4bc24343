#include "log/log_reader.h"

#include <algorithm>

#include "log/payload/payload_reader.h"
#include "log/records/terms.h"
#include "log/rules/action_bytes.h"

namespace modlog {

Result<KeptPayload> LogReader::ReadPayload(uint64_t index) const {
  return PayloadReader(store_, slots_).Read(Tree(), index);
}

Result<uint64_t> LogReader::FindPuid(std::string_view platform,
                                     std::string_view puid) const {
  MODLOG_CHECK(index_ != nullptr, "puids are found by the index");
  const Hash key = PuidKey(platform, puid);
  uint64_t place = PuidIndex::kAbsent;
  RETURN_IF_ERROR(index_->Find({&key, 1}, {&place, 1}));
  if (place == PuidIndex::kAbsent || PlaceIndex(place) >= Tree().size()) {
    return Fail(Code::kNotFound, "no entry of this platform has the puid");
  }
  return PlaceIndex(place);
}

// Rows are of what is committed, ahead of the signed head: an entry behind that
// head must not show in the life of one before it.
Result<EntryLife> LogReader::ReadEntryLife(uint64_t index) const {
  const Prover reader = Tree();
  if (index >= reader.size()) {
    return Fail(Code::kOutOfRange, "entry " + std::to_string(index) +
                                       " is beyond the signed tree of size " +
                                       std::to_string(reader.size()));
  }
  ASSIGN_OR_RETURN(const StoredAction stored, ReadStoredAction(reader, index));
  if (stored.action.empty() && !stored.redacted_by) {
    return Fail(Code::kNotFound, "entry " + std::to_string(index) +
                                     " is a seal: nothing becomes of it");
  }
  const RowsView rows(store_);
  const LifeSource source{
      &rows, [&](uint64_t entry) { return ReadStoredAction(reader, entry); },
      reader.size()};
  EntryLife status;
  status.size = reader.size();
  ASSIGN_OR_RETURN(status.life, ReadLife(index, source));
  ASSIGN_OR_RETURN(const auto undone, ReadVoid(index, source));
  if (undone) {
    status.referrers.push_back({*undone, v1::KIND_VOID, Role::kVoid});
  }
  for (const Role role : {Role::kLife, Role::kAbout, Role::kCause}) {
    ASSIGN_OR_RETURN(const std::vector<Referrer> found,
                     ReadReferrers(source, index, role, kReferrersToldMax));
    status.referrers.insert(status.referrers.end(), found.begin(), found.end());
  }
  std::sort(
      status.referrers.begin(), status.referrers.end(),
      [](const Referrer& a, const Referrer& b) { return a.index < b.index; });
  if (status.referrers.size() > kReferrersToldMax) {
    status.referrers.resize(kReferrersToldMax);
  }
  return status;
}

Result<std::optional<EntrySeal>> LogReader::ReadEntrySeal(
    uint64_t index) const {
  return modlog::ReadEntrySeal(index, Tree(), RowsView(store_));
}

// Rows are of what is committed, which may be ahead of what is signed; a seal
// that is made of them is judged by what is committed then.
Result<PlatformStatus> LogReader::ReadPlatform(
    std::string_view platform) const {
  const RowsView rows(store_);
  ASSIGN_OR_RETURN(const PlatformCount count, ReadCount(rows, platform));
  PlatformStatus status;
  ASSIGN_OR_RETURN(status.keys, ReadKeys(platform, rows));
  status.actions = count.actions;
  status.sealed = count.sealed;
  if (count.last.has_value()) {
    status.last_seal = count.last->hash;
    status.last_seal_entry = count.last->entry;
  }
  return status;
}

Result<std::vector<std::string>> LogReader::ReadPlatformsWithKeys() const {
  return modlog::ReadPlatformsWithKeys(RowsView(store_));
}

Result<std::optional<RedactedEntry>> LogReader::ReadRedacted(
    uint64_t index) const {
  ASSIGN_OR_RETURN(auto entry, modlog::ReadRedacted(*store_, index));
  const bool known = entry && entry->by < Tree().size();
  return known ? std::move(entry) : std::nullopt;
}

Result<std::vector<RedactedEntry>> LogReader::ReadAllRedacted() const {
  ASSIGN_OR_RETURN(auto entries, modlog::ReadAllRedacted(*store_));
  const uint64_t size = heads_->publication().head()->tree.size;
  std::erase_if(entries,
                [&](const RedactedEntry& entry) { return entry.by >= size; });
  return entries;
}

Result<std::string> LogReader::ReadTerm(const Hash& text_sha256) const {
  return ReadTermText(*store_, text_sha256);
}

}  // namespace modlog
