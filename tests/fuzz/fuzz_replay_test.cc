// If these fail, an input that was kept because it once mattered breaks a law
// of its format again.

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

using Fuzzer = int (*)(const uint8_t* data, size_t size);

extern "C" {
int Fuzz_add_checkpoint(const uint8_t* data, size_t size);
int Fuzz_admission(const uint8_t* data, size_t size);
int Fuzz_bare_proof(const uint8_t* data, size_t size);
int Fuzz_bundle(const uint8_t* data, size_t size);
int Fuzz_checkpoint(const uint8_t* data, size_t size);
int Fuzz_cose_receipt(const uint8_t* data, size_t size);
int Fuzz_entry(const uint8_t* data, size_t size);
int Fuzz_fork(const uint8_t* data, size_t size);
int Fuzz_handle_file(const uint8_t* data, size_t size);
int Fuzz_key(const uint8_t* data, size_t size);
int Fuzz_log_list(const uint8_t* data, size_t size);
int Fuzz_note(const uint8_t* data, size_t size);
int Fuzz_openings(const uint8_t* data, size_t size);
int Fuzz_policy(const uint8_t* data, size_t size);
int Fuzz_record_rules(const uint8_t* data, size_t size);
int Fuzz_payload(const uint8_t* data, size_t size);
int Fuzz_redaction_list(const uint8_t* data, size_t size);
int Fuzz_proof(const uint8_t* data, size_t size);
int Fuzz_seal_file(const uint8_t* data, size_t size);
int Fuzz_tile_path(const uint8_t* data, size_t size);
int Fuzz_tlog_proof(const uint8_t* data, size_t size);
int Fuzz_vrf(const uint8_t* data, size_t size);
int Fuzz_witness_state(const uint8_t* data, size_t size);
int Fuzz_csv_reader(const uint8_t* data, size_t size);
int Fuzz_domain_list(const uint8_t* data, size_t size);
int Fuzz_git_log(const uint8_t* data, size_t size);
int Fuzz_github_notice(const uint8_t* data, size_t size);
int Fuzz_ozone(const uint8_t* data, size_t size);
int Fuzz_jsonl(const uint8_t* data, size_t size);
int Fuzz_csv_table(const uint8_t* data, size_t size);
int Fuzz_dsa_json(const uint8_t* data, size_t size);
}

namespace {

struct Target {
  std::string name;
  Fuzzer fuzz;
};

void PrintTo(const Target& target, std::ostream* out) { *out << target.name; }

class FuzzReplayTest : public testing::TestWithParam<Target> {};

std::string ReadFile(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void Replay(Fuzzer fuzz, const std::string& input) {
  // A copy of exactly this size, so that a sanitizer sees a read beyond it.
  const std::vector<uint8_t> bytes(input.begin(), input.end());
  fuzz(bytes.data(), bytes.size());
}

TEST_P(FuzzReplayTest, TheCorpusKeepsTheLaw) {
  const auto folder =
      std::filesystem::path(MODLOG_FUZZ_CORPUS) / GetParam().name;
  size_t inputs = 0;
  for (const auto& file : std::filesystem::directory_iterator(folder)) {
    SCOPED_TRACE(file.path().filename());
    const std::string input = ReadFile(file.path());
    Replay(GetParam().fuzz, input);
    // Its halves and its neighbours cost nothing and are often new.
    Replay(GetParam().fuzz, input.substr(0, input.size() / 2));
    Replay(GetParam().fuzz, input + '\n');
    for (size_t i = 0; i < std::min<size_t>(input.size(), 64); ++i) {
      std::string other = input;
      other[i] = static_cast<char>(other[i] ^ 0x20);
      Replay(GetParam().fuzz, other);
    }
    ++inputs;
  }
  EXPECT_GE(inputs, 3u) << "no corpus in " << folder;
}

INSTANTIATE_TEST_SUITE_P(
    Core, FuzzReplayTest,
    testing::Values(
        Target{"admission", Fuzz_admission},
        Target{"bare_proof", Fuzz_bare_proof},
        Target{"record_rules", Fuzz_record_rules},
        Target{"bundle", Fuzz_bundle}, Target{"checkpoint", Fuzz_checkpoint},
        Target{"cose_receipt", Fuzz_cose_receipt}, Target{"entry", Fuzz_entry},
        Target{"fork", Fuzz_fork}, Target{"handle_file", Fuzz_handle_file},
        Target{"seal_file", Fuzz_seal_file}, Target{"key", Fuzz_key},
        Target{"note", Fuzz_note}, Target{"openings", Fuzz_openings},
        Target{"payload", Fuzz_payload}, Target{"policy", Fuzz_policy},
        Target{"proof", Fuzz_proof},
        Target{"redaction_list", Fuzz_redaction_list},
        Target{"tile_path", Fuzz_tile_path},
        Target{"tlog_proof", Fuzz_tlog_proof}, Target{"vrf", Fuzz_vrf}),
    [](const auto& target) { return target.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Witness, FuzzReplayTest,
    testing::Values(Target{"add_checkpoint", Fuzz_add_checkpoint},
                    Target{"log_list", Fuzz_log_list},
                    Target{"witness_state", Fuzz_witness_state}),
    [](const auto& target) { return target.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Import, FuzzReplayTest,
    testing::Values(Target{"csv_reader", Fuzz_csv_reader},
                    Target{"domain_list", Fuzz_domain_list},
                    Target{"git_log", Fuzz_git_log},
                    Target{"github_notice", Fuzz_github_notice},
                    Target{"ozone", Fuzz_ozone},
                    Target{"csv_table", Fuzz_csv_table},
                    Target{"dsa_json", Fuzz_dsa_json}),
    [](const auto& target) { return target.param.name; });

// What needs gRPC is left out where there is none.
#ifdef MODLOG_FUZZ_CLIENT
INSTANTIATE_TEST_SUITE_P(Client, FuzzReplayTest,
                         testing::Values(Target{"jsonl", Fuzz_jsonl}),
                         [](const auto& target) { return target.param.name; });
#endif

}  // namespace
