#include "api/keys/token_key.h"

#include <openssl/rand.h>

#include <utility>

#include "api/keys/token_session.h"

namespace modlog {
namespace {

constexpr size_t kSignatureSize = 64;
constexpr size_t kNewIdSize = 8;
// PKCS#11 3.0, 6.3.3: a curve by its name, as a PrintableString.
constexpr std::string_view kCurve =
    "\x13\x0c"
    "edwards25519";
// DER: an OCTET STRING of 32 bytes.
constexpr std::string_view kPointHeader = "\x04\x20";

template <typename T>
CK_ATTRIBUTE Attribute(CK_ATTRIBUTE_TYPE type, T* value) {
  return {type, value, sizeof(T)};
}

CK_ATTRIBUTE Attribute(CK_ATTRIBUTE_TYPE type, std::string* value) {
  return {type, value->data(), value->size()};
}

// What the URI asks of an object, but its class: that is ours to say.
Result<std::vector<CK_ATTRIBUTE>> WantedOf(P11KitUri* uri,
                                           const CK_OBJECT_CLASS& private_key) {
  CK_ULONG count = 0;
  const CK_ATTRIBUTE* const all = p11_kit_uri_get_attributes(uri, &count);
  std::vector<CK_ATTRIBUTE> wanted;
  for (CK_ULONG i = 0; i < count; ++i) {
    if (all[i].type != CKA_CLASS) {
      wanted.push_back(all[i]);
    } else if (*static_cast<const CK_OBJECT_CLASS*>(all[i].pValue) !=
               private_key) {
      return Fail(Code::kMalformed,
                  "the pkcs11: URI names another type of object: leave type= "
                  "out, or say type=private");
    }
  }
  return wanted;
}

// RFC 8032 keys come as DER, or bare from tokens before PKCS#11 3.0.
Result<Ed25519PublicKey> ParsePoint(std::string_view point) {
  if (point.size() == kPointHeader.size() + Ed25519PublicKey::kSize &&
      point.starts_with(kPointHeader)) {
    point.remove_prefix(kPointHeader.size());
  }
  auto key = Ed25519PublicKey::From(AsBytes(point));
  if (!key) return Prefixed("the token's public key", key.error());
  return key;
}

class Pkcs11Key final : public TokenKey {
 public:
  Pkcs11Key(std::shared_ptr<TokenSession> session, CK_OBJECT_HANDLE key,
            Ed25519PublicKey public_key)
      : session_(std::move(session)),
        key_(key),
        public_key_(std::move(public_key)) {}

  const Ed25519PublicKey& public_key() const override { return public_key_; }

  Result<std::string> Sign(Bytes message) override {
    CK_FUNCTION_LIST* const calls = session_->calls();
    CK_MECHANISM mechanism = {CKM_EDDSA, nullptr, 0};
    CK_RV answer = calls->C_SignInit(session_->handle(), &mechanism, key_);
    if (answer != CKR_OK) return TokenError("begin to sign", answer);
    std::string in(AsText(message));
    std::string signature(kSignatureSize, '\0');
    CK_ULONG size = signature.size();
    answer = calls->C_Sign(session_->handle(),
                           reinterpret_cast<CK_BYTE*>(in.data()), in.size(),
                           reinterpret_cast<CK_BYTE*>(signature.data()), &size);
    if (answer != CKR_OK) return TokenError("sign", answer);
    signature.resize(std::min(size, signature.size()));
    return signature;
  }

