#include "api/import/ozone/ozone_event.h"

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>
#include <utility>

#include "absl/strings/str_cat.h"
#include "api/import/input/ascii.h"
#include "verifier/core/bytes.h"

namespace modlog {
namespace {

using Json = nlohmann::json;
template <typename T>
using Member = std::expected<T, OzoneError>;

constexpr size_t kListMax = 64;  // of labels or policies
constexpr size_t kNameSizeMax = 2'048;
constexpr size_t kTypeSizeMax = 64;

std::unexpected<OzoneError> BadMember(std::string member, std::string reason) {
  return std::unexpected(OzoneError{std::move(member), std::move(reason)});
}

// Find returns a member, null where it is absent or null.
const Json* Find(const Json& object, const char* name) {
  if (!object.is_object()) return nullptr;
  const auto at = object.find(name);
  return at == object.end() || at->is_null() ? nullptr : &*at;
}

// What is read of one object; the first fault counts.
class Reader {
 public:
  Reader(const Json& object, std::string prefix)
      : object_(object), prefix_(std::move(prefix)) {}

  std::string Text(const char* name, size_t size_max = kNameSizeMax) {
    const Json* const value = Find(object_, name);
    if (value == nullptr) return "";
    if (!value->is_string()) return Fault(name, "not a string"), "";
    std::string text = value->get<std::string>();
    if (text.size() > size_max) {
      Fault(name, absl::StrCat(text.size(), " bytes, want at most ", size_max));
      return "";
    }
    return text;
  }

  std::string Required(const char* name) {
    std::string text = Text(name);
    if (text.empty()) Fault(name, "missing or empty");
    return text;
  }

  int64_t Whole(const char* name) {
    const Json* const value = Find(object_, name);
    if (value == nullptr) return 0;
    if (value->is_number_unsigned()) {
      const auto number = value->get<uint64_t>();
      if (number <= INT64_MAX) return static_cast<int64_t>(number);
    } else if (value->is_number_integer()) {
      return value->get<int64_t>();
    }
    Fault(name, "not a whole number");
    return 0;
  }

  std::optional<int64_t> Time(const char* name) {
    const std::string text = Text(name);
    if (text.empty()) return std::nullopt;
    const std::optional<int64_t> time = ParseDateTime(text);
    if (!time) {
      Fault(name, absl::StrCat("got ", Quote(text),
                               ", want a date and time like "
                               "2025-03-01T12:00:00Z"));
    }
    return time;
  }

  std::vector<std::string> List(const char* name) {
    std::vector<std::string> list;
    const Json* const value = Find(object_, name);
    if (value == nullptr) return list;
    if (!value->is_array()) return Fault(name, "not a list"), list;
    if (value->size() > kListMax) {
      Fault(name,
            absl::StrCat(value->size(), " items, want at most ", kListMax));
      return list;
    }
    for (const Json& item : *value) {
      if (!item.is_string() ||
          item.get_ref<const std::string&>().size() > kNameSizeMax) {
        Fault(name, "holds something else than short strings");
        return {};
      }
      list.push_back(item.get<std::string>());
    }
    return list;
  }

  void Fault(const char* name, std::string reason) {
    if (!fault_) fault_ = OzoneError{prefix_ + name, std::move(reason)};
  }
  const std::optional<OzoneError>& fault() const { return fault_; }

