// If these fail, a receipt shows more of a person's case than was chosen, or
// something to guess it with, or what it shows proves nothing.

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <optional>
#include <set>

#include "api/client/payload_json.h"
#include "api/import/record_payload.h"
#include "tests/client/running_log.h"
#include "verifier/core/commitment.h"

namespace modlog::receipt_e2e_test {
namespace {

constexpr PlatformSecret kSecret = {{7, 7, 7, 1, 2, 3}};
constexpr char kPlatform[] = "example";
constexpr char kPuid[] = "ban-1";

const std::vector<std::string> kNames = {"",
                                         "subject_account",
                                         "content_id",
                                         "facts",
                                         "illegal_ground",
                                         "illegal_explanation",
                                         "incompatible_ground",
                                         "incompatible_explanation",
                                         "content_sha256",
                                         "targets",
                                         "source_identity",
                                         "complainant",
                                         "reference_url",
                                         "visibility_other",
                                         "monetary_other",
                                         "content_type_other",
                                         "keyword_other",
                                         "unlisted_codes",
                                         "source_id",
                                         "source_text",
                                         "source_meta",
                                         "external_case"};

bool IsPlatformPart(int tag) { return tag == 10 || tag == 11; }

Reach ReachOf(PartTag tag) {
  for (const Reach reach : {Reach::kSubject, Reach::kPlatform}) {
    if (MayHaveReach(tag, reach)) return reach;
  }
  return Reach::kPublic;
}

// All 21 parts; two are 32 bytes that are not text, one is not UTF-8.
std::vector<PrivatePart> AllParts() {
  std::vector<PrivatePart> parts;
  for (uint8_t number = 1; number <= kPartExternalCase; ++number) {
    const auto tag = static_cast<PartTag>(number);
    std::string value = "value of part " + std::to_string(number) + ": Größe";
    if (tag == kPartContentSha256 || tag == kPartTargets) {
      value = AsText(Sha256(AsBytes(value)));
    }
    if (tag == kPartSourceText) value += "\x1b[2J\xff\n";
    parts.push_back({tag, ReachOf(tag), value});
  }
  return parts;
}

std::vector<std::string> Encodings(std::string_view bytes) {
  std::string json = Json(std::string(bytes))
                         .dump(-1, ' ', false, Json::error_handler_t::replace);
  return {std::string(bytes), FormatHex(AsBytes(bytes)),
          FormatBase64(AsBytes(bytes)), json.substr(1, json.size() - 2)};
}

bool Holds(const std::string& file, std::string_view bytes) {
  for (const std::string& encoded : Encodings(bytes)) {
    if (Contains(file, encoded)) return true;
  }
  return false;
}

std::optional<Hash> FromHex(std::string_view text) {
  Hash hash;
  for (size_t i = 0; i < hash.size(); ++i) {
    const auto digit = [](char c) {
      return c >= '0' && c <= '9'   ? c - '0'
             : c >= 'a' && c <= 'f' ? c - 'a' + 10
                                    : 256;
    };
    const int byte = digit(text[2 * i]) * 16 + digit(text[2 * i + 1]);
    if (byte > 255) return std::nullopt;
    hash[i] = static_cast<uint8_t>(byte);
  }
  return hash;
}

// Every 32-byte string in a file: raw, in base64, in hex.
std::set<Hash> HashesIn(std::string_view file) {
  std::set<Hash> found;
  const auto add = [&found](std::optional<Hash> hash) {
    if (hash) found.insert(*hash);
  };
  for (size_t at = 0; at + 32 <= file.size(); ++at) {
    add(HashFromBytes(AsBytes(file.substr(at, 32))));
    if (at + 64 <= file.size()) add(FromHex(file.substr(at, 64)));
    if (at + 43 > file.size()) continue;
    // 43 digits hold 32 bytes, wherever they stand.
    const auto bytes = ParseBase64(std::string(file.substr(at, 43)) + "=");
    if (bytes) add(HashFromBytes(AsBytes(*bytes)));
  }
  return found;
}

// What somebody can try who has a receipt and a good guess: each string of 32
// bytes as the salt, as the record's secret, and as the platform's.
bool DictionaryFinds(const std::set<Hash>& hashes, PartTag tag,
                     const std::string& commitment, bool secrets) {
  const std::vector<PrivatePart> parts = AllParts();
  const std::string truth = parts[tag - 1U].value;
  for (const std::string& guess : {std::string("a guess"), truth}) {
    const auto opens = [&](const Hash& salt) {
      return AsText(CommitPart(tag, salt, AsBytes(guess))) == commitment;
    };
    for (const Hash& hash : hashes) {
      if (opens(hash)) return true;
      if (!secrets) continue;
      const RecordSecrets as_secret = {hash, hash, hash};
      if (opens(PartSalt(as_secret, tag, ReachOf(tag)))) return true;
      const RecordSecrets derived =
          DeriveRecordSecrets(hash, {}, kPlatform, kPuid);
      if (opens(PartSalt(derived, tag, ReachOf(tag)))) return true;
    }
  }
  return false;
}

class ReceiptE2eTest : public testing::Test {
 protected:
  ReceiptE2eTest() {
    const CommittedParts made =
        CommitPayload(kSecret, kPlatform, kPuid, AllParts(), KeepPayload::kYes);
    encoded_ = made.payload;
    EXPECT_TRUE(payload_.ParseFromString(encoded_));
    line_ = {{"platform", kPlatform},
             {"action",
              {{"kind", "KIND_ACTION"},
               {"puid", kPuid},
               {"taxonomy", 202507},
               {"visibility", {"VISIBILITY_CONTENT_REMOVED"}},
               {"ground", "GROUND_INCOMPATIBLE_CONTENT"},
               {"category", "CATEGORY_VIOLENCE"},
               {"application_date", 18634},
               {"subject_kind", "SUBJECT_KIND_ITEM"},
               {"commitment", FormatBase64(made.commitment)}}},
             {"payload", PayloadToJson(payload_)}};
    const Outcome appended = log_.Modlog({"append", "-"}, line_.dump() + "\n");
    EXPECT_EQ(appended.status, 0) << appended.err;
  }

