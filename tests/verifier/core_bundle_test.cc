// If these fail, an entry could be read out of a bundle with bytes of its
// neighbour, or the log could not cut a bundle to a published size.

#include "verifier/core/bundle.h"

#include <gtest/gtest.h>

namespace modlog::core_bundle_test {
namespace {

std::string BundleOf(const std::vector<std::string>& entries) {
  std::string bundle;
  for (const std::string& entry : entries) {
    AppendToBundle(AsBytes(entry), &bundle);
  }
  return bundle;
}

std::vector<std::string> Strings(const std::vector<Bytes>& entries) {
  std::vector<std::string> out;
  for (const Bytes entry : entries) out.emplace_back(AsText(entry));
  return out;
}

TEST(BundleTest, EntriesComeBackWhateverTheirSize) {
  std::vector<std::string> entries = {"",
                                      "a",
                                      "",
                                      std::string(255, 'b'),
                                      std::string(256, 'c'),
                                      std::string(kEntrySizeMax, 'd'),
                                      ""};
  const std::string bundle = BundleOf(entries);
  const auto parsed =
      ParseBundle(AsBytes(bundle), static_cast<uint32_t>(entries.size()));
  ASSERT_TRUE(parsed) << parsed.error().message;
  EXPECT_EQ(Strings(*parsed), entries);
}

TEST(BundleTest, TheLengthIsBigEndian) {
  EXPECT_EQ(FormatHex(AsBytes(BundleOf({"ab"}))), "00026162");
  EXPECT_EQ(FormatHex(AsBytes(BundleOf({std::string(258, 'a')})).first(3)),
            "010261");
}

TEST(BundleTest, AnEmptyBundleHoldsNoEntry) {
  EXPECT_TRUE(ParseBundle({}, 0).value().empty());
  EXPECT_FALSE(ParseBundle({}, 1));
  EXPECT_FALSE(ParseBundle(AsBytes(BundleOf({""})), 0));
}

TEST(BundleTest, PiecesConcatenateToTheBundle) {
  EXPECT_EQ(BundleOf({"a", "bc"}) + BundleOf({"", "d"}),
            BundleOf({"a", "bc", "", "d"}));
}

TEST(BundleTest, EveryPrefixIsTheBundleOfItsEntries) {
  std::vector<std::string> entries;
  for (size_t i = 0; i < 256; ++i) entries.emplace_back(i % 7, 'e');
  const std::string bundle = BundleOf(entries);
  for (uint32_t count = 0; count <= 256; ++count) {
    const auto prefix = BundlePrefix(AsBytes(bundle), count);
    ASSERT_TRUE(prefix) << prefix.error().message;
    ASSERT_EQ(AsText(*prefix),
              BundleOf({entries.begin(), entries.begin() + count}));
  }
  EXPECT_FALSE(BundlePrefix(AsBytes(bundle), 257));
}

TEST(BundleTest, EveryCutAndEveryWrongCountIsRefusedByPosition) {
  const std::string bundle = BundleOf({"abc", "de", "f"});
  for (size_t size = 0; size < bundle.size(); ++size) {
    const auto parsed = ParseBundle(AsBytes(bundle).first(size), 3);
    ASSERT_FALSE(parsed) << "cut at " << size;
    EXPECT_EQ(parsed.error().code, Code::kMalformed);
  }
  const auto message = [&](size_t size, uint32_t count) {
    return ParseBundle(AsBytes(bundle).first(size), count).error().message;
  };
  EXPECT_EQ(message(5, 3), "entry 1 of 3 is missing from the bundle");
  EXPECT_EQ(message(6, 3), "entry 1 of 3 is cut in the bundle");
  EXPECT_EQ(message(bundle.size(), 2),
            "3 bytes follow the last entry, 2, of the bundle");
  EXPECT_EQ(message(bundle.size(), 4),
            "entry 3 of 4 is missing from the bundle");
}

TEST(BundleTest, ACountFromOutsideDoesNotAllocate) {
  EXPECT_FALSE(
      ParseBundle(AsBytes(std::string_view("\x00\x01z", 3)), UINT32_MAX));
}

TEST(BundleDeathTest, AnEntryThatItsLengthCannotSayIsABug) {
  std::string bundle;
  const std::string large(kEntrySizeMax + 1, 'x');
  EXPECT_DEATH(AppendToBundle(AsBytes(large), &bundle), "fits in two bytes");
}

}  // namespace
}  // namespace modlog::core_bundle_test