 private:
  const Json& object_;
  const std::string prefix_;
  std::optional<OzoneError> fault_;
};

// "tools.ozone.moderation.defs#modEventTakedown" -> "modEventTakedown"
std::string AfterHash(const std::string& name) {
  const size_t hash = name.find('#');
  return hash == std::string::npos ? name : name.substr(hash + 1);
}

// at://did:plc:…/app.bsky.feed.post/… is of the account did:plc:…
std::string AccountOfUri(const std::string& uri) {
  constexpr std::string_view kScheme = "at://";
  if (!uri.starts_with(kScheme)) return "";
  const size_t end = uri.find('/', kScheme.size());
  return uri.substr(kScheme.size(), end - kScheme.size());
}

// The subject is a reference, or in the detailed view the thing itself.
std::optional<OzoneError> ReadSubject(const Json& json, OzoneEvent* event) {
  const Json* const subject = Find(json, "subject");
  if (subject == nullptr || !subject->is_object()) {
    return OzoneError{"subject", "missing, or no object"};
  }
  Reader read(*subject, "subject.");
  const std::string type = AfterHash(read.Text("$type"));
  if (const std::string uri = read.Text("uri"); !uri.empty()) {
    event->subject_kind = v1::SUBJECT_KIND_ITEM;
    event->subject = uri;
    event->account = AccountOfUri(uri);
  } else if (const std::string convo = read.Text("convoId"); !convo.empty()) {
    const std::string message = read.Text("messageId");
    event->subject_kind =
        message.empty() ? v1::SUBJECT_KIND_CHANNEL : v1::SUBJECT_KIND_MESSAGE;
    event->subject = "chat:" + convo + (message.empty() ? "" : "/" + message);
    event->account = read.Text("did");
  } else {
    event->subject_kind = v1::SUBJECT_KIND_ACCOUNT;
    event->subject = read.Required("did");
    event->account = event->subject;
  }
  return read.fault();
}

std::optional<OzoneError> ReadDetails(const Json& json, OzoneEvent* event) {
  const Json* const details = Find(json, "event");
  if (details == nullptr || !details->is_object()) {
    return OzoneError{"event", "missing, or no object"};
  }
  Reader read(*details, "event.");
  event->type = AfterHash(read.Required("$type"));
  event->comment = read.Text("comment", kOzoneLineSizeMax);
  event->report_type = AfterHash(read.Text("reportType"));
  event->policies = read.List("policies");
  event->severity_level = read.Text("severityLevel");
  event->target_services = read.List("targetServices");
  event->duration_hours = read.Whole("durationInHours");
  event->strikes = read.Whole("strikeCount");
  event->strikes_expire_s = read.Time("strikeExpiresAt");
  event->labels_created = read.List("createLabelVals");
  event->labels_negated = read.List("negateLabelVals");
  event->status = read.Text("status");
  event->execute_at_s = read.Time("executeAt");
  if (!event->execute_at_s) event->execute_at_s = read.Time("executeAfter");
  if (event->duration_hours < 0) read.Fault("durationInHours", "negative");
  if (event->type.size() > kTypeSizeMax) read.Fault("$type", "too long");
  return read.fault();
}

Member<OzoneEvent> ReadEvent(const Json& json) {
  if (!json.is_object()) return BadMember("", "no JSON object");
  OzoneEvent event;
  Reader read(json, "");
  const Json* const id = Find(json, "id");
  if (id == nullptr || !id->is_number_unsigned()) {
    return BadMember("id", "missing, or no whole number");
  }
  event.id = id->get<uint64_t>();
  const std::optional<int64_t> created_at = read.Time("createdAt");
  if (!created_at) read.Fault("createdAt", "missing or empty");
  event.created_at_s = created_at.value_or(0);
  event.created_by = read.Text("createdBy");
  if (const Json* const tool = Find(json, "modTool"); tool != nullptr) {
    event.mod_tool = Reader(*tool, "modTool.").Text("name");
  }
  if (read.fault()) return std::unexpected(*read.fault());
  if (auto fault = ReadDetails(json, &event)) return std::unexpected(*fault);
  if (auto fault = ReadSubject(json, &event)) return std::unexpected(*fault);
  return event;
}

// Deeper values are refused before they are built: the parser keeps a stack.
bool IsTooDeep(std::string_view text) {
  int depth = 0;
  bool in_string = false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') ++i;
      if (c == '"') in_string = false;
    } else if (c == '"') {
      in_string = true;
    } else if (c == '[' || c == '{') {
      if (++depth > kOzoneDepthMax) return true;
    } else if (c == ']' || c == '}') {
      --depth;
    }
  }
  return false;
}

std::expected<Json, std::string> ParseJson(std::string_view text) {
  if (IsTooDeep(text)) {
    return std::unexpected(
        absl::StrCat("more than ", kOzoneDepthMax, " levels deep"));
  }
  Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (json.is_discarded()) {
    return std::unexpected("not JSON, cut off, or not UTF-8");
  }
  return json;
}

// What hands out events one by one, and counts them.
class Events {
 public:
  explicit Events(const std::function<Result<void>(OzoneItem)>& on_item)
      : on_item_(on_item) {}

