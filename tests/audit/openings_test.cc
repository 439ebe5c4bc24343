// If these fail, two readers of one openings file see two things in it, or a
// part is shown that must stay with the platform.

#include "verifier/receipt/openings.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "verifier/receipt/openings_words.h"

namespace modlog::openings_test {
namespace {

using Json = nlohmann::json;

Openings Opened(const std::string& value) {
  Openings openings;
  for (size_t i = 0; i < openings.commitments.size(); ++i) {
    openings.commitments[i] = Sha256(AsBytes("slot " + std::to_string(i)));
  }
  const Hash salt = Sha256(AsBytes("salt"));
  openings.commitments[18] = CommitPart(kPartSourceText, salt, AsBytes(value));
  openings.openings = {{kPartSourceText, salt, value}};
  return openings;
}

Json GoodFile() { return Json::parse(FormatOpenings(Opened("a text"))); }

std::string ErrorOf(const std::string& file) {
  const auto read = ParseOpenings(file);
  return read ? "accepted" : read.error().message;
}

TEST(OpeningsTest, EveryPartHasANameAndTwoNeverLeaveThePlatform) {
  for (int tag = 1; tag <= kPartExternalCase; ++tag) {
    const auto part = static_cast<PartTag>(tag);
    EXPECT_EQ(PartNamed(PartName(tag)), part);
    EXPECT_EQ(PartNamed(std::to_string(tag)), part);
    EXPECT_EQ(MayBeDisclosed(part), tag != 10 && tag != 11) << tag;
  }
  for (const std::string name : {"", "0", "03", "22", "Facts", "259"}) {
    EXPECT_FALSE(PartNamed(name)) << name;
  }
  EXPECT_FALSE(MayBeDisclosed(static_cast<PartTag>(0)));
}

TEST(OpeningsTest, TheLargestPayloadFitsInAFileWhateverItsBytes) {
  const size_t size = 1 << 20;
  for (const std::string& value :
       {std::string(size, '"'), std::string(size, '\n'),
        std::string(size, '\x01'), std::string(size, '\xff'), std::string()}) {
    const auto read = ParseOpenings(FormatOpenings(Opened(value)));
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(read->openings[0].value, value);
    EXPECT_TRUE(CheckOpenings(*read, AsText(CommitRecord(read->commitments))));
  }
  EXPECT_EQ(ErrorOf(std::string(kOpeningsFileSizeMax + 1, ' ')),
            "4194305 bytes, at most 4194304");
}

TEST(OpeningsTest, OnlyOneReadingIsTaken) {
  const std::string good = GoodFile().dump();
  ASSERT_EQ(ErrorOf(good), "accepted");
  EXPECT_NE(ErrorOf("\xef\xbb\xbf" + good), "accepted");
  EXPECT_NE(ErrorOf(good + "{}"), "accepted");
  EXPECT_NE(ErrorOf(good.substr(0, good.size() - 1) + R"(,"openings":[]})"),
            "accepted");
  const auto with = [](auto change) {
    Json file = GoodFile();
    change(&file);
    return ErrorOf(file.dump());
  };
  EXPECT_NE(with([](Json* f) { (*f)["openings"][0]["tag"] = "19"; }),
            "accepted");
  EXPECT_EQ(with([](Json* f) { (*f)["openings"][0]["tag"] = 19; }), "accepted");
  EXPECT_NE(with([](Json* f) { (*f)["openings"][0]["value"] = "AA=="; }),
            "accepted");
  EXPECT_NE(with([](Json* f) { (*f)["openings"][0].erase("text"); }),
            "accepted");
  EXPECT_NE(with([](Json* f) { (*f)["openings"][0]["salt"] = "AA=="; }),
            "accepted");
  EXPECT_NE(with([](Json* f) {
              (*f)["openings"].push_back(Json((*f)["openings"][0]));
            }),
            "accepted");
  EXPECT_NE(with([](Json* f) { (*f)["commitments"].erase(0); }), "accepted");
  for (const Json& tag : {Json(10), Json(11), Json("complainant")}) {
    EXPECT_TRUE(with([&](Json* f) {
                  (*f)["openings"][0]["tag"] = tag;
                }).ends_with("never part of a receipt"));
  }
}

TEST(OpeningsTest, AChangedByteOfAnyKindIsFalse) {
  const Openings good = Opened("a text");
  const Hash record = CommitRecord(good.commitments);
  ASSERT_TRUE(CheckOpenings(good, AsText(record)));
  EXPECT_FALSE(CheckOpenings(good, ""));
  Openings bad = good;
  bad.openings[0].value += "!";
  EXPECT_FALSE(CheckOpenings(bad, AsText(record)));
  bad = good;
  bad.openings[0].salt[31] ^= 1;
  EXPECT_FALSE(CheckOpenings(bad, AsText(record)));
  for (size_t i = 0; i < good.commitments.size(); ++i) {
    bad = good;
    bad.commitments[i][0] ^= 1;
    EXPECT_FALSE(CheckOpenings(bad, AsText(record))) << i;
  }
}

TEST(OpeningsTest, WhatIsNotShownWholeIsSaidToBeCut) {
  Lines lines;
  AddOpenings(Opened(std::string(30'000, 'x')), &lines);
  EXPECT_NE(lines.Take().find("(the first 20,000 of 30,000 bytes)"),
            std::string::npos);
}

}  // namespace
}  // namespace modlog::openings_test
