#include "api/server/config.h"

#define TOML_EXCEPTIONS 0
#include <toml++/toml.h>

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <sstream>

namespace modlog {
namespace {

std::optional<std::string>* SettingNamed(std::string_view name,
                                         Settings* settings) {
  if (name == "data_dir") return &settings->data_dir;
  if (name == "origin") return &settings->origin;
  if (name == "grpc_listen") return &settings->grpc_listen;
  if (name == "http_listen") return &settings->http_listen;
  return nullptr;
}

std::string Line(const toml::source_region& source) {
  return fmt::format("line {}", source.begin.line);
}

Result<std::string> ReadFile(const std::string& path) {
  std::ifstream file(path);
  std::error_code ignored;
  if (!file.is_open() || std::filesystem::is_directory(path, ignored)) {
    return Fail(Code::kNotFound, "cannot be read");
  }
  std::ostringstream text;
  text << file.rdbuf();
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
    auto* setting = SettingNamed(key.str(), &settings);
    if (setting == nullptr) {
      return Fail(Code::kMalformed,
                  fmt::format("{}: unknown key \"{}\", want data_dir, origin, "
                              "grpc_listen or http_listen",
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
  config.origin = pick(&Settings::origin);
  ASSIGN_OR_RETURN(
      config.grpc_listen,
      ParseNamed("grpc-listen",
                 pick(&Settings::grpc_listen).value_or(kDefaultGrpcListen)));
  ASSIGN_OR_RETURN(
      config.http_listen,
      ParseNamed("http-listen",
                 pick(&Settings::http_listen).value_or(kDefaultHttpListen)));
  if (!IsLoopback(config.grpc_listen)) {
    return Fail(
        Code::kForbidden,
        fmt::format(
            "grpc-listen: {} is not a loopback address, and callers of this "
            "version are not authenticated: whoever reaches it could append in "
            "any platform's name; use 127.0.0.1 or [::1]",
            FormatAddress(config.grpc_listen)));
  }
  return config;
}

}  // namespace modlog