  Result<void> Add(uint64_t line, Member<OzoneEvent> event) {
    if (event) last_id_ = event->id;
    return on_item_({line, ++number_, std::move(event)});
  }
  Result<void> AddAll(uint64_t line, const Json& list) {
    for (const Json& event : list) {
      RETURN_IF_ERROR(Add(line, ReadEvent(event)));
    }
    return {};
  }
  Result<void> AddCutOff(uint64_t line) {
    return Add(
        line,
        BadMember("", absl::StrCat("the file ends in the middle, behind ",
                                   last_id_ ? absl::StrCat("the event with id ",
                                                           *last_id_)
                                            : "no whole event",
                                   ": get it anew and import it again")));
  }
  bool any() const { return last_id_.has_value(); }

 private:
  const std::function<Result<void>(OzoneItem)>& on_item_;
  std::optional<uint64_t> last_id_;
  uint64_t number_ = 0;
};

// Where the object or list at the begin of the text ends, or npos where the
// text ends before.
size_t EndOfValue(std::string_view text) {
  int depth = 0;
  bool in_string = false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') ++i;
      if (c == '"') in_string = false;
    } else if (c == '"') {
      in_string = true;
    } else if (c == '[' || c == '{') {
      ++depth;
    } else if ((c == ']' || c == '}') && --depth <= 0) {
      return i + 1;
    }
  }
  return std::string_view::npos;
}

// The whole events of a list or answer that the file ends within.
Result<void> ReadCutOff(std::string_view text, Events* events) {
  constexpr std::string_view kEvents = "\"events\"";
  if (text.starts_with('{')) {
    text.remove_prefix(std::min(text.find(kEvents), text.size()));
    text.remove_prefix(std::min(kEvents.size(), text.size()));
    text = Trim(text, ": \t\r\n");
  }
  if (text.starts_with('[')) text.remove_prefix(1);
  for (text = Trim(text, ", \t\r\n"); text.starts_with('{');
       text = Trim(text, ", \t\r\n")) {
    const size_t end = EndOfValue(text);
    if (end == std::string_view::npos) break;
    const auto json = ParseJson(text.substr(0, end));
    if (!json) break;
    RETURN_IF_ERROR(events->Add(0, ReadEvent(*json)));
    text.remove_prefix(end);
  }
  if (!events->any()) {
    return Fail(Code::kMalformed, "not JSON, cut off, or not UTF-8");
  }
  return events->AddCutOff(0);
}

Result<void> ReadValue(std::string_view text, Events* events) {
  if (text.size() > kOzoneDocumentSizeMax) {
    return Fail(
        Code::kTooLarge,
        absl::StrCat("one JSON value of more than ", kOzoneDocumentSizeMax,
                     " bytes; write one event a line"));
  }
  const auto json = ParseJson(text);
  if (!json) return Fail(Code::kMalformed, json.error());
  const Json* const list = json->is_array() ? &*json : Find(*json, "events");
  if (list != nullptr && list->is_array()) return events->AddAll(0, *list);
  if (Find(*json, "event") == nullptr) {
    return Fail(Code::kMalformed,
                "want an array of events, an object with \"events\", or one "
                "event a line");
  }
  return events->Add(0, ReadEvent(*json));
}

// Values one behind the other: answers, lists, events.
Result<void> ReadValues(std::string_view text,
                        const std::function<Result<void>(OzoneItem)>& on_item) {
  Events events(on_item);
  while (!text.empty()) {
    if (!text.starts_with('{') && !text.starts_with('[')) {
      return Fail(Code::kMalformed, "not JSON, cut off, or not UTF-8");
    }
    const size_t end = EndOfValue(text);
    if (end == std::string_view::npos) {
      if (IsTooDeep(text)) {
        return Fail(Code::kMalformed,
                    absl::StrCat("more than ", kOzoneDepthMax, " levels deep"));
      }
      return ReadCutOff(text, &events);
    }
    RETURN_IF_ERROR(ReadValue(text.substr(0, end), &events));
    text = Trim(text.substr(end), " \t\r\n");
  }
  return {};
}

