#include "api/tool/bench/workload.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <optional>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "api/client/canonical.h"
#include "modlog/v1/action.pb.h"

namespace modlog {
namespace {

constexpr size_t kDigits = 12;
constexpr size_t kPuidTagSize =
    23;  // so that a puid has 36 characters, as a UUID
constexpr size_t kPuidSizeMax = 64;
constexpr int kAboutMax = 16;
constexpr size_t kUsualSize = 250;

// Countries of ISO 3166-1 with a code of two varint bytes, none of them among
// the territories that have a bit.
constexpr std::string_view kCountries =
    "FJFKFMFOGAGBGDGEGFGGGHGIGLGMGNGPGQGSGTGUGWGYHKHMHNHTIDILIMINIOIQIR"
    "JEJMJOJPKEKGKHKIKMKNKPKRKWKYKZLALBLCLKLRLSLYMAMCMDMEMFMGMHMKMLMMMNMOMPMQMR"
    "MSMUMVMWMXMYMZNANCNENFNGNINPNRNUNZOMPAPEPFPGPHPKPMPNPRPSPWPYQARERSRURWSASB"
    "SCSDSGSHSJSLSMSNSOSRSSSTSVSXSYSZTCTDTFTGTHTJTKTLTMTNTOTRTTTVTWTZUAUGUMUSUY"
    "UZVAVCVEVGVIVNVUWFWSYEYTZAZMZW";

std::string Digits(uint64_t number) { return absl::StrFormat("%012x", number); }

// The same, without an allocation.
void WriteDigits(uint64_t number, char* out) {
  for (size_t i = kDigits; i-- > 0; number >>= 4) {
    out[i] = "0123456789abcdef"[number & 15];
  }
}

std::string MakePuidTag(uint64_t seed) {
  FastRandom random(seed);
  std::string tag;
  while (tag.size() < kPuidTagSize)
    tag += absl::StrFormat("%016x", random.Next());
  tag.resize(kPuidTagSize);
  return tag + "-";
}

// Numbers that stand for the holes until the template is cut.
constexpr uint64_t kOwnNumber = 0xfedcba987654;
constexpr uint64_t kReferenceNumber = 0xabcdef012300;

v1::Action Common(v1::Kind kind, const std::string& tag) {
  v1::Action action;
  action.set_kind(kind);
  action.set_puid(tag + Digits(kOwnNumber));
  action.set_taxonomy(202507);
  action.set_commitment(std::string(32, '\xc7'));
  return action;
}

v1::Action Statement(const std::string& tag) {
  v1::Action action = Common(v1::KIND_ACTION, tag);
  action.add_visibility(v1::VISIBILITY_CONTENT_REMOVED);
  action.set_ground(v1::GROUND_INCOMPATIBLE_CONTENT);
  action.set_category(v1::CATEGORY_SCAMS_AND_FRAUD);
  action.add_keywords(v1::KEYWORD_PHISHING);
  action.add_content_types(v1::CONTENT_TYPE_TEXT);
  action.set_content_date(20'000);
  action.set_application_date(20'003);
  action.set_territory((1u << 30) - 1);
  action.set_source_type(v1::SOURCE_TYPE_VOLUNTARY);
  action.set_automated_detection(v1::YES_NO_YES);
  action.set_automated_decision(v1::AUTOMATED_DECISION_NOT_AUTOMATED);
  action.set_regime(v1::REGIME_EU_DSA);
  action.set_subject_kind(v1::SUBJECT_KIND_ITEM);
  return action;
}

v1::Action Notice(const std::string& tag) {
  v1::Action action = Common(v1::KIND_NOTICE_RECEIVED, tag);
  action.set_category(v1::CATEGORY_SCAMS_AND_FRAUD);
  action.add_content_types(v1::CONTENT_TYPE_TEXT);
  action.set_source_type(v1::SOURCE_TYPE_TRUSTED_FLAGGER);
  action.set_subject_kind(v1::SUBJECT_KIND_ITEM);
  return action;
}

using Action = std::optional<v1::Action>;

// Bytes of a count, tag and varint.
constexpr size_t kCountMin = 3;
constexpr size_t kCountMax = 11;

// A number whose varint has `size` bytes, 1..9.
uint64_t NumberOfSize(size_t size) {
  MODLOG_CHECK(size >= 1 && size <= 9, "a count has 1 to 9 bytes");
  return uint64_t{1} << (7 * (size - 1));
}

// Fills up to the size with countries, two bytes each, and then counts, of
// which each takes 3 to 11.
template <typename SetFirst, typename SetSecond>
Action FillStatement(const v1::Action& base, size_t size, SetFirst set_first,
                     SetSecond set_second) {
  v1::Action action = base;
  for (size_t at = 0; at <= kCountries.size(); at += 2) {
    size_t has = action.ByteSizeLong();
    if (has == size) return action;
    if (has + kCountMin <= size && size <= has + kCountMax) {
      set_first(&action, NumberOfSize(size - has - 2));
      return action;
    }
    if (has + 2 * kCountMin <= size && size <= has + 2 * kCountMax) {
      size_t first = std::min(kCountMax, size - has - kCountMin);
      set_first(&action, NumberOfSize(first - 2));
      set_second(&action, NumberOfSize(size - has - first - 2));
      return action;
    }
    if (has > size || at == kCountries.size()) break;
    action.add_territories(static_cast<uint32_t>(
        (kCountries[at] - 'A') * 26 + (kCountries[at + 1] - 'A') + 1));
  }
  return std::nullopt;
}

// An appeal grows by what it is about, then by its puid, as nothing refers to
// it, then by a count.
Action FillAppeal(const std::string& tag, size_t size) {
  v1::Action action = Common(v1::KIND_APPEAL_FILED, tag);
  action.add_about(tag + Digits(kReferenceNumber));
  for (int i = 1; i < kAboutMax; ++i) {
    v1::Action larger = action;
    larger.add_about(tag + Digits(kReferenceNumber + static_cast<uint64_t>(i)));
    if (larger.ByteSizeLong() > size) break;
    action = larger;
  }
  size_t has = action.ByteSizeLong();
  if (has > size) return std::nullopt;
  size_t longer = std::min(size - has, kPuidSizeMax - action.puid().size());
  size_t rest = size - has - longer;
  if (rest > 0) {
    // A count takes at least so many bytes; the puid gives way.
    size_t count = std::max(rest, kCountMin);
    if (count > kCountMax) return std::nullopt;
    longer -= count - rest;
    action.set_claimed(NumberOfSize(count - 2));
  }
  action.mutable_puid()->append(longer, 'x');
  return action;
}

Action Fill(Workload::Kind kind, const std::string& tag, size_t size) {
  auto affected = [](v1::Action* a, uint64_t n) { a->set_affected(n); };
  auto claimed = [](v1::Action* a, uint64_t n) { a->set_claimed(n); };
  auto skipped = [](v1::Action* a, uint64_t n) { a->set_skipped(n); };
  switch (kind) {
    case Workload::kAction:
      return FillStatement(Statement(tag), size, affected, claimed);
    case Workload::kCausedAction: {
      v1::Action action = Statement(tag);
      action.add_cause(tag + Digits(kReferenceNumber));
      return FillStatement(action, size, affected, claimed);
    }
    case Workload::kNotice:
      return FillStatement(Notice(tag), size, claimed, skipped);
    default:
      return FillAppeal(tag, size);
  }
}

bool CanFillAll(const std::string& tag, size_t size) {
  for (int kind = 0; kind < Workload::kKinds; ++kind) {
    if (!Fill(static_cast<Workload::Kind>(kind), tag, size)) return false;
  }
  return true;
}

ActionTemplate Cut(const v1::Action& action) {
  ActionTemplate cut;
  cut.bytes = EncodeCanonical(action);
  cut.puid_at = cut.bytes.find(Digits(kOwnNumber));
  cut.commitment_at = cut.bytes.find(std::string(32, '\xc7'));
  size_t references =
      static_cast<size_t>(action.about_size() + action.cause_size());
  for (size_t i = 0; i < references; ++i) {
    cut.references_at.push_back(cut.bytes.find(Digits(kReferenceNumber + i)));
  }
  MODLOG_CHECK(cut.puid_at != std::string::npos &&
                   cut.commitment_at != std::string::npos,
               "a template has its holes");
  MODLOG_CHECK(cut.bytes.size() == action.ByteSizeLong(),
               "a template has the size it was made for");
  return cut;
}

Workload::Kind WantedKind(uint64_t number) {
  switch (number % 16) {
    case 0:
      return Workload::kNotice;
    case 4:
    case 8:
    case 12:
      return Workload::kCausedAction;
    case 15:
      return Workload::kAppeal;
    default:
      return Workload::kAction;
  }
}

// A distance back whose logarithm is even: most references are to what is
// recent, and some to the whole run.
size_t Distance(size_t choices, FastRandom* random) {
  auto bits = static_cast<uint64_t>(std::bit_width(choices));
  uint64_t value = random->Next();
  uint64_t reach = uint64_t{1} << (value >> 32) % (bits + 1);
  return static_cast<size_t>((value & 0xffffffff) %
                             std::min<uint64_t>(reach, choices));
}

}  // namespace

Result<Workload> Workload::Make(size_t action_bytes, uint64_t seed) {
  std::string tag = MakePuidTag(seed);
  if (!CanFillAll(tag, action_bytes)) {
    size_t first = kUsualSize;
    while (CanFillAll(tag, first - 1)) --first;
    size_t last = kUsualSize;
    while (CanFillAll(tag, last + 1)) ++last;
    return Fail(Code::kTooLarge,
                absl::StrCat("no valid action of every kind has ", action_bytes,
                             " bytes: --bytes takes ", first, " to ", last));
  }
  Workload workload;
  for (int kind = 0; kind < kKinds; ++kind) {
    auto which = static_cast<Kind>(kind);
    workload.templates_[which] = Cut(*Fill(which, tag, action_bytes));
  }
  return workload;
}

Workload::Kind KindOf(const Workload& workload, uint64_t number,
                      const Referable& referable) {
  Workload::Kind wanted = WantedKind(number);
  size_t needs = workload.of(wanted).references_at.size();
  const Earlier& choice =
      wanted == Workload::kAppeal ? referable.actions : referable.notices;
  return needs <= choice.size() ? wanted : Workload::kAction;
}

void WriteAction(const Workload& workload, Workload::Kind kind, uint64_t number,
                 const Referable& referable, FastRandom* random, char* out) {
  const ActionTemplate& from = workload.of(kind);
  std::memcpy(out, from.bytes.data(), from.bytes.size());
  WriteDigits(number, out + from.puid_at);
  for (size_t i = 0; i < 4; ++i) {
    uint64_t part = random->Next();
    std::memcpy(out + from.commitment_at + i * sizeof part, &part, sizeof part);
  }
  size_t references = from.references_at.size();
  if (references == 0) return;
  const Earlier& choice =
      kind == Workload::kAppeal ? referable.actions : referable.notices;
  // Neighbours, the oldest first: their numbers ascend, and so do their puids.
  size_t newest = Distance(choice.size() - references + 1, random);
  for (size_t i = 0; i < references; ++i) {
    WriteDigits(choice.back(newest + references - 1 - i),
                out + from.references_at[i]);
  }
}

// What lacked something to refer to became a plain action, so an action may be
// taken for an appeal here; it is then merely not referred to.
void Remember(uint64_t number, Referable* referable) {
  switch (WantedKind(number)) {
    case Workload::kNotice:
      return referable->notices.Add(number);
    case Workload::kAppeal:
      return;
    default:
      return referable->actions.Add(number);
  }
}

}  // namespace modlog
