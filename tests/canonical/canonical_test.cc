// If this fails, the log would refuse what a platform's software writes, or two
// of them would write one action differently.

#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

#include "log/rules/action_bytes.h"
#include "log/write/admission.h"

namespace modlog::canonical_test {
namespace {

using Json = nlohmann::json;

constexpr int64_t kNowMs = 1'769'904'000'000;  // 2026-02-01

Json Vectors(const char* name) {
  std::ifstream file(MODLOG_SOURCE_DIR "/tests/canonical/vectors.json");
  const Json all = Json::parse(file, nullptr, false);
  EXPECT_TRUE(all.is_object() && all.contains(name)) << name;
  return all.value(name, Json::array());
}

std::string FromHex(std::string_view hex) {
  std::string bytes;
  for (size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes.push_back(static_cast<char>(
        std::stoi(std::string(hex.substr(i, 2)), nullptr, 16)));
  }
  return bytes;
}

v1::Action FromJson(const Json& fields) {
  v1::Action action;
  const auto status =
      google::protobuf::util::JsonStringToMessage(fields.dump(), &action);
  EXPECT_TRUE(status.ok()) << status.ToString();
  return action;
}

std::string Explain(const std::vector<Violation>& violations) {
  std::string text;
  for (const Violation& violation : violations) {
    text += violation.field + " " + violation.description + "; ";
  }
  return text;
}

TEST(Canonical, CppWritesTheBytesOfTheVectors) {
  const Json vectors = Vectors("canonical");
  EXPECT_GE(vectors.size(), 12U);
  for (const Json& vector : vectors) {
    EXPECT_EQ(FormatHex(AsBytes(EncodeAction(FromJson(vector["action"])))),
              vector["hex"].get<std::string>())
        << vector["name"];
  }
}

TEST(Canonical, TheLogTakesTheBytesThatEveryRuntimeWrites) {
  size_t logged = 0;
  for (const Json& vector : Vectors("canonical")) {
    const auto admitted =
        Admit("example", FromHex(vector["hex"].get<std::string>()), kNowMs);
    EXPECT_EQ(admitted.has_value(), vector["logged"].get<bool>())
        << vector["name"] << ": "
        << (admitted.has_value() ? "" : Explain(admitted.error()));
    // Where the log refuses, it is not for how the bytes are written.
    if (!admitted.has_value()) {
      EXPECT_EQ(Explain(admitted.error()).find("canonical"), std::string::npos);
    }
    logged += admitted.has_value() ? 1U : 0U;
  }
  EXPECT_GE(logged, 9U);
}

TEST(Canonical, NoFieldIsWithoutAVector) {
  std::set<int> used;
  for (const Json& vector : Vectors("canonical")) {
    const v1::Action action = FromJson(vector["action"]);
    std::vector<const google::protobuf::FieldDescriptor*> fields;
    action.GetReflection()->ListFields(action, &fields);
    for (const auto* field : fields) used.insert(field->number());
  }
  const google::protobuf::Descriptor* const type = v1::Action::descriptor();
  for (int i = 0; i < type->field_count(); ++i) {
    EXPECT_TRUE(used.contains(type->field(i)->number()))
        << type->field(i)->name();
  }
}

// `plain` in an append: the log parses the message and encodes it once.
TEST(Canonical, WhatAnotherRuntimeWritesOtherwiseIsForThePlainPath) {
  const Json others = Vectors("protobufjs");
  EXPECT_EQ(others.size(), 3U);
  for (const Json& other : others) {
    const std::string bytes = FromHex(other["hex"].get<std::string>());
    const auto admitted = Admit("example", bytes, kNowMs);
    ASSERT_FALSE(admitted.has_value()) << other["name"];
    EXPECT_NE(Explain(admitted.error()).find("canonical"), std::string::npos);
    v1::Action action;
    ASSERT_TRUE(action.ParseFromString(bytes));
    const std::string encoded = EncodeAction(action);
    EXPECT_EQ(encoded, EncodeAction(FromJson(other["canonical"])));
    EXPECT_TRUE(Admit("example", encoded, kNowMs).has_value());
  }
}

// A type of JavaScript's made by hand writes lists unpacked: refused, and the
// plain path mends it.
TEST(Canonical, AnUnpackedListIsForThePlainPathToo) {
  const std::string packed =
      EncodeAction(FromJson(Json{{"visibility", {1, 2}}}));
  EXPECT_EQ(FormatHex(AsBytes(packed)), "2a020102");
  const std::string unpacked = FromHex("28012802");
  const auto admitted = Admit("example", unpacked, kNowMs);
  ASSERT_FALSE(admitted.has_value());
  EXPECT_NE(Explain(admitted.error()).find("canonical"), std::string::npos);
  v1::Action action;
  ASSERT_TRUE(action.ParseFromString(unpacked));
  EXPECT_EQ(EncodeAction(action), packed);
}

}  // namespace
}  // namespace modlog::canonical_test
