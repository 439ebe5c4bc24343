// A PKCS#11 driver that is SoftHSM's, but for signatures while the file that
// MODLOG_TEST_TOKEN_FAULT names says "fail" (no signature), "flip" (a wrong
// one) or "short" (one of 63 bytes).

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
  *list = &ours;
  return CKR_OK;
}