  // `modlog receipt` of the entry, as its platform.
  Outcome Receipt(const std::string& name, Words more, bool token = true) {
    Words words = {"receipt", "--index", "0", "--out", folder_ / name};
    words.insert(words.end(), more.begin(), more.end());
    const std::string data = log_.policy().substr(0, log_.policy().rfind('/'));
    if (token) {
      words.insert(words.begin(), {"--token-file", data + "/operator.token"});
    }
    return log_.Modlog(words);
  }
  Outcome Verify(const std::string& name, const Words& more = {}) {
    Words words = {"receipt",
                   "--entry",
                   folder_ / (name + ".entry"),
                   "--proof",
                   folder_ / (name + ".tlog-proof"),
                   "--openings",
                   folder_ / (name + ".openings"),
                   "--policy",
                   log_.policy()};
    words.insert(words.end(), more.begin(), more.end());
    return RunProgram("modlog-verify", words);
  }
  std::string Files(const std::string& name) const {
    return ReadFile(folder_ / (name + ".entry")) +
           ReadFile(folder_ / (name + ".tlog-proof")) +
           ReadFile(folder_ / (name + ".openings"));
  }
  std::set<int> Opened(const std::string& name) const {
    std::set<int> tags;
    const Json file = Json::parse(ReadFile(folder_ / (name + ".openings")));
    for (const Json& opening : file["openings"]) {
      for (int tag = 1; tag <= 21; ++tag) {
        if (kNames[static_cast<size_t>(tag)] == opening["tag"]) {
          tags.insert(tag);
        }
      }
    }
    return tags;
  }
  // Exactly the parts of `shown` are in the files, or can be found with them.
  void ExpectShowsOnly(const std::string& name, const std::set<int>& shown,
                       bool secrets) {
    const std::string files = Files(name);
    const std::set<Hash> hashes = HashesIn(files);
    EXPECT_GE(hashes.size(), 24u);
    for (const v1::Part& part : payload_.parts()) {
      const auto tag = static_cast<PartTag>(part.tag());
      const bool open = shown.contains(tag);
      const std::string& slot = payload_.commitments(tag - 1);
      SCOPED_TRACE(name + ": part " + std::to_string(tag));
      EXPECT_EQ(Holds(files, part.value()), open);
      EXPECT_EQ(Holds(files, part.salt()), open);
      EXPECT_EQ(DictionaryFinds(hashes, tag, slot, secrets), open);
      EXPECT_TRUE(DictionaryFinds({*HashFromBytes(AsBytes(part.salt()))}, tag,
                                  slot, false));
    }
    EXPECT_FALSE(Holds(files, AsText(kSecret.bytes)));
    const RecordSecrets record =
        DeriveRecordSecrets(kSecret.bytes, {}, kPlatform, kPuid);
    for (const Hash& secret : {record.subject, record.platform, record.open}) {
      EXPECT_FALSE(Holds(files, AsText(secret)));
    }
  }

