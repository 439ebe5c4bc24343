#include "tests/watch/watched_log.h"

#include <algorithm>
#include <filesystem>

#include "verifier/core/checkpoint.h"
#include "verifier/watch/peer.h"

namespace modlog {

SmallLog Forked(uint64_t size, uint64_t from) {
  SmallLog log = SmallLog::OfSize(size);
  for (uint64_t n = from; n < size; ++n) {
    log.entries[n] = MakeEntry(1'767'225'600'000 + static_cast<int64_t>(n / 3),
                               "platform.example", "q-" + std::to_string(n));
  }
  return log;
}

SignerKey WatchWitnessKey(size_t n) {
  auto key = Ed25519PrivateKey::FromSeed(
      AsBytes(std::string(32, static_cast<char>('a' + n))));
  return *MakeSignerKey("witness.example/" + std::to_string(n),
                        SignatureType::kEd25519Cosignature, *std::move(key));
}

std::string CosignedAt(const SmallLog& log, uint64_t size,
                       const std::vector<uint64_t>& times_s) {
  const std::string text = FormatCheckpoint({log.origin, log.HeadAt(size)});
  std::string note = SignNote(text, {&log.key, 1});
  for (size_t n = 0; n < times_s.size(); ++n) {
    if (times_s[n] == 0) continue;
    note += FormatSignatureLine(Cosign(text, WatchWitnessKey(n), times_s[n]));
  }
  return note;
}

void Serve(const SmallLog& log, uint64_t size, const std::string& directory,
           const std::string& note) {
  SmallLog shown = log;
  shown.entries.resize(size);
  Files files = shown.MakeFiles();
  if (!note.empty()) files["checkpoint"] = note;
  std::filesystem::remove_all(directory);
  WriteFiles(files, directory);
}

void ShowTo(const std::string& directory, const std::string& note) {
  WriteFiles({{SightingPath(kSmallOrigin), note}}, directory);
}

std::vector<std::string> NamesIn(const std::string& directory) {
  std::vector<std::string> names;
  std::error_code error;
  for (const auto& file :
       std::filesystem::directory_iterator(directory, error)) {
    names.push_back(file.path().filename());
  }
  std::ranges::sort(names);
  return names;
}

}  // namespace modlog
