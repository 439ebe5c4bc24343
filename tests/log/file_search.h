#ifndef MODLOG_TESTS_LOG_FILE_SEARCH_H_
#define MODLOG_TESTS_LOG_FILE_SEARCH_H_

// Whether bytes are left in files: as they are, in hex or in base64.

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "verifier/core/bytes.h"

namespace modlog {

inline std::string ReadAll(const std::filesystem::path& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

// Files under `root` that hold the bytes.
inline std::vector<std::string> FilesWith(const std::string& root,
                                          std::string_view bytes) {
  const std::string forms[] = {std::string(bytes), FormatHex(AsBytes(bytes)),
                               FormatBase64(AsBytes(bytes))};
  std::vector<std::string> found;
  for (const auto& file : std::filesystem::recursive_directory_iterator(root)) {
    if (!file.is_regular_file()) continue;
    const std::string text = ReadAll(file.path());
    for (const std::string& form : forms) {
      if (text.find(form) == std::string::npos) continue;
      found.push_back(file.path().string());
      break;
    }
  }
  return found;
}

}  // namespace modlog

#endif  // MODLOG_TESTS_LOG_FILE_SEARCH_H_