Result<void> ReadLines(std::string_view text,
                       const std::function<Result<void>(OzoneItem)>& on_item) {
  Events events(on_item);
  uint64_t number = 0;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    const bool is_last = end == text.size();
    const std::string_view line = Trim(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    ++number;
    if (line.empty()) continue;
    if (line.size() > kOzoneLineSizeMax) {
      RETURN_IF_ERROR(events.Add(
          number, BadMember("", absl::StrCat("line of more than ",
                                             kOzoneLineSizeMax, " bytes"))));
      continue;
    }
    const auto json = ParseJson(line);
    const Json* const list = json ? Find(*json, "events") : nullptr;
    if (list != nullptr && list->is_array()) {
      RETURN_IF_ERROR(events.AddAll(number, *list));
    } else if (json) {
      RETURN_IF_ERROR(events.Add(number, ReadEvent(*json)));
    } else if (is_last && EndOfValue(line) == std::string_view::npos) {
      RETURN_IF_ERROR(events.AddCutOff(number));
    } else {
      RETURN_IF_ERROR(events.Add(number, BadMember("", json.error())));
    }
  }
  return {};
}

// One event a line: the first line is an object of its own, without "events".
bool IsLines(std::string_view text) {
  if (!text.starts_with('{')) return false;
  const std::string_view line = text.substr(0, text.find('\n'));
  if (line.size() > kOzoneLineSizeMax) return line.size() < text.size();
  // A line that is cut off or garbled is refused as a line.
  const auto json = ParseJson(line);
  if (!json) return Trim(line).ends_with('}');
  return !json->contains("events");
}

std::optional<uint32_t> Digits(std::string_view text, size_t at, size_t size) {
  if (at + size > text.size()) return std::nullopt;
  uint32_t number = 0;
  for (const char c : text.substr(at, size)) {
    if (!IsDigit(c)) return std::nullopt;
    number = number * 10 + static_cast<uint32_t>(c - '0');
  }
  return number;
}

// "Z", "+02:00", "-0500": seconds east.
std::optional<int64_t> ParseOffset(std::string_view text) {
  if (text == "Z" || text == "z") return 0;
  if (text.empty() || (text[0] != '+' && text[0] != '-')) return std::nullopt;
  const size_t minutes_at = text.size() == 6 && text[3] == ':' ? 4 : 3;
  const auto hours = Digits(text, 1, 2);
  const auto minutes = Digits(text, minutes_at, 2);
  if (!hours || !minutes || text.size() != minutes_at + 2) return std::nullopt;
  if (*hours > 23 || *minutes > 59) return std::nullopt;
  const int64_t seconds = int64_t{*hours} * 3'600 + int64_t{*minutes} * 60;
  return text[0] == '-' ? -seconds : seconds;
}

}  // namespace

std::optional<int64_t> ParseDateTime(std::string_view text) {
  const auto year = Digits(text, 0, 4);
  const auto month = Digits(text, 5, 2);
  const auto day = Digits(text, 8, 2);
  const auto hour = Digits(text, 11, 2);
  const auto minute = Digits(text, 14, 2);
  const auto second = Digits(text, 17, 2);
  if (!year || !month || !day || !hour || !minute || !second) {
    return std::nullopt;
  }
  if (text[4] != '-' || text[7] != '-' ||
      (text[10] != 'T' && text[10] != 't') || text[13] != ':' ||
      text[16] != ':') {
    return std::nullopt;
  }
  const std::chrono::year_month_day date(
      std::chrono::year(static_cast<int>(*year)), std::chrono::month(*month),
      std::chrono::day(*day));
  if (!date.ok() || *hour > 23 || *minute > 59 || *second > 60) {
    return std::nullopt;
  }
  std::string_view rest = text.substr(19);
  if (rest.starts_with('.')) {
    const size_t end = rest.find_first_not_of("0123456789", 1);
    if (end == 1 || end == std::string_view::npos) return std::nullopt;
    rest.remove_prefix(end);
  }
  const std::optional<int64_t> offset = ParseOffset(rest);
  if (!offset) return std::nullopt;
  const int64_t days = std::chrono::sys_days(date).time_since_epoch().count();
  return days * 86'400 + int64_t{*hour} * 3'600 + int64_t{*minute} * 60 +
         *second - *offset;
}

Result<void> ReadOzone(std::string_view text,
                       const std::function<Result<void>(OzoneItem)>& on_item) {
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  const std::string_view all = Trim(text, " \t\r\n");
  if (all.empty()) return Fail(Code::kMalformed, "empty");
  // Lines are counted from the begin of the file.
  return IsLines(all) ? ReadLines(text, on_item) : ReadValues(all, on_item);
}

}  // namespace modlog
