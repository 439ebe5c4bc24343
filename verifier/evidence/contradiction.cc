#include "verifier/evidence/contradiction.h"

#include <nlohmann/json.hpp>

#include "verifier/base/durable_file.h"

namespace modlog {

std::string FormatContradiction(const Contradiction& contradiction) {
  nlohmann::ordered_json json = {{"what", contradiction.what},
                                 {"contradiction", contradiction.contradiction},
                                 {"origin", contradiction.origin},
                                 {"size_before", contradiction.size_before},
                                 {"size_now", contradiction.size_now},
                                 {"note_before", contradiction.note_before},
                                 {"note_now", contradiction.note_now}};
  for (const Hash& hash : contradiction.proof) {
    json["proof"].push_back(FormatBase64(hash));
  }
  return json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) +
         "\n";
}

Result<std::string> WriteEvidence(const std::string& directory,
                                  const Contradiction& contradiction) {
  const std::string text = FormatContradiction(contradiction);
  const auto hex = [](std::string_view bytes) {
    return FormatHex(Sha256(AsBytes(bytes)));
  };
  const std::string name = hex(contradiction.origin) + ".contradiction." +
                           hex(text).substr(0, 16) + ".json";
  const auto written = WriteFileDurably(directory + "/" + name, text, 0644);
  if (!written) return Fail(Code::kUnavailable, written.error().message);
  return directory + "/" + name;
}

}  // namespace modlog
