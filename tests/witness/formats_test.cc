// If these fail, a witness's parsers take what they should refuse, or its state
// file forgets something that was answered, or takes damage for the end.

#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "tests/verifier/keys.h"
#include "tests/verifier/samples.h"
#include "verifier/witness/judgement.h"
#include "verifier/witness/log_list.h"
#include "verifier/witness/rate.h"
#include "verifier/witness/request.h"
#include "verifier/witness/state_file.h"

namespace modlog::formats_test {
namespace {

std::string NoteOf(const std::string& origin, uint64_t size) {
  return origin + "\n" + std::to_string(size) + "\nroot\n\nsigned\n";
}

// A state as Append leaves it: two heads and some records.
struct Built {
  std::string bytes;
  std::vector<size_t> ends;  // of the records
};
Built BuildState(size_t records, uint64_t sequence, size_t covered) {
  Built built;
  std::string body;
  Hash sum = {};
  StateHead before = {.sequence = sequence - 1};
  StateHead head = {.sequence = sequence};
  for (size_t i = 0; i < records; ++i) {
    AppendStateRecord(NoteOf("log" + std::to_string(i % 3), i), &sum, &body);
    built.ends.push_back(kStateRecordsAt + body.size());
    StateHead& covering = i + 1 < covered ? before : head;
    if (i + 1 <= covered) {
      covering.end = built.ends.back();
      covering.sum = sum;
    }
  }
  const bool even = sequence % 2 == 0;
  built.bytes = EncodeStateHead(even ? head : before) +
                EncodeStateHead(even ? before : head) + body;
  return built;
}

TEST(WitnessStateTest, OfEachOriginTheLastRecordCounts) {
  const auto state = ParseState(BuildState(8, 5, 8).bytes);
  ASSERT_TRUE(state) << state.error().message;
  EXPECT_TRUE(state->heads_whole);
  EXPECT_EQ(state->notes.size(), 3u);
  EXPECT_EQ(*state->notes.at("log0"), NoteOf("log0", 6));
  EXPECT_EQ(*state->notes.at("log1"), NoteOf("log1", 7));
}

TEST(WitnessStateTest, EveryDamagedBitIsFoundOrHarmless) {
  const Built built = BuildState(4, 6, 4);
  const auto whole = ParseState(built.bytes);
  ASSERT_TRUE(whole);
  for (size_t at = 0; at < built.bytes.size(); ++at) {
    // Of the zeros at the end of a head one in a hundred is enough.
    if (at < kStateRecordsAt && at % kStateHeadSize > 200 && at % 100 != 0) {
      continue;
    }
    for (int bit = 0; bit < 8; ++bit) {
      std::string damaged = built.bytes;
      damaged[at] = static_cast<char>(damaged[at] ^ 1 << bit);
      const auto state = ParseState(damaged);
      if (at >= kStateRecordsAt) {
        ASSERT_EQ(CodeOf(state), "corrupt") << at;
      } else {  // the other head, and the records beyond it, have all of it
        ASSERT_TRUE(state) << at;
        EXPECT_EQ(*state->notes.at("log0"), *whole->notes.at("log0")) << at;
      }
    }
  }
}

TEST(WitnessStateTest, AFileThatIsCutOffIsRefused) {
  const Built built = BuildState(4, 6, 4);
  for (size_t size = 0; size < built.bytes.size(); size += 7) {
    EXPECT_EQ(CodeOf(ParseState(built.bytes.substr(0, size))), "corrupt")
        << size;
  }
}

TEST(WitnessStateTest, BothHeadsDamagedIsRefused) {
  std::string bytes = BuildState(4, 6, 4).bytes;
  bytes[3] = 'x';
  bytes[kStateHeadSize + 3] = 'x';
  EXPECT_EQ(CodeOf(ParseState(bytes)), "corrupt");
}

// What a crash left half written was answered to nobody.
TEST(WitnessStateTest, BehindTheHeadWholeRecordsAreTakenAndHalfOnesDropped) {
  const Built built = BuildState(6, 6, 4);
  for (size_t size = built.ends[3]; size <= built.bytes.size(); ++size) {
    const auto state = ParseState(built.bytes.substr(0, size));
    ASSERT_TRUE(state) << size;
    const size_t whole = size >= built.ends[5]   ? 5
                         : size >= built.ends[4] ? 4
                                                 : 3;
    EXPECT_EQ(state->head.end, built.ends[whole]) << size;
  }
}

class StateFileTest : public testing::Test {
 protected:
  StateFileTest() {
    std::string name =
        (std::filesystem::temp_directory_path() / "modlog-test-XXXXXX")
            .string();
    folder_ = mkdtemp(name.data());
  }
  ~StateFileTest() override { std::filesystem::remove_all(folder_); }

