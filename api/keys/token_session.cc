#include "api/keys/token_session.h"

#include <algorithm>

#include "verifier/base/durable_file.h"
#include "verifier/core/bytes.h"

namespace modlog {
namespace {

constexpr CK_ULONG kFoundMax = 8;
constexpr CK_ULONG kAttributeSizeMax = 1'024;

// The file that pin-source names; RFC 7512, section 2.4: a file: URI or a path.
Result<std::string> PinPath(std::string_view source) {
  if (source.starts_with("file://")) source.remove_prefix(7);
  if (source.starts_with("file:")) source.remove_prefix(5);
  if (source.empty() || source.front() == '|' || source.contains(':')) {
    return Fail(Code::kMalformed,
                "pin-source: want file:PATH, the file with the token's PIN");
  }
  return std::string(source);
}

Result<std::string> ReadPin(P11KitUri* uri) {
  const char* const source = p11_kit_uri_get_pin_source(uri);
  if (source == nullptr) {
    return Fail(Code::kForbidden,
                "the token wants a PIN: put it into a file of mode 0600 and "
                "say ?pin-source=file:PATH");
  }
  ASSIGN_OR_RETURN(const std::string path, PinPath(source));
  ASSIGN_OR_RETURN(auto text, ReadSecretFile(path, kPinSizeMax));
  if (!text) return Fail(Code::kNotFound, "pin-source: there is no " + path);
  std::string pin = text->substr(0, text->find('\n'));
  if (pin.empty()) {
    return Fail(Code::kMalformed, "pin-source: " + path + " is empty");
  }
  return pin;
}

std::string Label(const CK_TOKEN_INFO& info) {
  const std::string padded(std::begin(info.label), std::end(info.label));
  return Quote(padded.substr(0, padded.find_last_not_of(' ') + 1));
}

}  // namespace

std::unexpected<Error> TokenError(std::string_view what, CK_RV answer) {
  const char* const words = p11_kit_strerror(answer);
  return Fail(Code::kUnavailable,
              "the token cannot " + std::string(what) + ": " +
                  (words != nullptr ? words : "unknown error"));
}

Result<TokenUri> ParseTokenUri(const std::string& text) {
  if (text.size() > kTokenUriSizeMax) {
    return Fail(Code::kTooLarge, "a token's URI has at most " +
                                     std::to_string(kTokenUriSizeMax) +
                                     " bytes");
  }
  TokenUri uri(p11_kit_uri_new());
  MODLOG_CHECK(uri != nullptr, "there is memory for a URI");
  const int status =
      p11_kit_uri_parse(text.c_str(), P11_KIT_URI_FOR_ANY, uri.get());
  if (status != P11_KIT_URI_OK) {
    return Fail(Code::kMalformed,
                std::string("not a pkcs11: URI (RFC 7512): ") +
                    p11_kit_uri_message(status));
  }
  if (p11_kit_uri_any_unrecognized(uri.get()) != 0) {
    return Fail(Code::kMalformed,
                "the pkcs11: URI has a part that is not known, and so would "
                "fit no token: see RFC 7512, section 2.3");
  }
  if (p11_kit_uri_get_pin_value(uri.get()) != nullptr) {
    return Fail(Code::kForbidden,
                "pin-value would show the PIN to everybody who lists the "
                "processes: put it into a file of mode 0600 and say "
                "pin-source=file:PATH");
  }
  if (p11_kit_uri_get_attribute(uri.get(), CKA_LABEL) == nullptr &&
      p11_kit_uri_get_attribute(uri.get(), CKA_ID) == nullptr) {
    return Fail(Code::kMalformed,
                "the pkcs11: URI does not say which key: want object=LABEL or "
                "id=%..");
  }
  return uri;
}

Result<std::unique_ptr<TokenModules>> TokenModules::Load(P11KitUri* uri) {
  std::unique_ptr<TokenModules> modules(new TokenModules);
  const char* const path = p11_kit_uri_get_module_path(uri);
  RETURN_IF_ERROR(path != nullptr ? modules->LoadOne(path)
                                  : modules->LoadConfigured(uri));
  return modules;
}

Result<void> TokenModules::LoadOne(const char* path) {
  CK_FUNCTION_LIST* const loaded =
      p11_kit_module_load(path, P11_KIT_MODULE_CRITICAL);
  if (loaded == nullptr) {
    const char* const why = p11_kit_message();
    return Fail(Code::kUnavailable,
                "module-path: cannot load " + Quote(path) + ": " +
                    (why != nullptr ? why : "not a PKCS#11 module"));
  }
  const CK_RV ready = p11_kit_module_initialize(loaded);
  if (ready != CKR_OK) {
    p11_kit_module_release(loaded);
    return TokenError("be used: its driver does not start", ready);
  }
  single_ = loaded;
  list_ = {loaded};
  return {};
}

Result<void> TokenModules::LoadConfigured(P11KitUri* uri) {
  configured_ = p11_kit_modules_load_and_initialize(0);
  if (configured_ == nullptr) {
    return Fail(Code::kUnavailable,
                "p11-kit cannot load the drivers that it is configured with");
  }
  for (CK_FUNCTION_LIST** m = configured_; *m != nullptr; ++m) {
    list_.push_back(*m);
  }
  const char* const name = p11_kit_uri_get_module_name(uri);
  if (name == nullptr) return {};
  CK_FUNCTION_LIST* const named = p11_kit_module_for_name(configured_, name);
  if (named == nullptr) {
    return Fail(Code::kNotFound, "module-name: p11-kit knows no driver " +
                                     Quote(name) +
                                     ": see p11-kit list-modules");
  }
  list_ = {named};
  return {};
}

TokenModules::~TokenModules() {
  if (single_ != nullptr) {
    p11_kit_module_finalize(single_);
    p11_kit_module_release(single_);
  }
  if (configured_ != nullptr) {
    p11_kit_modules_finalize_and_release(configured_);
  }
}

Result<std::unique_ptr<TokenSession>> TokenSession::Open(TokenUri uri,
                                                         bool write) {
  ASSIGN_OR_RETURN(auto modules, TokenModules::Load(uri.get()));
  std::unique_ptr<TokenSession> session(
      new TokenSession(std::move(uri), std::move(modules)));
  RETURN_IF_ERROR(session->FindToken());
  const CK_FLAGS flags = CKF_SERIAL_SESSION | (write ? CKF_RW_SESSION : 0);
  const CK_RV opened = session->calls_->C_OpenSession(
      session->slot_, flags, nullptr, nullptr, &session->handle_);
  if (opened != CKR_OK) return TokenError("open a session", opened);
  RETURN_IF_ERROR(session->LogIn());
  return session;
}

TokenSession::~TokenSession() {
  if (handle_ != CK_INVALID_HANDLE) calls_->C_CloseSession(handle_);
}

bool TokenSession::Fits(CK_SLOT_ID id, const CK_SLOT_INFO& slot,
                        const CK_TOKEN_INFO& token) const {
  // -1: the URI names none.
  const CK_SLOT_ID wanted = p11_kit_uri_get_slot_id(uri());
  return (wanted == static_cast<CK_SLOT_ID>(-1) || wanted == id) &&
         p11_kit_uri_match_slot_info(uri(), &slot) != 0 &&
         p11_kit_uri_match_token_info(uri(), &token) != 0;
}

// Looks through what one driver has.
Result<void> TokenSession::FindTokenOf(CK_FUNCTION_LIST* calls,
                                       std::string* found) {
  CK_INFO about = {};
  if (calls->C_GetInfo(&about) != CKR_OK ||
      p11_kit_uri_match_module_info(uri(), &about) == 0) {
    return {};
  }
  CK_SLOT_ID slots[kSlotsMax];
  CK_ULONG count = kSlotsMax;
  const CK_RV listed = calls->C_GetSlotList(CK_TRUE, slots, &count);
  if (listed != CKR_OK) return TokenError("be listed", listed);
  for (CK_ULONG i = 0; i < std::min(count, kSlotsMax); ++i) {
    CK_SLOT_INFO slot = {};
    CK_TOKEN_INFO token = {};
    if (calls->C_GetSlotInfo(slots[i], &slot) != CKR_OK ||
        calls->C_GetTokenInfo(slots[i], &token) != CKR_OK ||
        !Fits(slots[i], slot, token)) {
      continue;
    }
    if (!found->empty()) {
      return Fail(Code::kConflict, "the pkcs11: URI fits several tokens, " +
                                       *found + " and " + Label(token) +
                                       ": say which, by token= and serial=");
    }
    *found = Label(token);
    calls_ = calls;
    slot_ = slots[i];
    token_flags_ = token.flags;
  }
  return {};
}

Result<void> TokenSession::FindToken() {
  std::string found;
  for (CK_FUNCTION_LIST* const calls : modules_->list()) {
    RETURN_IF_ERROR(FindTokenOf(calls, &found));
  }
  if (!found.empty()) return {};
  return Fail(Code::kNotFound,
              "no token here fits the pkcs11: URI: is it plugged in, and is "
              "its driver (module-path=) the right one?");
}

Result<void> TokenSession::LogIn() {
  if ((token_flags_ & CKF_LOGIN_REQUIRED) == 0) return {};
  if ((token_flags_ & CKF_USER_PIN_FINAL_TRY) != 0) {
    return Fail(Code::kForbidden,
                "the token locks at the next wrong PIN, so none is tried: "
                "correct the file of pin-source, log in once by hand "
                "(pkcs11-tool --login --list-objects), then start again");
  }
  ASSIGN_OR_RETURN(std::string pin, ReadPin(uri()));
  const CK_RV answer =
      calls_->C_Login(handle_, CKU_USER,
                      reinterpret_cast<CK_UTF8CHAR*>(pin.data()), pin.size());
  if (answer == CKR_OK || answer == CKR_USER_ALREADY_LOGGED_IN) return {};
  if (answer == CKR_PIN_INCORRECT || answer == CKR_PIN_INVALID ||
      answer == CKR_PIN_LEN_RANGE) {
    return Fail(Code::kForbidden,
                "the token refuses the PIN: correct the file of pin-source "
                "before the next try, since tokens lock after a few");
  }
  if (answer == CKR_PIN_LOCKED) {
    return Fail(Code::kForbidden,
                "the token is locked after too many wrong PINs: its security "
                "officer unlocks it");
  }
  return TokenError("log in", answer);
}

Result<std::vector<CK_OBJECT_HANDLE>> TokenSession::Find(
    std::vector<CK_ATTRIBUTE> like) const {
  CK_RV answer = calls_->C_FindObjectsInit(handle_, like.data(), like.size());
  if (answer != CKR_OK) return TokenError("be searched", answer);
  std::vector<CK_OBJECT_HANDLE> found(kFoundMax);
  CK_ULONG count = 0;
  answer = calls_->C_FindObjects(handle_, found.data(), kFoundMax, &count);
  calls_->C_FindObjectsFinal(handle_);
  if (answer != CKR_OK) return TokenError("be searched", answer);
  found.resize(std::min(count, kFoundMax));
  return found;
}

Result<std::string> TokenSession::Read(CK_OBJECT_HANDLE object,
                                       CK_ATTRIBUTE_TYPE type,
                                       std::string_view name) const {
  std::string value(kAttributeSizeMax, '\0');
  CK_ATTRIBUTE attribute = {type, value.data(), value.size()};
  const CK_RV answer =
      calls_->C_GetAttributeValue(handle_, object, &attribute, 1);
  if (answer != CKR_OK || attribute.ulValueLen > value.size()) {
    return TokenError("show " + std::string(name), answer);
  }
  value.resize(attribute.ulValueLen);
  return value;
}

}  // namespace modlog
