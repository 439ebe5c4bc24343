#include "api/server/pages.h"

#include <charconv>
#include <optional>

#include "api/server/payload_calls.h"
#include "api/server/redactions.h"
#include "api/server/status.h"
#include "spdlog/spdlog.h"
#include "verifier/core/bytes.h"

namespace modlog {
namespace {

constexpr char kBytes[] = "application/octet-stream";
constexpr char kTileCache[] = "public, max-age=604800, immutable";
// An entry may be redacted one day: then its bundle changes.
constexpr char kBundleCache[] = "public, max-age=3600";

Page NotFound() {
  return {.status = 404, .body = "404: there is nothing here\n"};
}

// A resource that the published tree has, but that could not be read.
Page FailedPage(std::string_view path, const Error& error) {
  spdlog::error("cannot serve {}: {}", path, error.message);
  return {.status = 500, .body = "500: the log cannot read this\n"};
}

Page GetCheckpoint(const Log& log) {
  const auto head = log.published_head();
  if (head->checkpoint.empty()) {
    return {.status = 503, .body = "503: " + WhyNoCheckpoint(log) + "\n"};
  }
  return {.body = head->checkpoint};
}

std::optional<Hash> ParseTermHash(std::string_view hex) {
  if (hex.size() != 2 * kHashSize) return std::nullopt;
  Hash hash = {};
  for (size_t i = 0; i < kHashSize; ++i) {
    const std::string_view digits = hex.substr(2 * i, 2);
    const auto [end, error] = std::from_chars(
        digits.data(), digits.data() + digits.size(), hash[i], 16);
    if (error != std::errc() || end != digits.data() + digits.size()) {
      return std::nullopt;
    }
  }
  if (FormatHex(hash) != hex) return std::nullopt;
  return hash;
}

// Nothing kept and no such entry look alike.
Page GetKept(Log* log, std::string_view number) {
  const auto index = ParseDecimal(number);
  if (!index.has_value() || *index >= log->published_head()->tree.size) {
    return NotFound();
  }
  v1::GetPayloadRequest request;
  request.set_index(*index);
  const auto kept = ReadKept(log, request, {});
  if (!kept.has_value()) {
    return FailedPage(number, {Code::kCorrupt, kept.error().error_message()});
  }
  if (kept->payload().commitments().empty()) return NotFound();
  return {.body = FormatKept(*kept), .content_type = "application/json"};
}

// Whoever keeps a copy takes out of it what the log took out.
Page GetRedactions(Log* log) {
  const auto entries = log->ReadAllRedacted();
  if (!entries.has_value()) return FailedPage("/redactions", entries.error());
  return {.body = FormatRedactions(*entries)};
}

// The hash as 64 lower-case digits: one spelling, one page.
Page GetTerm(Log* log, std::string_view hex) {
  const auto hash = ParseTermHash(hex);
  if (!hash.has_value()) return NotFound();
  auto text = log->ReadTerm(*hash);
  if (text.has_value()) return {.body = *std::move(text)};
  if (text.error().code == Code::kNotFound) return NotFound();
  return FailedPage(hex, text.error());
}

Page GetResource(Log* log, std::string_view path) {
  const auto parsed = ParseTilePath(path);
  if (!parsed.has_value() || parsed->level > kTileLevelMax) return NotFound();
  const bool is_bundle = parsed->level < 0;
  const TileId id{.level = is_bundle ? 0 : parsed->level,
                  .index = parsed->index};
  const uint64_t size = log->published_head()->tree.size;
  if (parsed->width > TileWidth(id, size)) return NotFound();
  auto bytes = is_bundle ? log->ReadBundle(id.index, parsed->width)
                         : log->ReadTile(id, parsed->width);
  if (!bytes.has_value()) return FailedPage(path, bytes.error());
  return {.body = *std::move(bytes),
          .content_type = kBytes,
          .cache_control = is_bundle ? kBundleCache : kTileCache};
}

}  // namespace

Page GetPage(Log* log, std::string_view path, std::string_view base_url) {
  if (path == "/") {
    return {.body = IndexPage(*log->published_head(), log->verifier_key(),
                              base_url),
            .content_type = "text/html; charset=utf-8"};
  }
  if (path == "/checkpoint") return GetCheckpoint(*log);
  if (path == "/redactions") return GetRedactions(log);
  constexpr std::string_view kTerm = "/term/";
  constexpr std::string_view kPayload = "/payload/";
  if (path.starts_with(kTerm)) return GetTerm(log, path.substr(kTerm.size()));
  if (path.starts_with(kPayload)) {
    return GetKept(log, path.substr(kPayload.size()));
  }
  if (!path.starts_with('/')) return NotFound();
  return GetResource(log, path.substr(1));
}

}  // namespace modlog
