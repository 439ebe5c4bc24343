#include "verifier/core/handle.h"

namespace modlog {

Result<void> CheckHandleAccount(std::string_view account) {
  if (account.empty()) return Fail(Code::kMalformed, "account is empty");
  if (account.size() > kHandleAccountSizeMax) {
    return Fail(Code::kTooLarge,
                "account of " + std::to_string(account.size()) +
                    " bytes, limit " + std::to_string(kHandleAccountSizeMax));
  }
  if (!IsUtf8(account)) return Fail(Code::kMalformed, "account is not UTF-8");
  return {};
}

std::string HandleInput(std::string_view platform, std::string_view account,
                        uint32_t number) {
  MODLOG_CHECK(number >= 1, "entries of an account are numbered from 1");
  std::string input = "modlog/handle/v1\n";
  input.append(platform);
  input.push_back('\n');
  input.append(account);
  AppendBigEndian(number, 4, &input);
  return input;
}

std::string HandleOf(const Hash& output) {
  return std::string(AsText(output).substr(0, kHandleSize));
}

}  // namespace modlog
