// In place of token_key.cc where p11-kit is missing.

#include "api/keys/token_key.h"

namespace modlog {
namespace {

std::unexpected<Error> Missing() {
  return Fail(Code::kUntrusted,
              "this build knows no PKCS#11 tokens: install libp11-kit-dev and "
              "build again with -DMODLOG_PKCS11=ON, or keep the key in a file");
}

}  // namespace

bool IsTokenUri(std::string_view name) { return name.starts_with("pkcs11:"); }

Result<std::unique_ptr<TokenKey>> OpenTokenKey(const std::string&) {
  return Missing();
}

Result<std::unique_ptr<TokenKey>> MakeTokenKey(const std::string&) {
  return Missing();
}

std::string_view TokenSupport() {
  return "keys: files (built without p11-kit)";
}

}  // namespace modlog
