#include "verifier/audit/rules/encoding.h"

#include "verifier/core/entry.h"
#include "verifier/entry_words.h"

namespace modlog {
namespace {

constexpr std::string_view kRule = "encoding";

Hash PuidKey(std::string_view platform, std::string_view puid) {
  const uint8_t zero = 0;
  return Sha256({AsBytes(platform), Bytes(&zero, 1), AsBytes(puid)});
}

Result<void> Read(Bytes leaf, ReadEntry* entry, std::string* scratch) {
  if (leaf.size() > kLeafSizeMax) {
    return Fail(Code::kTooLarge, "has " + std::to_string(leaf.size()) +
                                     " bytes, want at most " +
                                     std::to_string(kLeafSizeMax));
  }
  return ReadCanonicalEntry(AsText(leaf), entry, scratch);
}

}  // namespace

BundleFacts ReadFacts(uint64_t first_entry, std::span<const Bytes> entries) {
  // One message for all entries of a bundle: its storage is reused.
  ReadEntry entry;
  std::string scratch;
  BundleFacts facts;
  facts.entries.reserve(entries.size());
  for (size_t i = 0; i < entries.size(); ++i) {
    const uint64_t index = first_entry + i;
    if (auto read = Read(entries[i], &entry, &scratch); !read) {
      facts.findings.push_back({kRule, index, read.error().message});
      continue;
    }
    // A seal has no puid; it stands once, too.
    facts.entries.push_back(
        {index, entry.logged_at_ms,
         entry.seal ? HashSeal(entry.seal_bytes)
                    : PuidKey(entry.platform, entry.action.puid())});
  }
  return facts;
}

}  // namespace modlog
