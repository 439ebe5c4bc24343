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
std::string Vkey(const std::string& name, uint8_t seed = 1) {
  return "vkey " + FormatVerifierKey(LogKey(name, seed).verifier) + "\n";
}

TEST(WitnessLogListTest, AListIsReadInItsOrder) {
  const auto logs = ParseLogList(
      "# a list\n\n" +
      ListOf("\n# one\n" + Vkey("a") + "qpd 86400\ncontact x | y\n\n" +
             Vkey("b") + "origin the log b\nqpd 1\ncontact z\n" + Vkey("c") +
             "origin none\nqpd 2147483647\n"
             "contact \n"));
  ASSERT_TRUE(logs) << logs.error().message;
  ASSERT_EQ(logs->size(), 3u);
  EXPECT_EQ((*logs)[0].origin, "a");
  EXPECT_EQ((*logs)[0].qpd, 86'400u);
  EXPECT_EQ((*logs)[0].contact, "x | y");
  EXPECT_EQ((*logs)[1].origin, "the log b");
  EXPECT_EQ((*logs)[2].origin, "c");
  EXPECT_TRUE(ParseLogList("logs/v0")->empty());
}

TEST(WitnessLogListTest, WhatIsWrongIsNamedWithItsLine) {
  const std::string one = Vkey("a") + "qpd 1\ncontact x\n";
  const std::pair<std::string, std::string> wrong[] = {
      {"", "line 0"},
      {"logs/v1\n", "line 1"},
      {ListOf("qpd 1\n"), "line 2: want a line \"vkey"},
      {ListOf(Vkey("a") + "contact x\nqpd 1\n"), "line 3: want a line \"qpd"},
      {ListOf(Vkey("a") + "qpd 1\n"), "the end of the list"},
      {ListOf(Vkey("a") + "qpd 0\ncontact x\n"), "line 3: qpd"},
      {ListOf(Vkey("a") + "qpd 2147483648\ncontact x\n"), "line 3: qpd"},
      {ListOf(Vkey("a") + "qpd 01\ncontact x\n"), "line 3: qpd"},
      {ListOf(one + one), "in the list twice"},
      {ListOf("vkey nonsense\n"), "line 2"},
      {ListOf("vkey " + FormatVerifierKey(WitnessKey("w", 1).verifier) + "\n"),
       "cosigner"},
      {ListOf(one + "rubbish\n"), "line 5"},
  };
  for (const auto& [text, what] : wrong) {
    const auto logs = ParseLogList(text);
    ASSERT_FALSE(logs) << text;
    EXPECT_NE(logs.error().message.find(what), std::string::npos)
        << logs.error().message;
  }
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
