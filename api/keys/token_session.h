#ifndef MODLOG_API_KEYS_TOKEN_SESSION_H_
#define MODLOG_API_KEYS_TOKEN_SESSION_H_

// A session with the one token that a URI names, logged in; and the URI.
// token_key.h says what a URI may say. Not thread-safe.

#include <p11-kit/p11-kit.h>
#include <p11-kit/pkcs11.h>
#include <p11-kit/uri.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "verifier/core/result.h"

namespace modlog {

inline constexpr size_t kTokenUriSizeMax = 4'096;
inline constexpr size_t kPinSizeMax = 256;
inline constexpr unsigned long kSlotsMax = 256;

struct FreeUri {
  void operator()(P11KitUri* uri) const { p11_kit_uri_free(uri); }
};
using TokenUri = std::unique_ptr<P11KitUri, FreeUri>;

// ParseTokenUri: kMalformed, kTooLarge. What it returns names an object.
Result<TokenUri> ParseTokenUri(const std::string& text);

// TokenError says what a token answered: "the token cannot <what>: …".
std::unexpected<Error> TokenError(std::string_view what, CK_RV answer);

// Drivers as p11-kit loaded them: the one that the URI names, or all that it is
// configured with. Finalized at the end, and so closed are all sessions.
class TokenModules {
 public:
  static Result<std::unique_ptr<TokenModules>> Load(P11KitUri* uri);
  ~TokenModules();
  TokenModules(const TokenModules&) = delete;
  TokenModules& operator=(const TokenModules&) = delete;

  const std::vector<CK_FUNCTION_LIST*>& list() const { return list_; }

 private:
  TokenModules() = default;
  Result<void> LoadOne(const char* path);
  Result<void> LoadConfigured(P11KitUri* uri);

  CK_FUNCTION_LIST* single_ = nullptr;
  CK_FUNCTION_LIST** configured_ = nullptr;
  std::vector<CK_FUNCTION_LIST*> list_;
};

class TokenSession {
 public:
  // Open finds the token, opens a session (that may write, where it makes a
  // key) and logs in. kNotFound, kConflict, kForbidden.
  static Result<std::unique_ptr<TokenSession>> Open(TokenUri uri, bool write);
  ~TokenSession();
  TokenSession(const TokenSession&) = delete;
  TokenSession& operator=(const TokenSession&) = delete;

  P11KitUri* uri() const { return uri_.get(); }
  CK_FUNCTION_LIST* calls() const { return calls_; }
  CK_SESSION_HANDLE handle() const { return handle_; }

  // Find returns the handles of the objects that fit, the first few.
  Result<std::vector<CK_OBJECT_HANDLE>> Find(
      std::vector<CK_ATTRIBUTE> like) const;
  // Read returns one attribute of an object, of 1..1,024 bytes.
  Result<std::string> Read(CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type,
                           std::string_view name) const;

 private:
  TokenSession(TokenUri uri, std::unique_ptr<TokenModules> modules)
      : uri_(std::move(uri)), modules_(std::move(modules)) {}
  bool Fits(CK_SLOT_ID id, const CK_SLOT_INFO& slot,
            const CK_TOKEN_INFO& token) const;
  Result<void> FindTokenOf(CK_FUNCTION_LIST* calls, std::string* found);
  Result<void> FindToken();
  Result<void> LogIn();

  TokenUri uri_;
  std::unique_ptr<TokenModules> modules_;
  CK_FUNCTION_LIST* calls_ = nullptr;
  CK_SLOT_ID slot_ = 0;
  CK_FLAGS token_flags_ = 0;
  CK_SESSION_HANDLE handle_ = CK_INVALID_HANDLE;
};

}  // namespace modlog

#endif  // MODLOG_API_KEYS_TOKEN_SESSION_H_
