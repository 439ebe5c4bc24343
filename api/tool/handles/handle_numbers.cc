#include "api/tool/handles/handle_numbers.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "verifier/core/commitment.h"

namespace modlog {
namespace {

constexpr size_t kTagSize = std::tuple_size_v<HandleNumbers::Tag>;
constexpr size_t kRecordSize = 1 + 2 * kTagSize + 4;
constexpr char kHas = 1;
constexpr char kHasNot = 2;

HandleNumbers::Tag MakeTag(const HandleKey& key, std::string_view label,
                           std::string_view what) {
  std::string info(label);
  info.append(what);
  const Hash hash = Hkdf(key.key.Secret(), Hash{}, AsBytes(info));
  HandleNumbers::Tag tag;
  std::copy_n(hash.begin(), tag.size(), tag.begin());
  return tag;
}

HandleNumbers::Tag TagFrom(std::string_view bytes) {
  HandleNumbers::Tag tag;
  std::memcpy(tag.data(), bytes.data(), tag.size());
  return tag;
}

Result<std::string> ReadAllOf(int fd, const std::string& path) {
  const off_t size = lseek(fd, 0, SEEK_END);
  if (size < 0 || lseek(fd, 0, SEEK_SET) < 0) return SystemError("read", path);
  if (static_cast<uint64_t>(size) > kHandleNumbersSizeMax) {
    return Fail(Code::kTooLarge,
                absl::StrCat(path, " has ", size, " bytes, at most ",
                             kHandleNumbersSizeMax));
  }
  std::string bytes(static_cast<size_t>(size), '\0');
  size_t got = 0;
  while (got < bytes.size()) {
    const ssize_t part = read(fd, bytes.data() + got, bytes.size() - got);
    if (part < 0 && errno == EINTR) continue;
    if (part <= 0) return SystemError("read", path);
    got += static_cast<size_t>(part);
  }
  return bytes;
}

}  // namespace

HandleNumbers::Record HandleNumbers::TagsOf(const HandleKey& key,
                                            std::string_view account,
                                            std::string_view puid) {
  std::string record(account);
  record.push_back('\0');
  record.append(puid);
  return {MakeTag(key, "modlog/handle-account/v1\n", account),
          MakeTag(key, "modlog/handle-record/v1\n", record)};
}

Result<void> HandleNumbers::Create(const std::string& directory,
                                   uint32_t number) {
  const std::string path = HandleNumbersPath(directory, number);
  const OpenFile file(open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
  if (file.fd < 0 || fsync(file.fd) != 0) return SystemError("make", path);
  return SyncDirectory(directory);
}

Result<HandleNumbers> HandleNumbers::Open(const std::string& directory,
                                          const HandleKey& key, Use use) {
  HandleNumbers numbers;
  numbers.path_ = HandleNumbersPath(directory, key.number);
  const bool write = use == Use::kWrite;
  auto file = std::make_unique<OpenFile>(
      open(numbers.path_.c_str(),
           (write ? O_RDWR | O_APPEND : O_RDONLY) | O_CLOEXEC));
  if (file->fd < 0 && errno == ENOENT) {
    return Fail(Code::kNotFound,
                numbers.path_ +
                    " is missing: restore it; without it nobody knows which "
                    "numbers were given, so begin a new period (modlog handle "
                    "new-key) and destroy this key");
  }
  if (file->fd < 0) return SystemError("open", numbers.path_);
  RETURN_IF_ERROR(CheckSecretFile(file->fd, numbers.path_));
  if (write && flock(file->fd, LOCK_EX | LOCK_NB) != 0) {
    return Fail(Code::kUnavailable,
                numbers.path_ +
                    " is in use: another program gives handles; "
                    "wait for it, or append with it");
  }
  ASSIGN_OR_RETURN(std::string bytes, ReadAllOf(file->fd, numbers.path_));
  bytes.resize(bytes.size() - bytes.size() % kRecordSize);
  RETURN_IF_ERROR(numbers.Load(bytes));
  if (!write) return numbers;
  if (ftruncate(file->fd, static_cast<off_t>(bytes.size())) != 0) {
    return SystemError("cut the torn end of", numbers.path_);
  }
  RETURN_IF_ERROR(SyncDirectory(directory));
  numbers.size_ = bytes.size();
  numbers.file_ = std::move(file);
  return numbers;
}

Result<void> HandleNumbers::Load(std::string_view bytes) {
  for (; !bytes.empty(); bytes.remove_prefix(kRecordSize)) {
    const Record record = {TagFrom(bytes.substr(1)),
                           TagFrom(bytes.substr(1 + kTagSize))};
    const auto number =
        static_cast<uint32_t>(BigEndian(bytes.substr(1 + 2 * kTagSize, 4)));
    const auto known = Find(record);
    if (bytes[0] == kHas && !known && IsNext(record.account, number)) {
      Take(record, number);
    } else if (bytes[0] == kHasNot && known == number) {
      GiveBack(record);
    } else {
      return Fail(Code::kCorrupt,
                  path_ +
                      " is damaged: restore it from a backup; without it "
                      "begin a new period (modlog handle new-key)");
    }
  }
  return {};
}

// Whether no number is left out by taking this one.
bool HandleNumbers::IsNext(const Tag& tag, uint32_t number) const {
  const auto it = accounts_.find(tag);
  if (it == accounts_.end()) return number == 1;
  return it->second.free.empty() ? number == it->second.last + 1
                                 : number == *it->second.free.begin();
}

void HandleNumbers::Take(const Record& record, uint32_t number) {
  Account& account = accounts_[record.account];
  account.last = std::max(account.last, number);
  account.free.erase(number);
  numbers_[record.record] = number;
}

void HandleNumbers::GiveBack(const Record& record) {
  const auto it = numbers_.find(record.record);
  Account& account = accounts_[record.account];
  account.free.insert(it->second);
  numbers_.erase(it);
  while (account.last > 0 && account.free.erase(account.last) > 0) {
    --account.last;
  }
}

std::optional<uint32_t> HandleNumbers::Find(const Record& record) const {
  const auto it = numbers_.find(record.record);
  if (it == numbers_.end()) return std::nullopt;
  return it->second;
}

Result<void> HandleNumbers::Append(char op, const Record& record,
                                   uint32_t number) {
  MODLOG_CHECK(file_ != nullptr, "numbers are open for writing");
  if (size_ + kRecordSize > kHandleNumbersSizeMax) {
    return Fail(Code::kTooLarge,
                path_ + " is full: begin a new period (modlog handle new-key)");
  }
  std::string bytes(1, op);
  bytes.append(AsText(record.account));
  bytes.append(AsText(record.record));
  AppendBigEndian(number, 4, &bytes);
  if (!WriteAll(file_->fd, bytes)) return SystemError("write", path_);
  size_ += kRecordSize;
  unsynced_ = true;
  return {};
}

Result<uint32_t> HandleNumbers::Assign(const Record& record) {
  MODLOG_CHECK(!Find(record), "a record keeps the number it has");
  const Account& account = accounts_[record.account];
  const uint32_t number =
      account.free.empty() ? account.last + 1 : *account.free.begin();
  if (number == 0) return Fail(Code::kTooLarge, "no numbers are left");
  RETURN_IF_ERROR(Append(kHas, record, number));
  Take(record, number);
  return number;
}

Result<void> HandleNumbers::Release(const Record& record) {
  const auto number = Find(record);
  if (!number) return {};
  RETURN_IF_ERROR(Append(kHasNot, record, *number));
  GiveBack(record);
  return {};
}

Result<void> HandleNumbers::Sync() {
  if (!unsynced_) return {};
  if (fdatasync(file_->fd) != 0) return SystemError("write", path_);
  unsynced_ = false;
  return {};
}

uint32_t HandleNumbers::Last(const Tag& account) const {
  const auto it = accounts_.find(account);
  return it == accounts_.end() ? 0 : it->second.last;
}

}  // namespace modlog