 private:
  const std::shared_ptr<TokenSession> session_;
  const CK_OBJECT_HANDLE key_;
  const Ed25519PublicKey public_key_;
};

// The public half stands beside the private one, under the same id.
Result<Ed25519PublicKey> FindPublicHalf(const TokenSession& session,
                                        CK_OBJECT_HANDLE private_key) {
  ASSIGN_OR_RETURN(std::string id,
                   session.Read(private_key, CKA_ID, "the key's id"));
  CK_OBJECT_CLASS kind = CKO_PUBLIC_KEY;
  CK_KEY_TYPE type = CKK_EC_EDWARDS;
  ASSIGN_OR_RETURN(
      const auto found,
      session.Find({Attribute(CKA_CLASS, &kind), Attribute(CKA_KEY_TYPE, &type),
                    Attribute(CKA_ID, &id)}));
  if (found.size() != 1) {
    return Fail(found.empty() ? Code::kNotFound : Code::kConflict,
                "the token has " + std::to_string(found.size()) +
                    " public keys with the id of the private one, want 1");
  }
  ASSIGN_OR_RETURN(const std::string point,
                   session.Read(found.front(), CKA_EC_POINT, "the public key"));
  return ParsePoint(point);
}

Result<std::unique_ptr<TokenKey>> WithPublicHalf(
    const std::shared_ptr<TokenSession>& session,
    CK_OBJECT_HANDLE private_key) {
  ASSIGN_OR_RETURN(Ed25519PublicKey half,
                   FindPublicHalf(*session, private_key));
  return std::make_unique<Pkcs11Key>(session, private_key, std::move(half));
}

Result<std::vector<CK_OBJECT_HANDLE>> FindPrivate(const TokenSession& session) {
  CK_OBJECT_CLASS kind = CKO_PRIVATE_KEY;
  CK_KEY_TYPE type = CKK_EC_EDWARDS;
  ASSIGN_OR_RETURN(std::vector<CK_ATTRIBUTE> like,
                   WantedOf(session.uri(), kind));
  like.push_back(Attribute(CKA_CLASS, &kind));
  like.push_back(Attribute(CKA_KEY_TYPE, &type));
  return session.Find(std::move(like));
}

std::string ValueOf(P11KitUri* uri, CK_ATTRIBUTE_TYPE type) {
  const CK_ATTRIBUTE* const found = p11_kit_uri_get_attribute(uri, type);
  if (found == nullptr) return "";
  return {static_cast<const char*>(found->pValue), found->ulValueLen};
}

struct KeyPair {
  CK_OBJECT_HANDLE public_key = CK_INVALID_HANDLE;
  CK_OBJECT_HANDLE private_key = CK_INVALID_HANDLE;
};

Result<KeyPair> Generate(const TokenSession& session) {
  std::string label = ValueOf(session.uri(), CKA_LABEL);
  if (label.empty()) {
    return Fail(Code::kMalformed,
                "the pkcs11: URI does not say how the key is to be called: "
                "want object=LABEL");
  }
  std::string id = ValueOf(session.uri(), CKA_ID);
  if (id.empty()) {
    unsigned char random[kNewIdSize];
    MODLOG_CHECK(RAND_bytes(random, sizeof(random)) == 1,
                 "there is randomness");
    id.assign(std::begin(random), std::end(random));
  }
  std::string curve(kCurve);
  CK_BBOOL yes = CK_TRUE;
  CK_BBOOL no = CK_FALSE;
  CK_ATTRIBUTE public_half[] = {
      Attribute(CKA_TOKEN, &yes),   Attribute(CKA_PRIVATE, &no),
      Attribute(CKA_VERIFY, &yes),  Attribute(CKA_EC_PARAMS, &curve),
      Attribute(CKA_LABEL, &label), Attribute(CKA_ID, &id)};
  CK_ATTRIBUTE private_half[] = {
      Attribute(CKA_TOKEN, &yes),      Attribute(CKA_PRIVATE, &yes),
      Attribute(CKA_SIGN, &yes),       Attribute(CKA_SENSITIVE, &yes),
      Attribute(CKA_EXTRACTABLE, &no), Attribute(CKA_LABEL, &label),
      Attribute(CKA_ID, &id)};
  CK_MECHANISM mechanism = {CKM_EC_EDWARDS_KEY_PAIR_GEN, nullptr, 0};
  KeyPair pair;
  const CK_RV made = session.calls()->C_GenerateKeyPair(
      session.handle(), &mechanism, public_half, std::size(public_half),
      private_half, std::size(private_half), &pair.public_key,
      &pair.private_key);
  if (made != CKR_OK) return TokenError("make an Ed25519 key", made);
  return pair;
}

// A key that cannot sign is found before it is the name of a log.
Result<void> TrySigning(TokenKey* key) {
  constexpr std::string_view kMessage = "modlog tries a new key\n";
  ASSIGN_OR_RETURN(const std::string signature, key->Sign(AsBytes(kMessage)));
  if (key->public_key().Verify(AsBytes(kMessage), AsBytes(signature))) {
    return {};
  }
  return Fail(Code::kUntrusted,
              "the token's signature does not verify under its own public key: "
              "do not use it");
}

// A pair that is of no use leaves its name to the next try.
std::unexpected<Error> Discard(const TokenSession& session, const KeyPair& pair,
                               Error why) {
  bool gone = true;
  for (const CK_OBJECT_HANDLE half : {pair.private_key, pair.public_key}) {
    gone &= session.calls()->C_DestroyObject(session.handle(), half) == CKR_OK;
  }
  why.message += gone ? "; the new key was removed"
                      : "; the new key is still there: remove it from the "
                        "token before the next try";
  return std::unexpected(std::move(why));
}

}  // namespace

bool IsTokenUri(std::string_view name) { return name.starts_with("pkcs11:"); }

Result<std::unique_ptr<TokenKey>> OpenTokenKey(const std::string& uri) {
  ASSIGN_OR_RETURN(TokenUri parsed, ParseTokenUri(uri));
  ASSIGN_OR_RETURN(const std::shared_ptr<TokenSession> session,
                   TokenSession::Open(std::move(parsed), /*write=*/false));
  ASSIGN_OR_RETURN(const auto found, FindPrivate(*session));
  if (found.size() != 1) {
    return Fail(found.empty() ? Code::kNotFound : Code::kConflict,
                found.empty()
                    ? "the token has no Ed25519 key of that name (modlog "
                      "keygen --pkcs11 makes one)"
                    : "several keys of the token fit the pkcs11: URI: say "
                      "which, by id=");
  }
  return WithPublicHalf(session, found.front());
}

Result<std::unique_ptr<TokenKey>> MakeTokenKey(const std::string& uri) {
  ASSIGN_OR_RETURN(TokenUri parsed, ParseTokenUri(uri));
  ASSIGN_OR_RETURN(const std::shared_ptr<TokenSession> session,
                   TokenSession::Open(std::move(parsed), /*write=*/true));
  ASSIGN_OR_RETURN(const auto there, FindPrivate(*session));
  if (!there.empty()) {
    return Fail(Code::kAlreadyExists,
                "the token has a key of that name; a key is never replaced");
  }
  ASSIGN_OR_RETURN(const KeyPair pair, Generate(*session));
  auto key = WithPublicHalf(session, pair.private_key);
  if (!key) return Discard(*session, pair, key.error());
  const auto tried = TrySigning(key->get());
  if (!tried) return Discard(*session, pair, tried.error());
  return key;
}

std::string_view TokenSupport() {
  return "keys: files, PKCS#11 tokens (p11-kit " MODLOG_P11_KIT_VERSION ")";
}

}  // namespace modlog
