#include "api/server/config.h"

#define TOML_EXCEPTIONS 0
#include <toml++/toml.h>

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

#include "api/keys/key_file.h"
#include "api/witnessing/publisher.h"
#include "verifier/core/bytes.h"
#include "verifier/core/checkpoint.h"
#include "verifier/core/note.h"

namespace modlog {
namespace {

constexpr uint64_t kWitnessIntervalMsMin = 10;
constexpr uint64_t kWitnessIntervalMsMax = 60'000;

std::optional<std::string>* SettingNamed(std::string_view name,
                                         Settings* settings) {
  if (name == "data_dir") return &settings->data_dir;
  if (name == "origin") return &settings->origin;
  if (name == "key") return &settings->key;
  if (name == "succeeds") return &settings->succeeds;
  if (name == "succeeds_at") return &settings->succeeds_at;
  if (name == "grpc_listen") return &settings->grpc_listen;
  if (name == "http_listen") return &settings->http_listen;
  if (name == "cose_key") return &settings->cose_key;
  if (name == "mldsa_key") return &settings->mldsa_key;
  if (name == "policy") return &settings->policy;
  if (name == "witness_mode") return &settings->witness_mode;
  if (name == "witness_interval_ms") return &settings->witness_interval_ms;
  if (name == "erase_at") return &settings->erase_at;
  if (name == "not_older_than") return &settings->not_older_than;
  if (name == "log_file") return &settings->log_file;
  if (name == "grpc_connections") return &settings->grpc_connections;
  if (name == "grpc_connections_per_peer") {
    return &settings->grpc_connections_per_peer;
  }
  if (name == "http_connections") return &settings->http_connections;
  if (name == "http_connections_per_peer") {
    return &settings->http_connections_per_peer;
  }
  return nullptr;
}

std::string Line(const toml::source_region& source) {
  return fmt::format("line {}", source.begin.line);
}

Result<std::string> ReadFile(const std::string& path) {
  errno = 0;
  std::ifstream file(path);
  std::ostringstream text;
  // A directory opens, but cannot be read. An empty file can.
  if (file.is_open() && file.peek() != std::ifstream::traits_type::eof()) {
    text << file.rdbuf();
  }
  if (!file.is_open() || file.bad()) {
    return Fail(Code::kNotFound,
                fmt::format("cannot be read: {}", std::strerror(errno)));
  }
  return text.str();
}

Result<Settings> ReadSettings(const std::string& path) {
  auto text = ReadFile(path);
  if (!text.has_value()) return Prefixed(path, text.error());
  auto settings = ParseSettings(*text);
  if (!settings.has_value()) return Prefixed(path, settings.error());
  return settings;
}

Result<ListenAddress> ParseNamed(std::string_view name,
                                 std::string_view value) {
  auto address = ParseListenAddress(value);
  if (!address.has_value()) return Prefixed(name, address.error());
  return address;
}

// What is asked of witnesses, and which; nothing where there are none.
Result<std::optional<Policy>> ReadPolicy(
    const std::optional<std::string>& path) {
  if (!path.has_value()) return std::nullopt;
  const auto text = ReadFile(*path);
  if (!text.has_value()) {
    return Prefixed("policy", Prefixed(*path, text.error()).error());
  }
  auto policy = ParsePolicy(*text);
  if (!policy.has_value()) {
    return Prefixed("policy", Prefixed(*path, policy.error()).error());
  }
  if (policy->witnesses.empty()) return std::nullopt;
  // A log must know when its witnesses signed, or it waits for ever.
  if (const auto known = CheckKeysCheckable(*policy); !known.has_value()) {
    return Prefixed("policy", Prefixed(*path, known.error()).error());
  }
  if (const auto fit = CheckWitnesses(*policy); !fit.has_value()) {
    return Prefixed("policy", Prefixed(*path, fit.error()).error());
  }
  return std::optional<Policy>(*std::move(policy));
}

// The log that this one goes on for: its key, and what it signed last.
Result<std::optional<Predecessor>> ReadPredecessor(
    const std::optional<std::string>& vkey,
    const std::optional<std::string>& path) {
  if (vkey.has_value() != path.has_value()) {
    return Fail(Code::kMalformed,
                "succeeds, succeeds-at: want both, the predecessor's verifier "
                "key and its final checkpoint, or neither");
  }
  if (!vkey.has_value()) return std::nullopt;
  auto key = ParseVerifierKey(*vkey);
  if (!key.has_value()) return Prefixed("succeeds", key.error());
  if (key->type != SignatureType::kEd25519) {
    return Fail(Code::kMalformed,
                "succeeds: want the log's own verifier key, which is of type "
                "1: neither a witness's nor the one of --mldsa-key");
  }
  auto text = ReadFile(*path);
  if (!text.has_value()) {
    return Prefixed("succeeds-at", Prefixed(*path, text.error()).error());
  }
  auto note = OpenNote(*text, {&*key, 1});
  if (!note.has_value()) {
    return Prefixed("succeeds-at", Prefixed(*path, note.error()).error());
  }
  auto checkpoint = ParseCheckpoint(note->note.text);
  if (!checkpoint.has_value()) {
    return Prefixed("succeeds-at", Prefixed(*path, checkpoint.error()).error());
  }
  if (checkpoint->origin != key->name || checkpoint->tree.size == 0) {
    return Fail(Code::kMalformed, "succeeds-at: " + *path +
                                      ": want a checkpoint of entries of " +
                                      key->name);
  }
  return Predecessor{*std::move(key), checkpoint->tree};
}

Result<RoundSettings> ParseRounds(const std::optional<std::string>& mode,
                                  const std::optional<std::string>& interval) {
  RoundSettings rounds;
  if (mode.has_value() && *mode != "hold-back" && *mode != "fail-open") {
    return Fail(Code::kMalformed, "witness-mode: want hold-back or fail-open");
  }
  rounds.hold_back = mode.value_or("hold-back") == "hold-back";
  if (!interval.has_value()) return rounds;
  const auto ms = ParseDecimal(*interval);
  if (!ms.has_value() || *ms < kWitnessIntervalMsMin ||
      *ms > kWitnessIntervalMsMax) {
    return Fail(Code::kMalformed,
                fmt::format("witness-interval-ms: want {}..{}",
                            kWitnessIntervalMsMin, kWitnessIntervalMsMax));
  }
  rounds.interval_ms = static_cast<int64_t>(*ms);
  return rounds;
}

Result<std::optional<uint64_t>> ParseConnections(
    std::string_view name, const std::optional<std::string>& text) {
  if (!text.has_value()) return std::nullopt;
  const auto number = ParseDecimal(*text);
  if (number.has_value() && *number >= kConnectionsMin &&
      *number <= kConnectionsAskedMax) {
    return std::optional<uint64_t>(*number);
  }
  return Fail(Code::kMalformed,
              fmt::format("{}: want {}..{}", name, kConnectionsMin,
                          kConnectionsAskedMax));
}

// A time of day, "HH:MM", in milliseconds after midnight.
Result<int64_t> ParseTimeOfDay(std::string_view name, std::string_view text) {
  const auto number = [&](size_t at) {
    const auto digit = [&](size_t i) {
      return text[i] >= '0' && text[i] <= '9' ? text[i] - '0' : 100;
    };
    return digit(at) * 10 + digit(at + 1);
  };
  const bool fits =
      text.size() == 5 && text[2] == ':' && number(0) < 24 && number(3) < 60;
  if (fits) return (int64_t{number(0)} * 60 + number(3)) * 60'000;
  return Fail(Code::kMalformed,
              fmt::format("{}: want a time of day in UTC, 00:00..23:59", name));
}

}  // namespace

Result<Settings> ParseSettings(std::string_view toml) {
  const toml::parse_result parsed = toml::parse(toml);
  if (!parsed) {
    return Fail(Code::kMalformed,
                fmt::format("{}: {}", Line(parsed.error().source()),
                            parsed.error().description()));
  }
  Settings settings;
  for (const auto& [key, value] : parsed.table()) {
    if (key.str() == "enrolled_only") {
      settings.enrolled_only = value.value_exact<bool>();
      if (settings.enrolled_only.has_value()) continue;
      return Fail(Code::kMalformed,
                  fmt::format("{}: enrolled_only must be true or false",
                              Line(value.source())));
    }
    auto* setting = SettingNamed(key.str(), &settings);
    if (setting == nullptr) {
      return Fail(
          Code::kMalformed,
          fmt::format("{}: unknown key \"{}\", want data_dir, origin, "
                      "key, succeeds, succeeds_at, grpc_listen, http_listen, "
                      "enrolled_only, cose_key, mldsa_key, "
                      "policy, witness_mode, witness_interval_ms, erase_at, "
                      "not_older_than, log_file, grpc_connections, "
                      "grpc_connections_per_peer, http_connections or "
                      "http_connections_per_peer",
                      Line(key.source()), key.str().substr(0, 64)));
    }
    *setting = value.value_exact<std::string>();
    if (!setting->has_value()) {
      return Fail(
          Code::kMalformed,
          fmt::format("{}: {} must be text", Line(value.source()), key.str()));
    }
  }
  return settings;
}

Result<Config> MakeConfig(const Settings& flags,
                          const std::optional<std::string>& file) {
  Settings from_file;
  if (file.has_value()) {
    ASSIGN_OR_RETURN(from_file, ReadSettings(*file));
  }
  const auto pick = [&](std::optional<std::string> Settings::* member) {
    return (flags.*member).has_value() ? flags.*member : from_file.*member;
  };
  Config config;
  config.data_dir = pick(&Settings::data_dir).value_or(kDefaultDataDir);
  if (config.data_dir.empty()) {
    return Fail(Code::kMalformed, "data-dir: is empty, want a directory");
  }
  config.origin = pick(&Settings::origin);
  if (config.origin.has_value()) {
    RETURN_IF_ERROR(CheckOrigin(*config.origin));
  }
  config.key = pick(&Settings::key);
  if (config.key.has_value() && config.key->empty()) {
    return Fail(Code::kMalformed,
                "key: is empty, want a file or a pkcs11: URI");
  }
  ASSIGN_OR_RETURN(
      config.predecessor,
      ReadPredecessor(pick(&Settings::succeeds), pick(&Settings::succeeds_at)));
  ASSIGN_OR_RETURN(
      config.grpc_listen,
      ParseNamed("grpc-listen",
                 pick(&Settings::grpc_listen).value_or(kDefaultGrpcListen)));
  ASSIGN_OR_RETURN(
      config.http_listen,
      ParseNamed("http-listen",
                 pick(&Settings::http_listen).value_or(kDefaultHttpListen)));
  config.cose_key = pick(&Settings::cose_key);
  if (config.cose_key.has_value() && config.cose_key->empty()) {
    return Fail(Code::kMalformed, "cose-key: is empty, want a file");
  }
  config.mldsa_key = pick(&Settings::mldsa_key);
  if (config.mldsa_key.has_value() && config.mldsa_key->empty()) {
    return Fail(Code::kMalformed, "mldsa-key: is empty, want a file");
  }
  ASSIGN_OR_RETURN(config.policy, ReadPolicy(pick(&Settings::policy)));
  ASSIGN_OR_RETURN(config.rounds,
                   ParseRounds(pick(&Settings::witness_mode),
                               pick(&Settings::witness_interval_ms)));
  ASSIGN_OR_RETURN(
      config.erase_at_ms,
      ParseTimeOfDay("erase-at",
                     pick(&Settings::erase_at).value_or(kDefaultEraseAt)));
  config.clock_is_right = flags.clock_is_right;
  config.not_older_than = pick(&Settings::not_older_than);
  if (config.not_older_than.has_value() && config.not_older_than->empty()) {
    return Fail(Code::kMalformed,
                "not-older-than: is empty, want a file or an address");
  }
  config.log_file = pick(&Settings::log_file);
  if (config.log_file.has_value() && config.log_file->empty()) {
    return Fail(Code::kMalformed, "log-file: is empty, want a file");
  }
  WantedConnections* const wanted = &config.connections;
  ASSIGN_OR_RETURN(
      wanted->grpc,
      ParseConnections("grpc-connections", pick(&Settings::grpc_connections)));
  ASSIGN_OR_RETURN(
      wanted->grpc_per_peer,
      ParseConnections("grpc-connections-per-peer",
                       pick(&Settings::grpc_connections_per_peer)));
  ASSIGN_OR_RETURN(
      wanted->http,
      ParseConnections("http-connections", pick(&Settings::http_connections)));
  ASSIGN_OR_RETURN(
      wanted->http_per_peer,
      ParseConnections("http-connections-per-peer",
                       pick(&Settings::http_connections_per_peer)));
  config.accept_lost_tokens = flags.accept_lost_tokens;
  config.enrolled_only =
      flags.enrolled_only.value_or(from_file.enrolled_only.value_or(false));
  if (!IsLoopback(config.grpc_listen)) {
    return Fail(
        Code::kForbidden,
        fmt::format(
            "grpc-listen: {} is not a loopback address, and gRPC is not "
            "encrypted here: tokens would cross the network in the clear; use "
            "127.0.0.1 or [::1]",
            FormatAddress(config.grpc_listen)));
  }
  return config;
}

}  // namespace modlog
