#include "api/import/input/file_tree.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <system_error>

namespace modlog {
namespace {

namespace fs = std::filesystem;

bool IsHidden(const fs::path& path) {
  return path.filename().native().starts_with('.');
}

}  // namespace

Result<std::vector<std::string>> ListFiles(const std::string& directory) {
  std::error_code error;
  fs::recursive_directory_iterator entry(directory, error);
  if (error) {
    const bool missing = error == std::errc::no_such_file_or_directory ||
                         error == std::errc::not_a_directory;
    return Fail(
        missing ? Code::kNotFound : Code::kUnavailable,
        "cannot read the directory " + directory + ": " + error.message());
  }
  std::vector<std::string> paths;
  for (; entry != fs::recursive_directory_iterator(); entry.increment(error)) {
    const bool folder =
        entry->symlink_status(error).type() == fs::file_type::directory;
    if (IsHidden(entry->path())) {
      if (folder) entry.disable_recursion_pending();
    } else if (!folder) {
      paths.push_back(
          entry->path().lexically_relative(directory).generic_string());
    }
  }
  if (error) {
    return Fail(Code::kUnavailable,
                "cannot read below " + directory + ": " + error.message());
  }
  std::ranges::sort(paths);
  return paths;
}

Result<std::string> ReadListedFile(const std::string& path, size_t size_max) {
  std::error_code error;
  if (fs::symlink_status(path, error).type() != fs::file_type::regular) {
    return Fail(Code::kMalformed, "not a regular file");
  }
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    return Fail(Code::kUnavailable,
                std::string("cannot open: ") + std::strerror(errno));
  }
  // One byte more than there is, to see whether there is more.
  const uintmax_t size = fs::file_size(path, error);
  std::string bytes(
      error ? size_max + 1 : std::min<uintmax_t>(size, size_max) + 1, '\0');
  file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  if (file.bad()) return Fail(Code::kUnavailable, "cannot read to its end");
  bytes.resize(static_cast<size_t>(file.gcount()));
  if (!error && size <= size_max && bytes.size() > size) {
    return Fail(Code::kUnavailable, "it grew while it was read");
  }
  if (bytes.size() > size_max) {
    return Fail(Code::kTooLarge,
                "larger than " + std::to_string(size_max) + " bytes");
  }
  return bytes;
}

std::string Printable(std::string_view path) {
  std::string text(path);
  std::ranges::replace_if(
      text,
      [](char c) {
        return static_cast<unsigned char>(c) < 0x20U || c == '\x7f';
      },
      '?');
  return text;
}

}  // namespace modlog
