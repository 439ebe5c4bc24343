#include "verifier/witness/state_format.h"

#include <algorithm>
#include <cstring>
#include <optional>

namespace modlog {
namespace {

constexpr std::string_view kMagic = "modlog-witness-state-1\n";
constexpr size_t kSizeSize = 4;

std::unexpected<Error> Damaged(const std::string& what) {
  return Fail(Code::kCorrupt, what);
}

std::optional<StateHead> DecodeHead(std::string_view bytes) {
  constexpr size_t kBody = kMagic.size() + 8 + 8 + kHashSize;
  if (bytes.size() != kStateHeadSize || !bytes.starts_with(kMagic)) return {};
  const Hash check = Sha256(AsBytes(bytes.substr(0, kBody)));
  if (AsText(check) != bytes.substr(kBody, kHashSize)) return {};
  StateHead head;
  head.sequence = BigEndian(bytes.substr(kMagic.size(), 8));
  head.end = BigEndian(bytes.substr(kMagic.size() + 8, 8));
  std::memcpy(head.sum.data(), bytes.data() + kBody - kHashSize, kHashSize);
  return head;
}

// NewestHead sets `whole` to whether both heads hold.
std::optional<StateHead> NewestHead(std::string_view bytes, bool* whole) {
  std::optional<StateHead> newest;
  *whole = true;
  for (size_t i = 0; i < 2; ++i) {
    const size_t at = std::min(bytes.size(), i * kStateHeadSize);
    const auto head = DecodeHead(bytes.substr(at, kStateHeadSize));
    if (!head || head->sequence % 2 != i) {
      *whole = false;
    } else if (!newest || head->sequence > newest->sequence) {
      newest = head;
    }
  }
  return newest;
}

struct Record {
  std::string_view note;
  Hash sum;
  size_t end;  // offset behind it
};

// RecordAt returns nothing where no whole record stands at the offset.
std::optional<Record> RecordAt(std::string_view bytes, size_t at,
                               const Hash& before) {
  const std::string_view rest = bytes.substr(at);
  if (rest.size() < kSizeSize) return {};
  const uint64_t size = BigEndian(rest.substr(0, kSizeSize));
  if (size > kStateNoteSizeMax || rest.size() < kSizeSize + size + kHashSize) {
    return {};
  }
  const std::string_view note = rest.substr(kSizeSize, size);
  const Hash sum =
      Sha256({before, AsBytes(rest.substr(0, kSizeSize)), AsBytes(note)});
  if (AsText(sum) != rest.substr(kSizeSize + size, kHashSize)) return {};
  return Record{note, sum, at + kSizeSize + size + kHashSize};
}

void Take(const Record& record, State* state) {
  state->head.end = record.end;
  state->head.sum = record.sum;
  const std::string_view origin = OriginOf(record.note);
  auto note = std::make_shared<const std::string>(record.note);
  state->notes.insert_or_assign(std::string(origin), std::move(note));
}

Result<void> TakeCovered(std::string_view bytes, const StateHead& covered,
                         State* state) {
  while (state->head.end < covered.end) {
    const size_t at = state->head.end;
    const auto record = RecordAt(bytes, at, state->head.sum);
    if (!record || record->end > covered.end) {
      return Damaged("the record at byte " + std::to_string(at) + " of " +
                     std::to_string(covered.end) + " is damaged");
    }
    Take(*record, state);
  }
  if (state->head.end != covered.end || state->head.sum != covered.sum) {
    return Damaged("the records up to byte " + std::to_string(state->head.end) +
                   " are not those that its head covers");
  }
  return {};
}

}  // namespace

std::string EncodeStateHead(const StateHead& head) {
  std::string bytes(kMagic);
  AppendBigEndian(head.sequence, 8, &bytes);
  AppendBigEndian(head.end, 8, &bytes);
  bytes += AsText(head.sum);
  bytes += AsText(Sha256(AsBytes(bytes)));
  bytes.resize(kStateHeadSize);
  return bytes;
}

void AppendStateRecord(std::string_view note, Hash* sum, std::string* bytes) {
  MODLOG_CHECK(note.size() <= kStateNoteSizeMax, "a request has a limit");
  std::string size;
  AppendBigEndian(note.size(), kSizeSize, &size);
  *sum = Sha256({*sum, AsBytes(size), AsBytes(note)});
  *bytes += size;
  *bytes += note;
  *bytes += AsText(*sum);
}

std::string_view OriginOf(std::string_view note) {
  return note.substr(0, note.find('\n'));
}

Result<State> ParseState(std::string_view bytes) {
  State state;
  const auto covered =
      NewestHead(bytes.substr(0, kStateRecordsAt), &state.heads_whole);
  if (!covered) return Damaged("neither of its two heads is whole");
  if (covered->end < kStateRecordsAt || covered->end > bytes.size()) {
    return Damaged("it has " + std::to_string(bytes.size()) + " bytes, want " +
                   std::to_string(covered->end));
  }
  state.head.sequence = covered->sequence;
  RETURN_IF_ERROR(TakeCovered(bytes, *covered, &state));
  while (const auto record = RecordAt(bytes, state.head.end, state.head.sum)) {
    Take(*record, &state);
  }
  return state;
}

}  // namespace modlog
