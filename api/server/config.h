#ifndef MODLOG_API_SERVER_CONFIG_H_
#define MODLOG_API_SERVER_CONFIG_H_

// What modlogd is told: flags, a TOML file of the same names with underscores,
// and defaults, in that order of precedence.
//
//   data_dir = "/var/lib/modlog"
//   origin = "log.example.org/moderation"
//   key = "/etc/modlog/log.key"
//   grpc_listen = "127.0.0.1:50051"
//   http_listen = "127.0.0.1:8080"
//   enrolled_only = true
//   policy = "/etc/modlog/witnesses.policy"
//   witness_mode = "hold-back"

#include <optional>
#include <string>
#include <string_view>

#include "api/server/connection_shares.h"
#include "api/witnessing/rounds.h"
#include "log/log.h"
#include "verifier/base/address.h"
#include "verifier/core/result.h"

namespace modlog {

inline constexpr char kDefaultDataDir[] = "./modlog-data";
inline constexpr char kDefaultOrigin[] = "localhost/modlog";
inline constexpr char kDefaultGrpcListen[] = "127.0.0.1:50051";
inline constexpr char kDefaultHttpListen[] = "127.0.0.1:8080";
inline constexpr char kDefaultEraseAt[] = "03:00";

// What a person set, on the command line or in the file.
struct Settings {
  std::optional<std::string> data_dir = {};
  std::optional<std::string> origin = {};
  std::optional<std::string> key = {};
  std::optional<std::string> succeeds = {};
  std::optional<std::string> succeeds_at = {};
  std::optional<std::string> grpc_listen = {};
  std::optional<std::string> http_listen = {};
  std::optional<bool> enrolled_only = {};
  std::optional<std::string> cose_key = {};
  std::optional<std::string> mldsa_key = {};
  std::optional<std::string> policy = {};
  std::optional<std::string> witness_mode = {};
  std::optional<std::string> witness_interval_ms = {};
  std::optional<std::string> erase_at = {};
  bool clock_is_right = false;  // a flag alone: it is said of one start
  std::optional<std::string> not_older_than = {};
  std::optional<std::string> log_file = {};
  std::optional<std::string> grpc_connections = {};
  std::optional<std::string> grpc_connections_per_peer = {};
  std::optional<std::string> http_connections = {};
  std::optional<std::string> http_connections_per_peer = {};
  bool accept_lost_tokens = false;  // a flag only: for one start
};

struct Config {
  std::string data_dir;
  std::optional<std::string> origin;  // absent: whatever the key is named
  std::optional<std::string> key;  // a file or a pkcs11: URI; absent: log.key
  std::optional<Predecessor> predecessor;
  ListenAddress grpc_listen;
  ListenAddress http_listen;
  bool enrolled_only = false;
  std::optional<Policy> policy;  // with witnesses; CheckWitnesses accepts it
  RoundSettings rounds;
  std::optional<std::string> cose_key;   // file
  std::optional<std::string> mldsa_key;  // the same
  bool clock_is_right = false;
  int64_t erase_at_ms = 0;  // after midnight UTC: when a day's erasures run
  std::optional<std::string> not_older_than;  // file or address
  std::optional<std::string> log_file;
  WantedConnections connections;
  bool accept_lost_tokens = false;
};

// ParseSettings reads a file's text. kMalformed names line or key; a key that
// modlogd does not know is an error.
Result<Settings> ParseSettings(std::string_view toml);

// MakeConfig reads the file, if a path is given, and lets flags win. kMalformed
// for an address or policy that does not parse, kForbidden for a gRPC address
// that is not loopback.
Result<Config> MakeConfig(const Settings& flags,
                          const std::optional<std::string>& file);

}  // namespace modlog

#endif  // MODLOG_API_SERVER_CONFIG_H_
