// How many updates a second a witness holds: starts modlog-witness with many
// logs, sends each log's next checkpoint with its proof, one log after the
// other, and prints one JSON object. Beside it what nothing on this disk can
// beat for one update alone: a synced append and a synced overwrite. Not a
// test, not installed.
//
//   witness-bench [--logs 1000] [--updates 10] [--connections 64] [--rate 0]
//                 [--dir DIR]
//
// Without --rate as fast as the witness answers. Every answer must be a 200.

#include <fcntl.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>
#include <thread>
#include <vector>

#include "tests/witness/running_witness.h"

namespace modlog {
namespace {

using Clock = std::chrono::steady_clock;
using Seconds = std::chrono::duration<double>;

struct Options {
  uint64_t logs = 1'000;
  uint64_t updates = 10;  // of each log
  uint64_t connections = 64;
  double rate = 0;
  std::string dir;
};

// Bodies are made before the clock runs: signing them costs as much as the
// witness's own work.
struct Load {
  std::vector<std::string> vkeys;
  std::vector<std::vector<std::string>> rounds;  // [update][log]
};

SignerKey KeyOf(uint64_t i) {
  std::string seed(Ed25519PrivateKey::kSeedSize, '\0');
  for (size_t byte = 0; byte < 8; ++byte) {
    seed[byte] = static_cast<char>(i >> (8 * byte));
  }
  return MakeSignerKey("log" + std::to_string(i) + ".test/bench",
                       SignatureType::kEd25519,
                       Ed25519PrivateKey::FromSeed(AsBytes(seed)).value())
      .value();
}

Load MakeLoad(const Options& options) {
  Load load;
  load.rounds.resize(options.updates);
  constexpr uint64_t kStep = 100;  // entries between two checkpoints
  const NaiveTree tree = NaiveTree::OfBytes(kStep * options.updates);
  for (uint64_t i = 0; i < options.logs; ++i) {
    const SignerKey key = KeyOf(i);
    load.vkeys.push_back(FormatVerifierKey(key.verifier));
    for (uint64_t u = 0; u < options.updates; ++u) {
      const uint64_t old_size = u * kStep;
      const uint64_t size = old_size + kStep;
      const std::string text =
          FormatCheckpoint({key.verifier.name, {size, tree.Mth(0, size)}});
      load.rounds[u].push_back(SignedLog::Body(
          old_size, u == 0 ? std::vector<Hash>() : tree.Proof(old_size, size),
          SignNote(text, std::span(&key, 1))));
    }
  }
  return load;
}

std::string WriteList(const std::string& path, const Load& load) {
  std::ofstream list(path);
  list << "logs/v0\n";
  for (const std::string& vkey : load.vkeys) {
    list << "\nvkey " << vkey << "\nqpd 86400\ncontact bench\n";
  }
  return path;
}

// The median of what two syncs take, in milliseconds, in a file of its own.
double TwoSyncsMs(const std::string& path) {
  const int fd =
      open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  const std::string record(500, 'r');
  const std::string head(4'096, 'h');
  std::vector<double> seconds;
  for (int i = 0; i < 200; ++i) {
    const auto before = Clock::now();
    const auto end = static_cast<off_t>(8'192 + record.size() * seconds.size());
    if (pwrite(fd, record.data(), record.size(), end) < 0 ||
        fdatasync(fd) != 0 ||
        pwrite(fd, head.data(), head.size(), i % 2 * 4'096) < 0 ||
        fdatasync(fd) != 0) {
      std::perror("witness-bench");
      break;
    }
    seconds.push_back(Seconds(Clock::now() - before).count());
  }
  close(fd);
  unlink(path.c_str());
  std::ranges::sort(seconds);
  return seconds.empty() ? 0 : seconds[seconds.size() / 2] * 1e3;
}

struct Measured {
  std::vector<double> seconds;  // of each update
  uint64_t refused = 0;
};

// One connection sends every n-th log's updates, in turn.
Measured Send(const Options& options, const std::string& address,
              const Load& load, uint64_t connection, Clock::time_point start) {
  Measured measured;
  Connection http(address);
  const Seconds pause(
      options.rate > 0 ? static_cast<double>(options.connections) / options.rate
                       : 0);
  Seconds due = pause * (static_cast<double>(connection) /
                         static_cast<double>(options.connections));
  for (const auto& round : load.rounds) {
    for (uint64_t i = connection; i < round.size(); i += options.connections) {
      std::this_thread::sleep_until(
          start + std::chrono::duration_cast<Clock::duration>(due));
      due += pause;
      const auto before = Clock::now();
      if (http.Post("/add-checkpoint", round[i]).status != 200) {
        ++measured.refused;
      }
      measured.seconds.push_back(Seconds(Clock::now() - before).count());
    }
  }
  return measured;
}

int Run(const Options& options) {
  const TemporaryFolder folder;
  const std::string dir =
      options.dir.empty() ? folder / "w" : options.dir + "/witness-bench";
  const Load load = MakeLoad(options);
  RunningWitness witness(RunningWitness::Arguments(
      dir, {},
      {"--log-list", WriteList(folder / "list", load), "--rate", "0"}));
  const double two_syncs_ms = TwoSyncsMs(dir + ".limit");
  std::vector<Measured> parts(options.connections);
  std::vector<std::thread> threads;
  const auto start = Clock::now();
  for (uint64_t c = 0; c < options.connections; ++c) {
    threads.emplace_back([&, c] {
      parts[c] = Send(options, witness.address(), load, c, start);
    });
  }
  for (std::thread& thread : threads) thread.join();
  const double seconds = Seconds(Clock::now() - start).count();
  std::vector<double> all;
  uint64_t refused = 0;
  for (const Measured& part : parts) {
    all.insert(all.end(), part.seconds.begin(), part.seconds.end());
    refused += part.refused;
  }
  std::ranges::sort(all);
  const nlohmann::ordered_json report = {
      {"logs", options.logs},
      {"connections", options.connections},
      {"updates", all.size()},
      {"refused", refused},
      {"updates_per_s", static_cast<double>(all.size()) / seconds},
      {"p50_ms", all[all.size() / 2] * 1e3},
      {"p99_ms", all[all.size() * 99 / 100] * 1e3},
      {"max_ms", all.back() * 1e3},
      {"two_syncs_p50_ms", two_syncs_ms}};
  std::printf("%s\n", report.dump().c_str());
  return refused == 0 ? 0 : 1;
}

}  // namespace
}  // namespace modlog

int main(int argc, char** argv) {
  modlog::Options options;
  CLI::App app("How many updates a second a witness holds", "witness-bench");
  app.add_option("--logs", options.logs, "Logs")->capture_default_str();
  app.add_option("--updates", options.updates, "Updates of each")
      ->capture_default_str();
  app.add_option("--connections", options.connections, "Updates at once")
      ->check(CLI::Range(1, 128))
      ->capture_default_str();
  app.add_option("--rate", options.rate, "Updates a second; 0: all it takes")
      ->capture_default_str();
  app.add_option("--dir", options.dir,
                 "Directory on the disk to measure [the temporary one]");
  CLI11_PARSE(app, argc, argv);
  return modlog::Run(options);
}
