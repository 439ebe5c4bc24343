#include "api/server/callers.h"

#include <fmt/format.h>
#include <sys/random.h>

#include <algorithm>
#include <sstream>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "verifier/base/durable_file.h"
#include "verifier/core/entry.h"

namespace modlog {
namespace {

constexpr std::string_view kOperator = "@operator";
constexpr std::string_view kScheme = "bearer ";
constexpr size_t kTokenBytes = 32;
constexpr size_t kTokenSizeMax = 256;
constexpr std::string_view kEnrolledMeta = "enrolled";
constexpr std::string_view kNoToken = "-";
constexpr size_t kTokensSizeMax = kPlatformsMax * (64 + 1 + 64 + 1);

Hash HashToken(std::string_view token) { return Sha256(AsBytes(token)); }

std::optional<Hash> ParseTokenHash(std::string_view hex) {
  const auto digit = [](char c) {
    return std::string_view("0123456789abcdef").find(c);
  };
  Hash hash = {};
  if (hex.size() != 2 * kHashSize) return std::nullopt;
  for (size_t i = 0; i < kHashSize; ++i) {
    const size_t high = digit(hex[2 * i]);
    const size_t low = digit(hex[2 * i + 1]);
    if (std::max(high, low) > 15) return std::nullopt;
    hash[i] = static_cast<uint8_t>(high << 4 | low);
  }
  return hash;
}

RpcStatus BadToken() {
  return DetailedStatus(
      grpc::StatusCode::UNAUTHENTICATED, "BAD_TOKEN",
      "the token is none of this log's: show the platform's or the operator's, "
      "or none",
      {});
}

std::string NameOf(const Caller& caller) {
  switch (caller.role) {
    case Caller::Role::kNobody:
      return "nobody";
    case Caller::Role::kPlatform:
      return caller.platform;
    case Caller::Role::kOperator:
      return "the operator";
  }
  return "";
}

}  // namespace

std::string MakeToken() {
  uint8_t bytes[kTokenBytes];
  MODLOG_CHECK(getentropy(bytes, sizeof(bytes)) == 0,
               "the system has random bytes");
  std::string token = FormatBase64(bytes);
  std::ranges::replace(token, '+', '-');
  std::ranges::replace(token, '/', '_');
  token.resize(token.find_last_not_of('=') + 1);
  return token;
}

Result<Callers::Tokens> Callers::ParseTokens(const std::string& text,
                                             const std::string& path) {
  Tokens tokens;
  std::istringstream lines(text);
  int number = 0;
  for (std::string line; std::getline(lines, line);) {
    ++number;
    const size_t blank = std::min(line.find(' '), line.size());
    const std::string name = line.substr(0, blank);
    const std::string_view rest =
        std::string_view(line).substr(std::min(blank + 1, line.size()));
    const auto hash = ParseTokenHash(rest);
    const bool is_platform = IsPlatformName(name);
    if (is_platform && rest == kNoToken) {
      tokens[name] = std::nullopt;
      continue;
    }
    if (!hash || (name != kOperator && !is_platform)) {
      return Fail(Code::kCorrupt,
                  fmt::format("{}, line {}: want a platform and the SHA-256 of "
                              "its token; write - for the token, then run "
                              "`modlog platform add` again",
                              path, number));
    }
    tokens[name] = *hash;
  }
  return tokens;
}

Result<std::unique_ptr<Callers>> Callers::Open(Options options) {
  std::unique_ptr<Callers> callers(new Callers(std::move(options)));
  ASSIGN_OR_RETURN(Tokens tokens, callers->ReadTokens());
  RETURN_IF_ERROR(callers->CloseLost(&tokens));
  RETURN_IF_ERROR(callers->Remember(tokens));
  const bool has_operator = tokens.contains(kOperator);
  {
    absl::MutexLock lock(&callers->mutex_);
    callers->Adopt(std::move(tokens));
  }
  if (!has_operator) RETURN_IF_ERROR(callers->MakeOperator());
  return callers;
}

Result<Callers::Tokens> Callers::ReadTokens() const {
  ASSIGN_OR_RETURN(const auto text,
                   ReadSecretFile(TokensPath(), kTokensSizeMax));
  return ParseTokens(text.value_or(""), TokensPath());
}

// A platform that nobody remembers is open to everybody who reaches the port.
Result<void> Callers::CloseLost(Tokens* tokens) {
  if (options_.store == nullptr) return {};
  const auto known = options_.store->ReadMeta(kEnrolledMeta);
  if (!known && known.error().code == Code::kNotFound) return {};
  if (!known) return std::unexpected(known.error());
  std::istringstream names(*known);
  std::vector<std::string> lost;
  for (std::string name; std::getline(names, name);) {
    if (!tokens->contains(name)) lost.push_back(name);
  }
  if (lost.empty()) return {};
  if (!options_.accept_lost_tokens) {
    return Fail(
        Code::kNotFound,
        fmt::format("{} lacks {} of the enrolled platforms, \"{}\" for one: "
                    "restore the file, or start once with "
                    "--accept-lost-tokens; then only the operator appends in "
                    "their names, until `modlog platform add` gives them new "
                    "tokens",
                    TokensPath(), lost.size(), lost.front()));
  }
  for (const std::string& name : lost) (*tokens)[name] = std::nullopt;
  return Write(*tokens);
}

Result<void> Callers::Remember(const Tokens& tokens) {
  if (options_.store == nullptr) return {};
  std::string names;
  for (const auto& [name, hash] : tokens) {
    if (name != kOperator) names += name + "\n";
  }
  const auto known = options_.store->ReadMeta(kEnrolledMeta);
  if (known.has_value() ? *known == names : names.empty()) return {};
  return options_.store->WriteMeta(kEnrolledMeta, names);
}

Result<size_t> Callers::Reload() {
  absl::MutexLock lock(&mutex_);
  ASSIGN_OR_RETURN(Tokens tokens, ReadTokens());
  size_t lost = 0;
  for (const auto& [name, hash] : tokens_) {
    if (tokens.contains(name)) continue;
    // The operator's is made at a start alone.
    tokens[name] = name == kOperator ? hash : std::nullopt;
    if (name != kOperator && hash) ++lost;
  }
  RETURN_IF_ERROR(Remember(tokens));
  Adopt(std::move(tokens));
  return lost;
}

// The file comes first: a crash in between leaves a token that the next start
// takes up.
Result<void> Callers::MakeOperator() {
  const std::string path = options_.data_dir + "/operator.token";
  ASSIGN_OR_RETURN(auto text, ReadSecretFile(path, kTokenSizeMax));
  if (!text) {
    text = MakeToken() + "\n";
    RETURN_IF_ERROR(WriteFileDurably(path, *text, 0600));
  }
  const std::string token(absl::StripAsciiWhitespace(*text));
  if (token.size() < kTokenBytes) {
    return Fail(Code::kCorrupt, path +
                                    " holds no token: remove it, and the next "
                                    "start makes one");
  }
  absl::MutexLock lock(&mutex_);
  Tokens tokens = tokens_;
  tokens[std::string(kOperator)] = HashToken(token);
  RETURN_IF_ERROR(Write(tokens));
  Adopt(std::move(tokens));
  return {};
}

Result<void> Callers::Write(const Tokens& tokens) {
  std::string text;
  for (const auto& [name, hash] : tokens) {
    text += fmt::format("{} {}\n", name,
                        hash ? FormatHex(*hash) : std::string(kNoToken));
  }
  RETURN_IF_ERROR(WriteFileDurably(TokensPath(), text, 0600));
  // Later: a crash in between leaves one that the next start remembers.
  return Remember(tokens);
}

void Callers::Adopt(Tokens tokens) {
  tokens_ = std::move(tokens);
  names_.clear();
  for (const auto& [name, hash] : tokens_) {
    if (hash) names_[*hash] = name;
  }
}

std::expected<Caller, RpcStatus> Callers::Identify(
    const grpc::ServerContextBase& context) const {
  const auto [begin, end] =
      context.client_metadata().equal_range("authorization");
  if (begin == end) return Caller();
  if (std::next(begin) != end) return std::unexpected(BadToken());
  return IdentifyHeader({begin->second.data(), begin->second.size()});
}

// Looked up by its hash, so how long that takes tells nothing of a token.
std::expected<Caller, RpcStatus> Callers::IdentifyHeader(
    std::string_view authorization) const {
  const bool bearer =
      authorization.size() > kScheme.size() &&
      std::ranges::equal(
          kScheme, authorization.substr(0, kScheme.size()), {}, {}, [](char c) {
            return absl::ascii_tolower(static_cast<unsigned char>(c));
          });
  if (!bearer) return std::unexpected(BadToken());
  const Hash hash = HashToken(authorization.substr(kScheme.size()));
  absl::ReaderMutexLock lock(&mutex_);
  const auto it = names_.find(hash);
  if (it == names_.end()) return std::unexpected(BadToken());
  if (it->second == kOperator) return Caller{Caller::Role::kOperator, ""};
  return Caller{Caller::Role::kPlatform, it->second};
}

std::optional<RpcStatus> Callers::RefuseAppend(
    const Caller& caller, std::string_view platform) const {
  if (caller.SpeaksFor(platform)) return std::nullopt;
  const bool enrolled = IsEnrolled(platform);
  if (!enrolled && !options_.enrolled_only) return std::nullopt;
  const std::map<std::string, std::string> metadata = {
      {"platform", std::string(platform)}, {"caller", NameOf(caller)}};
  if (enrolled) {
    return DetailedStatus(
        grpc::StatusCode::PERMISSION_DENIED, "NOT_THE_PLATFORM",
        fmt::format("platform \"{}\" is enrolled: appends in its name need its "
                    "token",
                    platform),
        metadata);
  }
  return DetailedStatus(
      grpc::StatusCode::PERMISSION_DENIED, "NOT_ENROLLED",
      fmt::format("platform \"{}\" is not enrolled, and this log takes entries "
                  "of enrolled platforms only",
                  platform),
      metadata);
}

bool Callers::IsEnrolled(std::string_view platform) const {
  absl::ReaderMutexLock lock(&mutex_);
  return tokens_.contains(platform);
}

void Callers::MarkEnrolled(std::string_view platform) {
  absl::MutexLock lock(&mutex_);
  tokens_.try_emplace(std::string(platform));
}

Result<std::string> Callers::IssueToken(std::string_view platform) {
  MODLOG_CHECK(IsPlatformName(platform), "only a platform has a token");
  const std::string token = MakeToken();
  absl::MutexLock lock(&mutex_);
  if (tokens_.size() > kPlatformsMax && !tokens_.contains(platform)) {
    return Fail(Code::kExhausted, fmt::format("{} platforms are enrolled, the "
                                              "limit",
                                              kPlatformsMax));
  }
  Tokens tokens = tokens_;
  tokens[std::string(platform)] = HashToken(token);
  RETURN_IF_ERROR(Write(tokens));
  Adopt(std::move(tokens));
  return token;
}

}  // namespace modlog
