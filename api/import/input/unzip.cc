#include "api/import/input/unzip.h"

#include <archive.h>
#include <archive_entry.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"

namespace modlog {
namespace {

constexpr size_t kBlockSize = 64 << 10;
constexpr size_t kNameShownMax = 120;

struct FreeArchive {
  void operator()(archive* zip) const { archive_read_free(zip); }
};

// What was read of the outermost file, and what came out of it at any depth.
struct Volume {
  uint64_t packed = 0;
  uint64_t unpacked = 0;

  bool IsBomb() const {
    return unpacked > kUnpackFreeBytes && unpacked / kUnpackRatioMax > packed;
  }
};

std::string MemberName(archive_entry* entry) {
  const char* const name = archive_entry_pathname(entry);
  if (name == nullptr) return "(no name)";
  return std::string(name).substr(0, kNameShownMax);
}

// One zip. Members come one after the other; ReadMember is of the newest.
class Zip {
 public:
  Zip(ReadBytes source, Volume* volume)
      : source_(std::move(source)), volume_(volume), zip_(archive_read_new()) {
    MODLOG_CHECK(zip_ != nullptr, "there is memory for a reader");
    archive_read_support_format_zip_streamable(zip_.get());
  }
  Zip(const Zip&) = delete;
  Zip& operator=(const Zip&) = delete;

  // Each returns false where the zip is broken; reason() says why.
  bool Open() {
    return archive_read_open(zip_.get(), this, nullptr, &Zip::ReadBlock,
                             nullptr) == ARCHIVE_OK ||
           Broken();
  }
  bool NextMember(archive_entry** entry) {
    *entry = nullptr;
    const int status = archive_read_next_header(zip_.get(), entry);
    if (status == ARCHIVE_EOF) {
      *entry = nullptr;
      return true;
    }
    // A warning is about the name's characters, for one.
    return status == ARCHIVE_OK || status == ARCHIVE_WARN || Broken();
  }
  std::optional<size_t> ReadMember(std::span<char> out) {
    const la_ssize_t size =
        archive_read_data(zip_.get(), out.data(), out.size());
    if (size < 0) {
      Broken();
      return std::nullopt;
    }
    volume_->unpacked += static_cast<uint64_t>(size);
    if (volume_->IsBomb()) {
      reason_ = absl::StrCat("unpacks to more than ", kUnpackRatioMax,
                             " times its size: refused as a zip bomb");
      return std::nullopt;
    }
    return static_cast<size_t>(size);
  }
  const std::string& reason() const { return reason_; }
  const std::optional<Error>& source_error() const { return source_error_; }

 private:
  bool Broken() {
    const char* const why = archive_error_string(zip_.get());
    reason_ = absl::StrCat("not a whole zip: ",
                           why != nullptr ? why : "it ends too early");
    return false;
  }

  static la_ssize_t ReadBlock(archive*, void* self, const void** block) {
    auto* const zip = static_cast<Zip*>(self);
    auto size = zip->source_(zip->block_);
    if (!size) {
      zip->source_error_ = std::move(size).error();
      return ARCHIVE_FATAL;
    }
    *block = zip->block_.data();
    return static_cast<la_ssize_t>(*size);
  }

  const ReadBytes source_;
  Volume* const volume_;
  std::unique_ptr<archive, FreeArchive> zip_;
  std::array<char, kBlockSize> block_{};
  std::string reason_;
  std::optional<Error> source_error_;
};

// Hands out what was looked at in advance, then the rest.
ReadBytes WithFront(std::string front, ReadBytes rest) {
  auto kept = std::make_shared<std::string>(std::move(front));
  return [kept, rest = std::move(rest)](std::span<char> out) -> Result<size_t> {
    if (kept->empty()) return rest(out);
    const size_t size = std::min(out.size(), kept->size());
    std::memcpy(out.data(), kept->data(), size);
    kept->erase(0, size);
    return size;
  };
}

Result<std::string> ReadFront(const ReadBytes& read) {
  std::array<char, 4> front{};
  size_t filled = 0;
  while (filled < front.size()) {
    ASSIGN_OR_RETURN(size_t size, read(std::span(front).subspan(filled)));
    if (size == 0) break;
    filled += size;
  }
  return std::string(front.data(), filled);
}

class Walk {
 public:
  explicit Walk(const UnzipVisitor& visitor) : visitor_(visitor) {}

  Result<void> Outermost(const std::string& name, const ReadBytes& read) {
    return Visit(
        name,
        [this, &read](std::span<char> out) {
          auto size = read(out);
          if (size) volume_.packed += *size;
          return size;
        },
        0);
  }

 private:
  Result<void> Visit(const std::string& name, const ReadBytes& read,
                     int depth) {
    ASSIGN_OR_RETURN(std::string front, ReadFront(read));
    const bool is_zip = front == "PK\x03\x04" || front == "PK\x05\x06";
    const ReadBytes whole = WithFront(std::move(front), read);
    if (!is_zip) return visitor_.on_file(name, whole);
    if (depth == kZipDepthMax) {
      return visitor_.on_broken(
          name, absl::StrCat("zips nested deeper than ", kZipDepthMax));
    }
    return VisitZip(name, whole, depth);
  }

  Result<void> VisitZip(const std::string& name, const ReadBytes& read,
                        int depth) {
    Zip zip(read, &volume_);
    bool whole = zip.Open();
    for (uint64_t members = 0; whole; ++members) {
      archive_entry* entry = nullptr;
      whole = zip.NextMember(&entry);
      if (!whole || entry == nullptr) break;
      if (members == kZipMembersMax) {
        return visitor_.on_broken(
            name, absl::StrCat("more than ", kZipMembersMax, " files in it"));
      }
      ASSIGN_OR_RETURN(whole, VisitMember(name, entry, &zip, depth));
    }
    if (zip.source_error()) return std::unexpected(*zip.source_error());
    if (!whole) return visitor_.on_broken(name, zip.reason());
    return {};
  }

  // Returns whether the zip is whole so far.
  Result<bool> VisitMember(const std::string& name, archive_entry* entry,
                           Zip* zip, int depth) {
    if (archive_entry_filetype(entry) != AE_IFREG) return true;
    const std::string member = absl::StrCat(name, "/", MemberName(entry));
    if (!visitor_.wants(member)) return true;
    bool whole = true;
    const ReadBytes read = [&](std::span<char> out) -> Result<size_t> {
      const auto size = whole ? zip->ReadMember(out) : std::nullopt;
      if (size) return *size;
      whole = false;
      return Fail(Code::kCorrupt, zip->reason());
    };
    Result<void> visited = Visit(member, read, depth + 1);
    // Where the member broke, that is the zip's to report, once.
    if (!whole) return false;
    if (!visited) return std::unexpected(std::move(visited).error());
    return true;
  }

  const UnzipVisitor& visitor_;
  Volume volume_;
};

}  // namespace

Result<void> WalkFiles(const std::string& name, const ReadBytes& read,
                       const UnzipVisitor& visitor) {
  return Walk(visitor).Outermost(name, read);
}

}  // namespace modlog
