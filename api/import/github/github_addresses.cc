#include "api/import/github/github_addresses.h"

#include <algorithm>
#include <optional>

#include "api/import/input/ascii.h"

namespace modlog {
namespace {

constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyz0123456789";
constexpr std::string_view kHost = "abcdefghijklmnopqrstuvwxyz0123456789-.";
constexpr std::string_view kOwner = "abcdefghijklmnopqrstuvwxyz0123456789-";
constexpr std::string_view kName = "abcdefghijklmnopqrstuvwxyz0123456789-._";
constexpr std::string_view kHex = "0123456789abcdef";
constexpr size_t kGistIdSizeMin = 20;
constexpr size_t kHostSizeMax = 253;  // of a name in the DNS

constexpr std::string_view kDomains[] = {"github.com", "github.io",
                                         "githubusercontent.com", "npmjs.com"};

// First parts of a path on github.com that are not accounts.
constexpr std::string_view kReserved[] = {"about",
                                          "apps",
                                          "articles",
                                          "contact",
                                          "explore",
                                          "features",
                                          "github",
                                          "login",
                                          "marketplace",
                                          "orgs",
                                          "search",
                                          "security",
                                          "settings",
                                          "site",
                                          "sponsors",
                                          "topics",
                                          "user-attachments",
                                          "users"};

// Take removes and returns the longest beginning that consists of `allowed`.
std::string_view Take(std::string_view allowed, std::string_view* text) {
  const size_t size = std::min(text->find_first_not_of(allowed), text->size());
  const std::string_view taken = text->substr(0, size);
  text->remove_prefix(size);
  return taken;
}

bool TakeSlash(std::string_view* text) {
  if (!text->starts_with('/')) return false;
  text->remove_prefix(1);
  return true;
}

// A full stop ends the sentence rather than the name.
std::string_view WithoutEnd(std::string_view name) {
  while (name.ends_with('.')) name.remove_suffix(1);
  if (name.ends_with(".git")) name.remove_suffix(4);
  return name;
}

std::optional<std::string> Repository(std::string_view path) {
  const std::string_view owner = Take(kOwner, &path);
  if (owner.empty() || !TakeSlash(&path)) return std::nullopt;
  const std::string_view name = WithoutEnd(Take(kName, &path));
  if (name.empty() ||
      std::ranges::find(kReserved, owner) != std::ranges::end(kReserved)) {
    return std::nullopt;
  }
  return "github:" + std::string(owner) + "/" + std::string(name);
}

bool IsGistId(std::string_view text) {
  return text.size() >= kGistIdSizeMin &&
         text.find_first_not_of(kHex) == std::string_view::npos;
}

// With its owner or, as older links are, without.
std::optional<std::string> Gist(std::string_view path) {
  const std::string_view first = Take(kOwner, &path);
  const std::string_view second =
      TakeSlash(&path) ? Take(kLetters, &path) : std::string_view();
  for (const std::string_view id : {second, first}) {
    if (IsGistId(id)) return "gist:" + std::string(id);
  }
  return std::nullopt;
}

std::optional<std::string> Package(std::string_view path) {
  if (!path.starts_with("package/")) return std::nullopt;
  path.remove_prefix(8);
  std::string name;
  if (path.starts_with('@')) {
    path.remove_prefix(1);
    const std::string_view scope = Take(kName, &path);
    if (scope.empty() || !TakeSlash(&path)) return std::nullopt;
    name = "@" + std::string(scope) + "/";
  }
  const std::string_view own = WithoutEnd(Take(kName, &path));
  if (own.empty()) return std::nullopt;
  return "npm:" + name + std::string(own);
}

// Target judges one address: its host and what follows the slash.
std::optional<std::string> Target(std::string_view host,
                                  std::string_view path) {
  if (host == "github.com" || host == "www.github.com" ||
      host == "raw.githubusercontent.com" || host == "raw.github.com" ||
      host == "codeload.github.com") {
    return Repository(path);
  }
  if (host == "gist.github.com" || host == "gist.githubusercontent.com") {
    return Gist(path);
  }
  if (host == "npmjs.com" || host == "www.npmjs.com") return Package(path);
  if (host.ends_with(".github.io")) return "pages:" + std::string(host);
  return std::nullopt;
}

// DropSameSites removes pages whose owner has a repository among the targets.
void DropSameSites(TargetSet* targets) {
  std::erase_if(*targets, [&](const std::string& target) {
    if (!target.starts_with("pages:")) return false;
    const std::string owner = target.substr(6, target.find('.') - 6);
    const std::string first = "github:" + owner + "/";
    const auto repository = targets->lower_bound(first);
    return repository != targets->end() && repository->starts_with(first);
  });
}

std::string DecodePercent(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string decoded;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size()) {
      const std::string pair = ToLower(text.substr(i + 1, 2));
      const size_t high = kDigits.find(pair[0]);
      const size_t low = kDigits.find(pair[1]);
      if (high != std::string_view::npos && low != std::string_view::npos) {
        decoded.push_back(static_cast<char>(high * 16 + low));
        i += 2;
        continue;
      }
    }
    decoded.push_back(text[i]);
  }
  return decoded;
}

// LinkIn returns the path of a notice in one address: from the folder of the
// year, behind "dmca/", to ".md".
std::optional<std::string> LinkIn(std::string_view address) {
  const std::string lower = ToLower(address);
  const size_t repository = lower.find("dmca/");
  const size_t ending = lower.rfind(".md");
  if (repository == std::string::npos || ending == std::string::npos) {
    return std::nullopt;
  }
  for (size_t at = repository + 4; at + 6 < ending; ++at) {
    if (lower[at] == '/' &&
        std::all_of(&lower[at + 1], &lower[at + 5], IsDigit) &&
        lower[at + 5] == '/') {
      return DecodePercent(address.substr(at + 1, ending + 3 - (at + 1)));
    }
  }
  return std::nullopt;
}

}  // namespace

TargetSet FindTargets(std::string_view text) {
  TargetSet targets;
  for (const std::string_view domain : kDomains) {
    for (size_t at = 0; (at = text.find(domain, at)) != std::string_view::npos;
         at += domain.size()) {
      const std::string_view before = text.substr(
          at - std::min(at, kHostSizeMax), std::min(at, kHostSizeMax));
      const size_t sub = before.size() - (before.find_last_not_of(kHost) + 1);
      const std::string_view host = text.substr(at - sub, sub + domain.size());
      std::string_view path = text.substr(at + domain.size());
      const bool ends = TakeSlash(&path) || path.empty() ||
                        kOwner.find(path.front()) == std::string_view::npos;
      if (!ends) continue;
      if (auto target = Target(host, path)) targets.insert(*std::move(target));
    }
  }
  DropSameSites(&targets);
  return targets;
}

std::vector<std::string> FindNotices(std::string_view text) {
  constexpr std::string_view kEnds = " \t\r\n()<>[]\"'";
  std::vector<std::string> links;
  while (!text.empty() && links.size() < kFoundNoticesMax) {
    const size_t end = std::min(text.find_first_of(kEnds), text.size());
    std::optional<std::string> link = LinkIn(text.substr(0, end));
    if (link && std::ranges::find(links, *link) == links.end()) {
      links.push_back(*std::move(link));
    }
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return links;
}

}  // namespace modlog
