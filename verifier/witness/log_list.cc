#include "verifier/witness/log_list.h"

#include <algorithm>
#include <optional>
#include <set>

#include "verifier/core/checkpoint.h"

namespace modlog {
namespace {

constexpr std::string_view kHeader = "logs/v0";
constexpr size_t kContactSizeMax = 1'024;

bool IsOrigin(std::string_view text) {
  const auto control = [](char c) { return static_cast<uint8_t>(c) < 0x20; };
  return !text.empty() && text.size() <= kOriginSizeMax && IsUtf8(text) &&
         std::ranges::none_of(text, control);
}

class ListReader {
 public:
  explicit ListReader(std::string_view text) : rest_(text) { Advance(); }

  Result<LogList> Read() {
    if (line_ != kHeader) {
      return Bad("want the first line to be \"logs/v0\", got " +
                 Quote(line_.value_or("")));
    }
    Advance();
    while (line_) {
      if (list_.logs.size() == kWitnessedLogsMax) {
        return Fail(Code::kTooLarge, Where() + "more than " +
                                         std::to_string(kWitnessedLogsMax) +
                                         " logs");
      }
      auto log = ReadEntry();
      if (log) {
        list_.logs.push_back(std::move(*log));
      } else {
        PassOver(log.error());
      }
    }
    return std::move(list_);
  }

 private:
  std::string Where() const { return "line " + std::to_string(number_) + ": "; }
  std::unexpected<Error> Bad(const std::string& what) const {
    return Fail(Code::kMalformed, Where() + what);
  }

  // Advance goes to the next line that says something, or to the end.
  void Advance() {
    line_.reset();
    while (!rest_.empty() && !line_) {
      ++number_;
      const size_t end = rest_.find('\n');
      std::string_view line = rest_.substr(0, end);
      rest_.remove_prefix(end == rest_.npos ? rest_.size() : end + 1);
      if (line.ends_with('\r')) line.remove_suffix(1);
      if (!line.empty() && !line.starts_with('#')) line_ = line;
    }
  }

  // TakeIf takes the value of a line "<name> <value>" if the next is that one.
  std::optional<std::string_view> TakeIf(std::string_view name) const {
    if (!line_ || !line_->starts_with(name) ||
        !line_->substr(name.size()).starts_with(' ')) {
      return std::nullopt;
    }
    return line_->substr(name.size() + 1);
  }

  std::unexpected<Error> Want(std::string_view name) const {
    return Bad("want a line \"" + std::string(name) + " …\", got " +
               (line_ ? Quote(*line_) : "the end of the list"));
  }

  void PassOver(const Error& why) {
    ++list_.odd_count;
    if (list_.odd.size() < kOddEntriesMax) list_.odd.push_back(why.message);
    while (line_ && !TakeIf("vkey")) Advance();
  }

  // On an error the reader stands in the entry, behind its vkey line.
  Result<WitnessedLog> ReadEntry() {
    const std::string where = Where();
    ASSIGN_OR_RETURN(WitnessedLog log, ReadLog());
    if (line_ && !TakeIf("vkey")) {
      return Bad("a line that is not known, in the entry of " +
                 Quote(log.origin) + ": " + Quote(*line_));
    }
    if (!origins_.insert(log.origin).second) {
      return Fail(Code::kMalformed, where + "origin " + Quote(log.origin) +
                                        " is in the list twice");
    }
    return log;
  }

  Result<WitnessedLog> ReadLog() {
    const auto vkey = TakeIf("vkey");
    if (!vkey) return Want("vkey");
    const std::string where = "line " + std::to_string(number_);
    Advance();
    auto log = ParseLogKey(*vkey);
    if (!log) return Prefixed(where, log.error());
    RETURN_IF_ERROR(ReadOrigin(&*log));
    RETURN_IF_ERROR(ReadQpd(&*log));
    const auto contact = TakeIf("contact");
    if (!contact) return Want("contact");
    if (contact->size() > kContactSizeMax || !IsUtf8(*contact)) {
      return Bad("contact is not UTF-8 of at most " +
                 std::to_string(kContactSizeMax) + " bytes");
    }
    log->contact = *contact;
    Advance();
    return log;
  }

  Result<void> ReadOrigin(WitnessedLog* log) {
    const auto origin = TakeIf("origin");
    if (!origin) return {};
    if (!IsOrigin(*origin)) {
      return Bad("origin is not 1.." + std::to_string(kOriginSizeMax) +
                 " bytes of UTF-8 without control characters");
    }
    if (*origin != "none") log->origin = *origin;
    Advance();
    return {};
  }

  Result<void> ReadQpd(WitnessedLog* log) {
    const auto text = TakeIf("qpd");
    if (!text) return Want("qpd");
    const auto qpd = ParseDecimal(*text);
    if (!qpd || *qpd == 0 || *qpd > kQueriesPerDayMax) {
      return Bad("qpd is not a decimal of 1.." +
                 std::to_string(kQueriesPerDayMax) + ": " + Quote(*text));
    }
    log->qpd = *qpd;
    Advance();
    return {};
  }

  std::string_view rest_;
  std::optional<std::string_view> line_;
  size_t number_ = 0;
  std::set<std::string> origins_;
  LogList list_;
};

bool IsContact(std::string_view text) {
  const auto control = [](char c) { return static_cast<uint8_t>(c) < 0x20; };
  return !text.empty() && std::ranges::none_of(text, control) &&
         text.front() != ' ' && text.back() != ' ';
}

}  // namespace

Result<WitnessedLog> ParseLogKey(std::string_view vkey) {
  ASSIGN_OR_RETURN(VerifierKey key, ParseVerifierKey(vkey));
  if (key.type != SignatureType::kEd25519) {
    return Fail(Code::kUntrusted,
                "key of " + Quote(key.name) + " is " +
                    (key.type == SignatureType::kMlDsa44 ? "an ML-DSA-44 key"
                                                         : "a cosigner's") +
                    "; a log that is witnessed signs with a key of type 0x01");
  }
  std::string origin = key.name;
  return WitnessedLog{std::move(origin), std::move(key), 0, ""};
}

Result<LogList> ParseLogList(std::string_view text) {
  if (text.size() > kLogListSizeMax) {
    return Fail(Code::kTooLarge, "log list of " + std::to_string(text.size()) +
                                     " bytes, want at most " +
                                     std::to_string(kLogListSizeMax));
  }
  return ListReader(text).Read();
}

Result<std::string> FormatLogList(std::span<const WitnessedLog> logs) {
  std::string text = std::string(kHeader) + "\n";
  for (const WitnessedLog& log : logs) {
    if (!IsContact(log.contact)) {
      return Fail(Code::kMalformed,
                  "contact: want one line of text, such as an address of mail");
    }
    if (!IsOrigin(log.origin) || log.origin == "none") {
      return Fail(Code::kMalformed,
                  "origin: want one line of text, and not \"none\", which "
                  "stands for the name of the key");
    }
    text += "\nvkey " + FormatVerifierKey(log.key) + "\n";
    if (log.origin != log.key.name) text += "origin " + log.origin + "\n";
    text +=
        "qpd " + std::to_string(log.qpd) + "\ncontact " + log.contact + "\n";
  }
  ASSIGN_OR_RETURN(const LogList read, ParseLogList(text));
  if (!read.odd.empty()) return Fail(Code::kMalformed, read.odd.front());
  return text;
}

}  // namespace modlog