  std::string Path() const { return folder_ + "/state"; }
  static SharedNote Shared(const std::string& text) {
    return std::make_shared<const std::string>(text);
  }

  std::string folder_;
};

TEST_F(StateFileTest, WhatWasAppendedIsThereAfterOpening) {
  {
    auto file = StateFile::Open(Path()).value();
    for (uint64_t i = 0; i < 5; ++i) {
      const SharedNote notes[] = {Shared(NoteOf("a", i)),
                                  Shared(NoteOf("b", 2 * i))};
      ASSERT_TRUE(file->Append(notes));
    }
  }
  for (int again = 0; again < 3; ++again) {
    const auto file = StateFile::Open(Path()).value();
    EXPECT_EQ(*file->state().notes.at("a"), NoteOf("a", 4));
    EXPECT_EQ(*file->state().notes.at("b"), NoteOf("b", 8));
  }
}

TEST_F(StateFileTest, AFileOfOldRecordsIsWrittenAnewAndLosesNothing) {
  const std::string filling(20'000, 'f');
  uint64_t last = 0;
  {
    auto file = StateFile::Open(Path()).value();
    const SharedNote quiet[] = {Shared(NoteOf("quiet", 7))};
    ASSERT_TRUE(file->Append(quiet));
    for (uint64_t i = 0; i < 90; ++i) {
      std::vector<SharedNote> notes;
      for (int k = 0; k < 10; ++k) {
        notes.push_back(Shared(NoteOf("busy", ++last) + filling));
      }
      ASSERT_TRUE(file->Append(notes));
    }
  }
  EXPECT_LT(std::filesystem::file_size(Path()), 17u << 20);
  const auto file = StateFile::Open(Path()).value();
  EXPECT_EQ(*file->state().notes.at("busy"), NoteOf("busy", last) + filling);
  EXPECT_EQ(*file->state().notes.at("quiet"), NoteOf("quiet", 7));
}

TEST(WitnessRequestTest, WhatParsesIsWrittenTheSame) {
  std::string body = "old 3\n";
  for (const std::string_view hash : kSampleConsistency) {
    body += std::string(hash) + "\n";
  }
  body += "\n" + SampleNote();
  const auto request = ParseAddCheckpoint(body);
  ASSERT_TRUE(request) << request.error().message;
  EXPECT_EQ(request->old_size, 3u);
  EXPECT_EQ(request->proof.size(), 4u);
  EXPECT_EQ(request->checkpoint.origin, kSampleOrigin);
  EXPECT_EQ(FormatAddCheckpoint(*request), body);
  EXPECT_EQ(Judge(*request,
                  TreeHead{3, HashFromBytes(
                                  AsBytes(ParseBase64(kSampleRoots[3]).value()))
                                  .value()}),
            Judgement::kCosign);
}

std::string ListOf(const std::string& rest) { return "logs/v0\n" + rest; }
std::string Vkey(const std::string& name, uint8_t seed = 1,
                 const std::string& end = "\n") {
  return "vkey " + FormatVerifierKey(LogKey(name, seed).verifier) + end;
}

TEST(WitnessLogListTest, AListIsReadInItsOrder) {
  const auto list = ParseLogList(
      "# a list\n\n" +
      ListOf("\n# one\n" + Vkey("a") + "qpd 86400\ncontact x | y\n\n" +
             Vkey("b") + "origin the log b\nqpd 1\ncontact z\n" + Vkey("c") +
             "origin none\nqpd 2147483647\n"
             "contact \n"));
  ASSERT_TRUE(list) << list.error().message;
  EXPECT_EQ(list->odd_count, 0u);
  const std::vector<WitnessedLog>& logs = list->logs;
  ASSERT_EQ(logs.size(), 3u);
  EXPECT_EQ(logs[0].origin, "a");
  EXPECT_EQ(logs[0].qpd, 86'400u);
  EXPECT_EQ(logs[0].contact, "x | y");
  EXPECT_EQ(logs[1].origin, "the log b");
  EXPECT_EQ(logs[2].origin, "c");
  EXPECT_TRUE(ParseLogList("logs/v0")->logs.empty());
  const auto of_windows = ParseLogList("logs/v0\r\n" + Vkey("a", 1, "\r\n") +
                                       "qpd 1\r\ncontact x\r\n");
  ASSERT_TRUE(of_windows);
  ASSERT_EQ(of_windows->logs.size(), 1u);
  EXPECT_EQ(of_windows->logs[0].contact, "x");
}

TEST(WitnessLogListTest, WhatIsNoListIsRefused) {
  for (const std::string text : {"", "logs/v1\n", "<html>\n"}) {
    const auto list = ParseLogList(text);
    ASSERT_FALSE(list) << text;
    EXPECT_NE(list.error().message.find("logs/v0"), std::string::npos);
  }
}

// A key of a type that does not exist yet, with the right id for its name.
std::string VkeyOfType(char type) {
  const std::string blob = std::string(1, type) + std::string(40, 'k');
  const Hash hash = Sha256({AsBytes("new\n"), AsBytes(blob)});
  return "vkey new+" + FormatHex(Bytes(hash.data(), 4)) + "+" +
         FormatBase64(AsBytes(blob)) + "\n";
}

// Lists are made for many witnesses and go on being written after this one was.
TEST(WitnessLogListTest, AnOddEntryCostsItselfAlone) {
  const std::string rest = "qpd 1\ncontact x\n";
  const std::string before = Vkey("before") + rest + "\n";
  const std::string after = "\n" + Vkey("after", 2) + rest;
  const std::pair<std::string, std::string> odd[] = {
      {"qpd 1\n", "line 6: a line that is not known"},
      {Vkey("a") + "contact x\nqpd 1\n", "line 7: want a line \"qpd"},
      {Vkey("a") + "qpd 1\n", "want a line \"contact"},
      {Vkey("a") + "qpd 0\ncontact x\n", "line 7: qpd"},
      {Vkey("a") + "qpd 2147483648\ncontact x\n", "line 7: qpd"},
      {Vkey("a") + "qpd 01\ncontact x\n", "line 7: qpd"},
      {Vkey("a") + "bastion yes\n" + rest, "line 7: want a line \"qpd"},
      {Vkey("a") + rest + "bastion yes\n", "line 9: a line that is not known"},
      {Vkey("a") + "origin \x01\n" + rest, "line 7: origin"},
      {Vkey("before") + rest, "line 6: origin \"before\" is in the list"},
      {"vkey nonsense\n" + rest, "line 6"},
      {"vkey \n" + rest, "line 6"},
      {VkeyOfType('\x07') + rest, "signature type 0x07"},
      {VkeyOfType('\xff') + rest, "signature type 0xff"},
      {VkeyOfType('\x06') + rest, "line 6"},
      {"vkey " + FormatVerifierKey(WitnessKey("w", 1).verifier) + "\n" + rest,
       "cosigner"},
  };
  for (const auto& [entry, what] : odd) {
    const auto list = ParseLogList(ListOf(before + entry + after));
    ASSERT_TRUE(list) << list.error().message;
    EXPECT_EQ(list->odd_count, 1u) << entry;
    ASSERT_EQ(list->odd.size(), 1u) << entry;
    EXPECT_NE(list->odd[0].find(what), std::string::npos) << list->odd[0];
    const bool its_line_belongs_to_the_one_before = entry == "qpd 1\n";
    ASSERT_EQ(list->logs.size(), its_line_belongs_to_the_one_before ? 1u : 2u);
    EXPECT_EQ(list->logs.back().origin, "after");
    // As the last entry, and alone.
    EXPECT_EQ(ParseLogList(ListOf(before + entry))->odd_count, 1u) << entry;
  }
}

TEST(WitnessLogListTest, OfManyOddEntriesTheFirstAreNamed) {
  std::string text = ListOf(Vkey("a") + "qpd 1\ncontact x\n");
  for (int i = 0; i < 1'000; ++i) text += "vkey nonsense\nqpd 1\n";
  const auto list = ParseLogList(text);
  ASSERT_TRUE(list);
  EXPECT_EQ(list->logs.size(), 1u);
  EXPECT_EQ(list->odd_count, 1'000u);
  EXPECT_EQ(list->odd.size(), kOddEntriesMax);
}

TEST(WitnessRateTest, ABurstThenSoManyASecond) {
  Rate rate;
  const auto start = Rate::Time() + std::chrono::hours(1);
  EXPECT_TRUE(rate.Take(1, start));
  EXPECT_TRUE(rate.Take(1, start));
  EXPECT_FALSE(rate.Take(1, start));
  EXPECT_FALSE(rate.Take(1, start + std::chrono::milliseconds(900)));
  EXPECT_TRUE(rate.Take(1, start + std::chrono::seconds(1)));
  EXPECT_FALSE(rate.Take(1, start + std::chrono::seconds(1)));
  EXPECT_TRUE(rate.Take(0, start));
}

}  // namespace
}  // namespace modlog::formats_test
