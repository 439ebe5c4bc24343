#include "api/tool/copy/copy_redactions.h"

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "api/client/bundle_size.h"
#include "modlog/v1/action.pb.h"
#include "verifier/base/durable_file.h"
#include "verifier/core/bundle.h"
#include "verifier/core/entry.h"
#include "verifier/core/tile.h"

namespace modlog {
namespace {

// Whether the leaf is a redaction, the log's own, that says what the line says.
bool Says(std::string_view leaf, const RedactionLine& line) {
  const auto entry = DecodeEntry(leaf);
  v1::Action action;
  return entry && entry->platform.empty() &&
         action.ParseFromArray(entry->action.data(),
                               static_cast<int>(entry->action.size())) &&
         action.kind() == v1::KIND_LEAF_REDACTED &&
         action.about_index_size() == 1 &&
         action.about_index(0) == line.entry &&
         action.redaction().leaf_hash() == AsText(line.leaf_hash);
}

Result<void> EmptyInFile(const std::string& path, uint32_t width,
                         uint32_t position) {
  if (position >= width) return {};
  auto bundle = ReadFile(path, kBundleBytesMax);
  if (!bundle && bundle.error().code == Code::kNotFound) return {};
  if (!bundle) return std::unexpected(bundle.error());
  const auto entries = ParseBundle(AsBytes(*bundle), width);
  if (!entries) {
    return Fail(Code::kMalformed,
                absl::StrCat(path, ": ", entries.error().message,
                             ": remove it, and run this again"));
  }
  if ((*entries)[position].empty()) return {};
  std::string emptied;
  for (uint32_t i = 0; i < width; ++i) {
    AppendToBundle(i == position ? Bytes() : (*entries)[i], &emptied);
  }
  return WriteFileAtomically(path, emptied, 0644);
}

}  // namespace

CopyRedactions::CopyRedactions(std::vector<RedactionLine> lines)
    : lines_(std::move(lines)), proved_(lines_.size()) {
  for (size_t i = 0; i < lines_.size(); ++i) {
    by_redaction_[lines_[i].redaction].push_back(i);
  }
}

bool CopyRedactions::IsRedacted(uint64_t entry, const Hash& leaf_hash) const {
  const auto it =
      std::ranges::lower_bound(lines_, entry, {}, &RedactionLine::entry);
  return it != lines_.end() && it->entry == entry && it->leaf_hash == leaf_hash;
}

void CopyRedactions::Look(uint64_t entry, std::string_view leaf) {
  const auto it = by_redaction_.find(entry);
  if (it == by_redaction_.end()) return;
  for (const size_t i : it->second) {
    if (Says(leaf, lines_[i])) proved_[i] = true;
  }
}

Result<std::vector<RedactionLine>> CopyRedactions::Finish(uint64_t size) const {
  std::vector<RedactionLine> lines;
  for (size_t i = 0; i < lines_.size(); ++i) {
    if (lines_[i].redaction >= size) continue;
    if (!proved_[i]) {
      return Fail(Code::kBadProof,
                  absl::StrCat(kRedactionsPath, ": entry ", lines_[i].redaction,
                               " does not say that entry ", lines_[i].entry,
                               " is redacted"));
    }
    lines.push_back(lines_[i]);
  }
  return lines;
}

Result<void> EmptyInCopy(const std::string& directory, uint64_t entry) {
  const auto position = static_cast<uint32_t>(entry % kTileWidth);
  const std::string full =
      absl::StrCat(directory, "/", BundlePath(entry / kTileWidth, kTileWidth));
  RETURN_IF_ERROR(EmptyInFile(full, kTileWidth, position));
  std::error_code error;
  for (std::filesystem::directory_iterator it(full + ".p", error), end;
       !error && it != end; it.increment(error)) {
    const auto width = ParseDecimal(it->path().filename().string());
    if (!width || *width == 0 || *width >= kTileWidth) continue;
    RETURN_IF_ERROR(EmptyInFile(it->path().string(),
                                static_cast<uint32_t>(*width), position));
  }
  if (error && error != std::errc::no_such_file_or_directory) {
    return Fail(Code::kUnavailable,
                absl::StrCat(full, ".p: ", error.message()));
  }
  return {};
}

}  // namespace modlog
