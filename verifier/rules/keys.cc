#include "verifier/rules/keys.h"

#include "verifier/core/ed25519.h"
#include "verifier/core/seal.h"
#include "verifier/core/vrf.h"

namespace modlog {
namespace {

std::string NameOfKey(uint32_t number) {
  return "key " + std::to_string(number);
}

}  // namespace

// A wrong registration is kept as a key all the same: else each seal by it
// would be a second finding, and the first is the one that explains.
void KeysRule::TakeEvent(const std::string& platform, uint64_t entry,
                         const v1::KeyEvent& event, Findings* findings) {
  const auto complain = [&](const std::string& what) {
    findings->Add({kRuleKeys, entry, NameOfKey(event.number()) + " " + what});
  };
  const std::tuple id(platform, static_cast<int>(event.use()), event.number());
  const auto it = keys_.find(id);
  if (event.op() == v1::KEY_OP_REGISTER) {
    if (it != keys_.end()) {
      return complain("was registered by entry " +
                      std::to_string(it->second.registered));
    }
    std::string why = WhyNotRegistered(platform, event);
    if (why.empty()) {
      const auto [first, is_new] = registered_.emplace(
          std::pair(static_cast<int>(event.use()), event.public_key()), entry);
      if (!is_new) {
        why = "is the one that entry " + std::to_string(first->second) +
              " registered";
      }
    }
    if (!why.empty()) complain(why);
    keys_[id] = {event.public_key(), entry, kNever, kNever};
    if (event.use() == v1::KEY_USE_SEAL) {
      first_seal_key_.emplace(platform, entry);
    }
    return;
  }
  if (it == keys_.end()) {
    return complain("is revoked or destroyed and not registered before");
  }
  const bool destroyed = event.op() == v1::KEY_OP_DESTROYED;
  uint64_t& end = destroyed ? it->second.destroyed : it->second.revoked;
  if (end != kNever) {
    return complain(std::string("was ") +
                    (destroyed ? "destroyed" : "revoked") + " by entry " +
                    std::to_string(end));
  }
  end = entry;
}

std::string KeysRule::WhyNotRegistered(const std::string& platform,
                                       const v1::KeyEvent& event) const {
  const std::string text = KeyProofText(origin_, platform, event.number());
  bool proved = false;
  if (event.use() == v1::KEY_USE_VRF) {
    const auto key = VrfPublicKey::From(AsBytes(event.public_key()));
    if (!key) return "is no point of P-256";
    proved = key->Verify(AsBytes(text), AsBytes(event.proof())).has_value();
  } else if (event.use() == v1::KEY_USE_SEAL) {
    const auto key = Ed25519PublicKey::From(AsBytes(event.public_key()));
    if (!key) return "is no Ed25519 key that can be trusted";
    proved = key->Verify(AsBytes(text), AsBytes(event.proof()));
  } else {
    return "";  // "fields" says so
  }
  return proved ? "" : "is registered without a proof that holds";
}

void KeysRule::TakeHandle(const std::string& platform, const HandleUse& use,
                          Findings* findings) const {
  const PlatformKey* const key = Find(platform, v1::KEY_USE_VRF, use.key);
  const bool ended =
      key != nullptr && (key->destroyed != kNever || key->revoked != kNever);
  // A correction states the handle that the entry had while the key stood.
  if (key != nullptr && (!ended || use.corrected)) return;
  findings->Add({kRuleKeys, use.entry,
                 "subject_handle of " + NameOfKey(use.key) +
                     (ended ? ", which was revoked or destroyed before"
                            : ", which is not registered before")});
}

const PlatformKey* KeysRule::Find(const std::string& platform, v1::KeyUse use,
                                  uint32_t number) const {
  const auto it = keys_.find({platform, static_cast<int>(use), number});
  return it == keys_.end() ? nullptr : &it->second;
}

std::string KeysRule::WhyNotSealedBy(const PlatformKey* key,
                                     uint64_t entry) const {
  if (key == nullptr || key->registered > entry) {
    return "is not registered before";
  }
  if (key->revoked < entry) {
    return "was revoked by entry " + std::to_string(key->revoked);
  }
  if (key->destroyed < entry) {
    return "was destroyed by entry " + std::to_string(key->destroyed);
  }
  return "";
}

bool KeysRule::MaySealAt(const std::string& platform, uint64_t entry) const {
  const auto it = first_seal_key_.find(platform);
  return it != first_seal_key_.end() && it->second < entry;
}

}  // namespace modlog
