#include "verifier/contradiction.h"

#include <nlohmann/json.hpp>

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

}  // namespace modlog