  RunningLog log_;
  TemporaryFolder folder_;
  std::string encoded_;
  v1::Payload payload_;
  Json line_;
};

std::set<int> AllThatMayBeShown() {
  std::set<int> tags;
  for (int tag = 1; tag <= 21; ++tag) {
    if (!IsPlatformPart(tag)) tags.insert(tag);
  }
  return tags;
}

TEST_F(ReceiptE2eTest, AReceiptDisclosesExactlyTheChosenField) {
  for (const int tag : AllThatMayBeShown()) {
    const std::string name = "r" + std::to_string(tag);
    const std::string& field = kNames[static_cast<size_t>(tag)];
    const Outcome made = Receipt(name, {"--disclose", field});
    ASSERT_EQ(made.status, 0) << made.err;
    EXPECT_TRUE(Contains(made.err, "opens " + field + " and nothing else"));
    EXPECT_EQ(Opened(name), std::set<int>{tag});
    ExpectShowsOnly(name, {tag}, false);
    const Outcome judged = Verify(name);
    EXPECT_EQ(judged.status, 0) << judged.out << judged.err;
    EXPECT_TRUE(Contains(judged.out, "\n  " + field + ":")) << judged.out;
    EXPECT_TRUE(Contains(judged.out, "1 of 24 slots opened, 23 stay closed"));
  }
}

TEST_F(ReceiptE2eTest, APersonsReceiptOpensAllButWhatIsThePlatforms) {
  const Outcome made = Receipt("all", {"--from-payload"});
  ASSERT_EQ(made.status, 0) << made.err;
  EXPECT_EQ(Opened("all"), AllThatMayBeShown());
  // As secrets, too: what opens a part derives no other.
  ExpectShowsOnly("all", AllThatMayBeShown(), true);
  const Outcome judged = Verify("all");
  EXPECT_EQ(judged.status, 0) << judged.out;
  for (const std::string words :
       {"facts:", "\"value of part 3: Gr\\xc3\\xb6\\xc3\\x9fe\"",
        "nothing else is shown", "logged no later than",
        "not signed by the platform", "what this does not prove"}) {
    EXPECT_TRUE(Contains(judged.out, words)) << words << "\n" << judged.out;
  }
  EXPECT_FALSE(Contains(judged.out, "\x1b"));
  const Json json = Json::parse(Verify("all", {"--json"}).out);
  EXPECT_EQ(json["openings"]["opened"].size(), 19u);
  EXPECT_EQ(json["openings"]["closed_slots"], 5);
  struct stat file = {};
  ASSERT_EQ(stat((folder_ / "all.openings").c_str(), &file), 0);
  EXPECT_EQ(file.st_mode & 0777, 0600u);
}

TEST_F(ReceiptE2eTest, ThePlatformsOwnPartsAreNeverDisclosed) {
  for (const std::string name :
       {"source_identity", "complainant", "10", "11"}) {
    for (const Words& how : {Words{}, Words{"--from-payload"}}) {
      Words words = {"--disclose", "facts," + name};
      words.insert(words.end(), how.begin(), how.end());
      const Outcome refused = Receipt("no", words);
      EXPECT_EQ(refused.status, 2);
      EXPECT_TRUE(Contains(refused.err, "never leaves the platform"))
          << refused.err;
      EXPECT_EQ(
          RunProgram("/usr/bin/env", {"ls", folder_ / "no.openings"}).status,
          2);
    }
  }
  const Outcome unknown = Receipt("no", {"--disclose", "22"});
  EXPECT_EQ(unknown.status, 2);
  EXPECT_TRUE(Contains(unknown.err, "is no part of a record")) << unknown.err;
}

TEST_F(ReceiptE2eTest, APayloadThatThePlatformKeptDoesAsWell) {
  WriteFile(folder_ / "kept.bin", encoded_);
  WriteFile(folder_ / "kept.json", PayloadToJson(payload_).dump());
  WriteFile(folder_ / "kept.jsonl", line_.dump() + "\n");
  std::set<std::string> files;
  for (const std::string kept : {"kept.bin", "kept.json", "kept.jsonl"}) {
    const Outcome made = Receipt(
        kept, {"--openings", folder_ / kept, "--disclose", "facts,4"}, false);
    ASSERT_EQ(made.status, 0) << made.err;
    EXPECT_EQ(Opened(kept), (std::set<int>{3, 4}));
    EXPECT_EQ(Verify(kept).status, 0);
    files.insert(ReadFile(folder_ / (kept + ".openings")));
  }
  EXPECT_EQ(files.size(), 1u);
}

TEST_F(ReceiptE2eTest, APayloadThatIsNotTheEntrysIsRefused) {
  const CommittedParts other =
      CommitPayload(kSecret, kPlatform, "ban-2", AllParts(), KeepPayload::kYes);
  WriteFile(folder_ / "other.bin", other.payload);
  const Outcome refused = Receipt("x", {"--openings", folder_ / "other.bin"});
  EXPECT_EQ(refused.status, 1) << refused.err;
  EXPECT_TRUE(Contains(refused.err, "the 24 commitments do not make"));
  WriteFile(folder_ / "torn.bin", encoded_.substr(0, 100));
  EXPECT_NE(Receipt("x", {"--openings", folder_ / "torn.bin"}).status, 0);
}

TEST_F(ReceiptE2eTest, WithoutATokenOnlyOpenPartsCanBeOpened) {
  const Outcome refused = Receipt("x", {"--disclose", "facts"}, false);
  EXPECT_EQ(refused.status, 1);
  EXPECT_TRUE(Contains(refused.err, "facts: not in the payload, or not shown"))
      << refused.err;
  ASSERT_EQ(Receipt("open", {"--from-payload"}, false).status, 0);
  EXPECT_EQ(Opened("open"), (std::set<int>{12, 17, 20, 21}));
}

TEST_F(ReceiptE2eTest, AChangedOpeningIsFalseAndNamed) {
  ASSERT_EQ(Receipt("r", {"--disclose", "facts"}).status, 0);
  const std::string file = folder_ / "r.openings";
  const Json good = Json::parse(ReadFile(file));
  // What is no file of openings shows nothing, and accuses nobody.
  const auto expect = [&](int status, const Json& bad,
                          const std::string& words) {
    WriteFile(file, bad.dump());
    const Outcome judged = Verify("r");
    EXPECT_EQ(judged.status, status) << judged.out;
    EXPECT_TRUE(Contains(judged.out, words)) << judged.out;
    EXPECT_FALSE(Contains(judged.out, "\n  facts:"));
  };
  Json bad = good;
  bad["openings"][0]["text"] = "something else";
  expect(1, bad, "facts: value and salt do not make commitment 3");
  bad = good;
  bad["openings"][0]["tag"] = "illegal_ground";
  expect(1, bad, "illegal_ground: value and salt");
  bad = good;
  bad["openings"][0]["tag"] = 10;
  expect(2, bad, "source_identity: is the platform's alone");
  bad = good;
  std::swap(bad["commitments"][0], bad["commitments"][1]);
  expect(1, bad, "the 24 commitments do not make the commitment");
  bad = good;
  bad["more"] = 1;
  expect(2, bad, "must be an object of commitments and openings");
  bad = good;
  bad["openings"][0]["tag"] = 3;
  WriteFile(file, bad.dump());
  EXPECT_EQ(Verify("r").status, 0);
}

}  // namespace
}  // namespace modlog::receipt_e2e_test
