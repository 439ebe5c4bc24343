// A PKCS#11 driver that is SoftHSM's, but for what the file that
// MODLOG_TEST_TOKEN_FAULT names says:
//
//   fail, flip, short   no signature, a wrong one, one of 63 bytes
//   blind               no public key can be read
//   final               the next wrong PIN locks the token
//
// Each log-in adds a byte to the file beside it, <that>.logins.

#include <dlfcn.h>
#include <p11-kit/pkcs11.h>

#include <cstdlib>
#include <fstream>
#include <string>

namespace {

CK_FUNCTION_LIST real;

std::string Fault() {
  std::string word;
  const char* const path = std::getenv("MODLOG_TEST_TOKEN_FAULT");
  if (path != nullptr) std::ifstream(path) >> word;
  return word;
}

CK_RV SignOrNot(CK_SESSION_HANDLE session, CK_BYTE_PTR data, CK_ULONG size,
                CK_BYTE_PTR signature, CK_ULONG_PTR signature_size) {
  const std::string fault = Fault();
  const CK_RV answer =
      real.C_Sign(session, data, size, signature, signature_size);
  if (answer != CKR_OK || signature == nullptr) return answer;
  if (fault == "fail") return CKR_DEVICE_REMOVED;
  if (fault == "flip") signature[7] ^= 1;
  if (fault == "short") *signature_size = 63;
  return CKR_OK;
}

CK_RV ReadOrNot(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object,
                CK_ATTRIBUTE_PTR attributes, CK_ULONG count) {
  for (CK_ULONG i = 0; i < count; ++i) {
    if (attributes[i].type == CKA_EC_POINT && Fault() == "blind") {
      return CKR_DEVICE_ERROR;
    }
  }
  return real.C_GetAttributeValue(session, object, attributes, count);
}

CK_RV DescribeToken(CK_SLOT_ID slot, CK_TOKEN_INFO_PTR info) {
  const CK_RV answer = real.C_GetTokenInfo(slot, info);
  if (Fault() == "final") info->flags |= CKF_USER_PIN_FINAL_TRY;
  return answer;
}

CK_RV CountLogin(CK_SESSION_HANDLE session, CK_USER_TYPE user, CK_BYTE_PTR pin,
                 CK_ULONG size) {
  const char* const path = std::getenv("MODLOG_TEST_TOKEN_FAULT");
  if (path != nullptr) {
    std::ofstream(std::string(path) + ".logins", std::ios::app) << '.';
  }
  return real.C_Login(session, user, pin, size);
}

}  // namespace

extern "C" __attribute__((visibility("default"))) CK_RV
C_GetFunctionList(CK_FUNCTION_LIST_PTR_PTR list) {
  static CK_FUNCTION_LIST ours;
  void* const module = dlopen(SOFTHSM2_MODULE, RTLD_NOW | RTLD_LOCAL);
  if (module == nullptr) return CKR_GENERAL_ERROR;
  const auto get = reinterpret_cast<CK_C_GetFunctionList>(
      dlsym(module, "C_GetFunctionList"));
  CK_FUNCTION_LIST* softhsm = nullptr;
  if (get == nullptr || get(&softhsm) != CKR_OK) return CKR_GENERAL_ERROR;
  real = *softhsm;
  ours = real;
  ours.C_GetFunctionList = C_GetFunctionList;
  ours.C_Sign = SignOrNot;
  ours.C_GetAttributeValue = ReadOrNot;
  ours.C_GetTokenInfo = DescribeToken;
  ours.C_Login = CountLogin;
  *list = &ours;
  return CKR_OK;
}
