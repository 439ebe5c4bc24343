// If this failed, a log could change a key that its readers hold it to, because
// a file was lost or its name mistyped.

#include "api/server/further_keys.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "log/store/memory_store.h"
#include "tests/api/test_support.h"

namespace modlog::further_keys_test {
namespace {

class FurtherKeysTest : public ::testing::Test {
 protected:
  std::string File(const std::string& name) const {
    return dir_.path() + "/" + name;
  }
  Result<FurtherKeys> Open(std::optional<std::string> cose,
                           std::optional<std::string> mldsa) {
    Config config;
    config.cose_key = std::move(cose);
    config.mldsa_key = std::move(mldsa);
    return OpenFurtherKeys(config, TestKey().verifier, store_.get());
  }
  void ExpectError(const Result<FurtherKeys>& keys, Code code,
                   std::string_view says) {
    ASSERT_FALSE(keys.has_value());
    EXPECT_EQ(keys.error().code, code);
    EXPECT_NE(keys.error().message.find(says), std::string::npos)
        << keys.error().message;
  }

  TempDir dir_;
  std::unique_ptr<Store> store_ = NewMemoryStore();
};

TEST_F(FurtherKeysTest, WithoutOptionsThereAreNone) {
  const auto keys = Open({}, {});
  ASSERT_TRUE(keys.has_value());
  EXPECT_FALSE(keys->cose.has_value());
  EXPECT_FALSE(keys->mldsa.has_value());
}

TEST_F(FurtherKeysTest, ACoseKeyIsMadeOnceAndKnownFromThenOn) {
  const auto first = Open(File("cose"), {});
  ASSERT_TRUE(first.has_value()) << first.error().message;
  const std::string vkey = FormatVerifierKey(first->cose->verifier);
  EXPECT_EQ(first->cose->verifier.name, TestKey().verifier.name);
  EXPECT_EQ(store_->ReadMeta("cose_vkey"), vkey);
  const auto again = Open(File("cose"), {});
  ASSERT_TRUE(again.has_value());
  EXPECT_EQ(FormatVerifierKey(again->cose->verifier), vkey);

  ExpectError(Open(File("csoe"), {}), Code::kNotFound, "restore the file");
  EXPECT_FALSE(std::filesystem::exists(File("csoe")));
  EXPECT_TRUE(Open({}, {}).has_value());  // to leave it out is no other key
}

// Of a log that was made before the store knew, and of a start that ended
// between the file and the store.
TEST_F(FurtherKeysTest, AFileThatTheStoreDoesNotKnowIsTaken) {
  const auto first = Open(File("cose"), {});
  ASSERT_TRUE(first.has_value());
  store_ = NewMemoryStore();
  const auto again = Open(File("cose"), {});
  ASSERT_TRUE(again.has_value()) << again.error().message;
  EXPECT_EQ(store_->ReadMeta("cose_vkey"),
            FormatVerifierKey(first->cose->verifier));
}

TEST_F(FurtherKeysTest, AnotherKeyIsRefusedAndTheOldOneStaysKnown) {
  ASSERT_TRUE(Open(File("other"), {}).has_value());
  store_ = NewMemoryStore();
  ASSERT_TRUE(Open(File("cose"), {}).has_value());
  ExpectError(Open(File("other"), {}), Code::kConflict, "another key");
  EXPECT_TRUE(Open(File("cose"), {}).has_value());
}

// Whatever libcrypto can do: the store is asked before a key is made.
TEST_F(FurtherKeysTest, ALostMlDsaKeyIsNotReplaced) {
  ASSERT_TRUE(store_->WriteMeta("mldsa_vkey", "as it was").has_value());
  ExpectError(Open({}, File("mldsa")), Code::kNotFound, "restore the file");
  EXPECT_FALSE(std::filesystem::exists(File("mldsa")));
}

TEST_F(FurtherKeysTest, AnMlDsaKeyIsMadeOnceAndKnownFromThenOn) {
  if (!HasMlDsa44()) GTEST_SKIP() << "libcrypto has no ML-DSA-44";
  ASSERT_TRUE(Open({}, File("other")).has_value());
  store_ = NewMemoryStore();
  const auto first = Open({}, File("mldsa"));
  ASSERT_TRUE(first.has_value()) << first.error().message;
  EXPECT_EQ(store_->ReadMeta("mldsa_vkey"),
            FormatVerifierKey(first->mldsa->verifier));
  EXPECT_TRUE(Open({}, File("mldsa")).has_value());
  ExpectError(Open({}, File("other")), Code::kConflict, "another key");
  ExpectError(Open({}, File("none")), Code::kNotFound, "restore the file");
}

}  // namespace
}  // namespace modlog::further_keys_test
