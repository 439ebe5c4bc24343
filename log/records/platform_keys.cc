#include "log/records/platform_keys.h"

#include <algorithm>

#include "log/rules/violation.h"
#include "verifier/core/ed25519.h"
#include "verifier/core/handle.h"
#include "verifier/core/seal.h"
#include "verifier/core/vrf.h"

namespace modlog {

namespace {

using Violations = std::vector<Violation>;

constexpr uint8_t kRevoked = 1;
constexpr uint8_t kDestroyed = 2;

class Check {
 public:
  explicit Check(Violations* violations) : violations_(violations) {}

  bool Require(bool holds, std::string_view field, std::string_view rule) {
    if (!holds) violations_->push_back({std::string(field), std::string(rule)});
    return holds;
  }

 private:
  Violations* violations_;
};

constexpr size_t kKeysReadMax = 1 << 20;

std::string PlatformPrefix(std::string_view platform) {
  std::string key(kKeyNumberRows);
  key += platform;
  key.push_back('\0');
  return key;
}

std::string NumberKey(std::string_view platform, int use, uint32_t number) {
  std::string key = PlatformPrefix(platform);
  key.push_back(static_cast<char>(use));
  AppendBigEndian(number, 4, &key);
  return key;
}

std::string PublicKeyKey(const v1::KeyEvent& event) {
  std::string key(kPublicKeyRows);
  key.push_back(static_cast<char>(event.use()));
  key += AsText(Sha256(AsBytes(event.public_key())));
  return key;
}

// ends || entry
constexpr size_t kStateSize = 1 + 8;

std::string StateOf(uint8_t ends, uint64_t entry) {
  std::string state(1, static_cast<char>(ends));
  AppendBigEndian(entry, 8, &state);
  return state;
}

uint8_t EndsIn(std::string_view row) {
  return row.empty() ? uint8_t{0} : static_cast<uint8_t>(row.front());
}

std::unexpected<Error> BrokenKeyRow() {
  return Fail(Code::kCorrupt, "a row of keys is malformed");
}

// Which of the two fields is wrong, and why; or nothing.
struct Fault {
  std::string_view field;
  std::string_view rule;
};

Fault FaultOfVrf(const v1::KeyEvent& event, std::string_view text) {
  const auto key = VrfPublicKey::From(AsBytes(event.public_key()));
  if (!key) {
    return {"key_event.public_key",
            "must be a point of P-256, compressed, 33 bytes"};
  }
  if (!key->Verify(AsBytes(text), AsBytes(event.proof()))) {
    return {"key_event.proof",
            "must be the VRF proof by this key over log, platform and number"};
  }
  return {};
}

Fault FaultOfSeal(const v1::KeyEvent& event, std::string_view text) {
  const auto key = Ed25519PublicKey::From(AsBytes(event.public_key()));
  if (!key) {
    return {"key_event.public_key", "must be an Ed25519 key, 32 bytes"};
  }
  if (!key->Verify(AsBytes(text), AsBytes(event.proof()))) {
    return {"key_event.proof",
            "must be the signature by this key over log, platform and number"};
  }
  return {};
}

void CheckRegistration(const v1::KeyEvent& event, std::string_view origin,
                       std::string_view platform, Check* check) {
  const std::string text = KeyProofText(origin, platform, event.number());
  const Fault fault = event.use() == v1::KEY_USE_VRF ? FaultOfVrf(event, text)
                                                     : FaultOfSeal(event, text);
  check->Require(fault.field.empty(), fault.field, fault.rule);
}

void CheckEvent(const v1::KeyEvent& event, std::string_view origin,
                std::string_view platform, Check* check) {
  const bool op = check->Require(
      event.op() >= v1::KEY_OP_REGISTER && event.op() <= v1::KEY_OP_DESTROYED,
      "key_event.op", "is required, 1..3");
  const bool use = check->Require(
      event.use() == v1::KEY_USE_SEAL || event.use() == v1::KEY_USE_VRF,
      "key_event.use", "is required, 1..2");
  const bool number =
      check->Require(event.number() >= 1 && event.number() <= kKeyNumberMax,
                     "key_event.number", "is required, 1..1,048,576");
  if (!op || !use || !number) return;
  if (event.op() == v1::KEY_OP_REGISTER) {
    return CheckRegistration(event, origin, platform, check);
  }
  check->Require(event.public_key().empty(), "key_event.public_key",
                 "is only for a registration");
  check->Require(event.proof().empty(), "key_event.proof",
                 "is only for a registration");
}

void CheckHandle(const v1::Action& action, const std::string& prefix,
                 Check* check) {
  const std::string& handle = action.subject_handle();
  if (handle.empty() && action.handle_key() == 0) return;  // most have none
  check->Require(handle.empty() || handle.size() == kHandleSize,
                 prefix + "subject_handle", "must be 16 bytes or absent");
  check->Require(handle.empty() == (action.handle_key() == 0),
                 prefix + "handle_key", "goes together with subject_handle");
  check->Require(action.handle_key() <= kKeyNumberMax, prefix + "handle_key",
                 "must be at most 1,048,576");
}

uint8_t EndOf(const v1::KeyEvent& event) {
  return event.op() == v1::KEY_OP_DESTROYED ? kDestroyed : kRevoked;
}

Result<void> JudgeEvent(std::string_view platform, const v1::KeyEvent& event,
                        const RowsView& rows, Check* check) {
  ASSIGN_OR_RETURN(const auto row,
                   rows.Read(NumberKey(platform, event.use(), event.number())));
  if (event.op() != v1::KEY_OP_REGISTER) {
    if (check->Require(row.has_value(), "key_event.number",
                       "names no key that this platform registered earlier")) {
      check->Require((EndsIn(*row) & EndOf(event)) == 0, "key_event.op",
                     "was logged of this key already");
    }
    return {};
  }
  check->Require(!row.has_value(), "key_event.number",
                 "is registered already, for ever: take another");
  ASSIGN_OR_RETURN(const auto taken, rows.Read(PublicKeyKey(event)));
  check->Require(!taken.has_value(), "key_event.public_key",
                 "was registered before: a key is registered once");
  return {};
}

// Whether a seal key of the platform stands.
Result<bool> HasSealKey(std::string_view platform, const RowsView& rows) {
  ASSIGN_OR_RETURN(const auto keys, ReadKeys(platform, rows));
  if (keys.size() == kKeysToldMax) return true;  // there may be one further on
  return std::any_of(keys.begin(), keys.end(), [](const auto& key) {
    return key.use == v1::KEY_USE_SEAL && key.state == v1::KEY_OP_REGISTER;
  });
}

Result<void> JudgeSpeaker(std::string_view platform, const v1::KeyEvent& event,
                          const KeySpeaker& speaker, const RowsView& rows,
                          Check* check) {
  check->Require(speaker.authenticated, "key_event",
                 "comes with the platform's token or the operator's only");
  if (event.op() != v1::KEY_OP_REGISTER || event.use() != v1::KEY_USE_SEAL ||
      speaker.by_operator || speaker.sealed) {
    return {};
  }
  ASSIGN_OR_RETURN(const bool has_key, HasSealKey(platform, rows));
  check->Require(!has_key, "key_event",
                 "registers a further seal key: seal the batch with one that "
                 "stands, or ask the operator");
  return {};
}

enum class MustStand { kNow, kEver };

Result<void> JudgeHandle(std::string_view platform, const v1::Action& action,
                         MustStand must, const std::string& prefix,
                         const RowsView& rows, Check* check) {
  if (action.handle_key() == 0) return {};
  ASSIGN_OR_RETURN(
      const auto row,
      rows.Read(NumberKey(platform, v1::KEY_USE_VRF, action.handle_key())));
  if (!check->Require(row.has_value(), prefix + "handle_key",
                      "names no key for handles that this platform registered "
                      "earlier") ||
      must == MustStand::kEver) {
    return {};
  }
  check->Require(EndsIn(*row) == 0, prefix + "handle_key",
                 "names a key that was revoked or destroyed");
  return {};
}

}  // namespace

void CheckKeyFields(const v1::Action& action, std::string_view origin,
                    std::string_view platform, Violations* violations) {
  Check check(violations);
  CheckHandle(action, "", &check);
  if (action.has_corrected()) {
    CheckHandle(action.corrected(), "corrected.", &check);
  }
  if (action.has_key_event()) {
    CheckEvent(action.key_event(), origin, platform, &check);
  }
}

bool UsesKeys(const v1::Action& action) {
  return action.handle_key() != 0 || action.has_key_event() ||
         action.corrected().handle_key() != 0;
}

Result<void> JudgeKeys(std::string_view platform, const v1::Action& action,
                       const KeySpeaker& speaker, const RowsView& rows,
                       Violations* violations) {
  Check check(violations);
  RETURN_IF_ERROR(
      JudgeHandle(platform, action, MustStand::kNow, "", rows, &check));
  RETURN_IF_ERROR(JudgeHandle(platform, action.corrected(), MustStand::kEver,
                              "corrected.", rows, &check));
  if (!action.has_key_event()) return {};
  RETURN_IF_ERROR(
      JudgeSpeaker(platform, action.key_event(), speaker, rows, &check));
  return JudgeEvent(platform, action.key_event(), rows, &check);
}

void RecordKeys(std::string_view platform, const v1::Action& action,
                uint64_t entry, RowsView* rows) {
  if (!action.has_key_event()) return;
  const v1::KeyEvent& event = action.key_event();
  const std::string key = NumberKey(platform, event.use(), event.number());
  if (event.op() == v1::KEY_OP_REGISTER) {
    rows->Put(PublicKeyKey(event), "");
    rows->Put(key, StateOf(0, entry) + event.public_key());
    return;
  }
  // Read by JudgeKeys just now, from the same place.
  const auto row = rows->Read(key);
  MODLOG_CHECK(row && *row && (*row)->size() > kStateSize,
               "an event is of a known key");
  const auto ends = static_cast<uint8_t>(EndsIn(**row) | EndOf(event));
  rows->Put(key, StateOf(ends, entry) + (*row)->substr(kStateSize));
}

Result<std::optional<RegisteredKey>> ReadKey(std::string_view platform,
                                             v1::KeyUse use, uint32_t number,
                                             const RowsView& rows) {
  ASSIGN_OR_RETURN(const auto row, rows.Read(NumberKey(platform, use, number)));
  if (!row.has_value()) return std::nullopt;
  if (row->size() <= kStateSize) return BrokenKeyRow();
  return RegisteredKey{row->substr(kStateSize), EndsIn(*row) == 0};
}

Result<std::vector<PlatformStatus::Key>> ReadKeys(std::string_view platform,
                                                  const RowsView& rows) {
  const std::string prefix = PlatformPrefix(platform);
  ASSIGN_OR_RETURN(const std::vector<Row> found,
                   rows.Scan(prefix, kKeysToldMax));
  std::vector<PlatformStatus::Key> keys;
  for (const Row& row : found) {
    if (row.key.size() != prefix.size() + 5 || !row.value ||
        row.value->size() <= kStateSize) {
      return BrokenKeyRow();
    }
    const std::string_view id = std::string_view(row.key).substr(prefix.size());
    const std::string_view value = *row.value;
    PlatformStatus::Key key;
    key.use = static_cast<uint8_t>(id.front());
    key.number = static_cast<uint32_t>(BigEndian(id.substr(1)));
    key.state = (EndsIn(value) & kDestroyed) != 0 ? v1::KEY_OP_DESTROYED
                : EndsIn(value) != 0              ? v1::KEY_OP_REVOKE
                                                  : v1::KEY_OP_REGISTER;
    key.since = BigEndian(value.substr(1, 8));
    key.public_key = value.substr(kStateSize);
    keys.push_back(std::move(key));
  }
  return keys;
}

Result<std::vector<std::string>> ReadPlatformsWithKeys(const RowsView& rows) {
  ASSIGN_OR_RETURN(const std::vector<Row> found,
                   rows.Scan(kKeyNumberRows, kKeysReadMax));
  std::vector<std::string> platforms;
  for (const Row& row : found) {
    const size_t end = row.key.find('\0');
    if (end == std::string::npos) return BrokenKeyRow();
    const std::string platform =
        row.key.substr(kKeyNumberRows.size(), end - kKeyNumberRows.size());
    if (platforms.empty() || platforms.back() != platform) {
      platforms.push_back(platform);
    }
  }
  return platforms;
}

}  // namespace modlog
