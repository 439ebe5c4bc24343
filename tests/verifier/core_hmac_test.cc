// If these fail, every salt and commitment of an imported record is another one
// than anybody else computes.

#include "verifier/core/hmac.h"

#include <gtest/gtest.h>

#include <string>

#include "verifier/core/bytes.h"

namespace modlog::core_hmac_test {
namespace {

std::string Hmac(const std::string& key, const std::string& message) {
  return FormatHex(HmacSha256(AsBytes(key), AsBytes(message)));
}

// RFC 4231, cases 1, 2, 3 and 6: a short key, one of a word, of 20 bytes with a
// message of 50, and one longer than a block.
TEST(Hmac, GivesTheValuesOfRfc4231) {
  EXPECT_EQ(Hmac(std::string(20, '\x0b'), "Hi There"),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  EXPECT_EQ(Hmac("Jefe", "what do ya want for nothing?"),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(Hmac(std::string(20, '\xaa'), std::string(50, '\xdd')),
            "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe");
  EXPECT_EQ(Hmac(std::string(131, '\xaa'),
                 "Test Using Larger Than Block-Size Key - Hash Key First"),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

// RFC 5869, case 1, cut to one hash.
TEST(Hmac, ExpandsAsRfc5869Does) {
  std::string salt;
  for (char c = 0; c < 13; ++c) salt.push_back(c);
  std::string info;
  for (int c = 0xf0; c < 0xfa; ++c) info.push_back(static_cast<char>(c));
  const Hash key = HkdfExtract(AsBytes(salt), AsBytes(std::string(22, '\x0b')));
  EXPECT_EQ(FormatHex(key),
            "077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5");
  EXPECT_EQ(FormatHex(HkdfExpand(key, AsBytes(info))),
            "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf");
}

}  // namespace
}  // namespace modlog::core_hmac_test
