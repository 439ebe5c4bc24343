#include "api/server/not_older.h"

#include <fmt/format.h>

#include <string_view>

#include "verifier/base/durable_file.h"
#include "verifier/core/checkpoint.h"
#include "verifier/source/url_source.h"

namespace modlog {
namespace {

constexpr std::string_view kNotOlderOption = "not-older-than";

bool IsWebAddress(std::string_view where) {
  return where.starts_with("http://") || where.starts_with("https://");
}

Result<std::string> FetchKept(const std::string& where) {
  std::string base = where;
  const std::string end = std::string("/") + kCheckpointPath;
  if (base.ends_with(end)) base.resize(base.size() - end.size() + 1);
  UrlSourceOptions options;
  options.attempts = 2;
  options.connect_timeout_ms = kNotOlderTimeMs / 2;
  options.transfer_timeout_ms = kNotOlderTimeMs / 2;
  ASSIGN_OR_RETURN(const auto source, OpenUrlSource(base, options));
  std::string note;
  RETURN_IF_ERROR(source->Fetch(kCheckpointPath, kNoteSizeMax, &note));
  return note;
}

Result<std::string> ReadKept(const std::string& where) {
  if (IsWebAddress(where)) return FetchKept(where);
  ASSIGN_OR_RETURN(auto note, ReadSmallFile(where, kNoteSizeMax));
  if (!note.has_value()) {
    return Fail(Code::kNotFound,
                "there is no such file: name a file with a checkpoint of this "
                "log, or the address of a copy");
  }
  return *std::move(note);
}

Result<TreeHead> ParseKept(const std::string& text, const VerifierKey& log) {
  ASSIGN_OR_RETURN(const OpenedNote note, OpenNote(text, {&log, 1}));
  ASSIGN_OR_RETURN(const Checkpoint checkpoint,
                   ParseCheckpoint(note.note.text));
  if (checkpoint.origin != log.name) {
    return Fail(Code::kUntrusted, "is a checkpoint of " +
                                      Quote(checkpoint.origin) +
                                      ", and this log is " + Quote(log.name));
  }
  return checkpoint.tree;
}

std::unexpected<Error> Older(uint64_t held, const TreeHead& kept) {
  return Fail(
      Code::kConflict,
      fmt::format("{}: the directory holds {} entries, and the log has signed "
                  "{}: the data is older than that. Bring the newer data back; "
                  "going on from here would make a second history",
                  kNotOlderOption, held, kept.size));
}

}  // namespace

Result<TreeHead> ReadKeptHead(const std::string& where,
                              const VerifierKey& log) {
  const auto named = [&where](const Error& error) {
    return Prefixed(kNotOlderOption, Prefixed(where, error).error());
  };
  const auto text = ReadKept(where);
  if (!text.has_value()) return named(text.error());
  const auto head = ParseKept(*text, log);
  if (!head.has_value()) return named(head.error());
  return *head;
}

Result<void> CheckReaches(Store& store, const TreeHead& kept) {
  ASSIGN_OR_RETURN(const StoredHead held, store.ReadHead());
  if (held.tree.size < kept.size) return Older(held.tree.size, kept);
  return {};
}

Result<void> CheckExtends(Log& log, const TreeHead& kept) {
  const TreeHead held = log.signed_head()->tree;
  if (held.size < kept.size) return Older(held.size, kept);
  if (kept.size == 0) return {};
  ASSIGN_OR_RETURN(const auto proof,
                   log.ProveConsistency(kept.size, held.size));
  if (CheckConsistency(kept, held, proof).has_value()) return {};
  return Fail(
      Code::kConflict,
      fmt::format("{}: the log has signed {} entries that are not the first {} "
                  "of this directory: these are two histories. Bring the "
                  "directory back that the checkpoint is of",
                  kNotOlderOption, kept.size, kept.size));
}

}  // namespace modlog
