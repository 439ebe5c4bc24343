#include "api/import/github/github_dmca.h"

#include <algorithm>
#include <tuple>
#include <utility>
#include <vector>

#include "api/import/github/github_kind.h"
#include "api/import/github/github_name.h"
#include "api/import/github/github_notices.h"
#include "api/import/input/file_tree.h"

namespace modlog {
namespace {

struct ListedNotice {
  std::string path;
  NoticeName name;
  NoticeType type;  // by its text

  auto Order() const { return std::tie(name.sort_day, type, path); }
};

// Read again when its turn comes: a year of notices is not kept in memory.
Result<std::string> ReadNotice(const GithubDmcaOptions& options,
                               const std::string& path) {
  return ReadListedFile(options.directory + "/" + path, kNoticeSizeMax);
}

NoticeType TypeOf(const GithubDmcaOptions& options, const std::string& path,
                  const NoticeName& name) {
  const Result<std::string> content = ReadNotice(options, path);
  if (!CheckNotice(content).has_value()) return name.type;
  const Result<DecidedType> decided = DecideType(name, *content);
  return decided.has_value() ? decided->type : name.type;
}

struct Listing {
  std::vector<ListedNotice> notices;  // in the order of the import
  std::vector<ImportRemark> refused;
  std::vector<ImportRemark> passed_over;
};

Listing Sort(const GithubDmcaOptions& options, std::vector<std::string> paths) {
  Listing listing;
  for (std::string& path : paths) {
    Result<NoticeName> name = ParseNoticeName(path);
    if (name.has_value()) {
      const NoticeType type = TypeOf(options, path, *name);
      listing.notices.push_back({std::move(path), *std::move(name), type});
    } else {
      (name.error().code == Code::kNotFound ? listing.passed_over
                                            : listing.refused)
          .push_back({.source = Printable(path),
                      .reason = std::move(name).error().message});
    }
  }
  std::ranges::sort(listing.notices, {}, &ListedNotice::Order);
  return listing;
}

Result<ImportTotals> ImportListed(const GithubDmcaOptions& options,
                                  const Listing& listing, ImportSink* sink) {
  ImportTotals totals;
  NoticeImporter importer(options, sink, &totals);
  const uint64_t files = listing.refused.size() + listing.notices.size();
  for (const ImportRemark& remark : listing.passed_over) {
    importer.PassOver(remark.source, remark.reason);
  }
  for (const ImportRemark& remark : listing.refused) {
    RETURN_IF_ERROR(importer.Refuse(remark.source, remark.reason));
    sink->OnProgress(totals.items, files);
  }
  for (const ListedNotice& listed : listing.notices) {
    RETURN_IF_ERROR(importer.Import(listed.path, listed.name,
                                    ReadNotice(options, listed.path)));
    sink->OnProgress(totals.items, files);
  }
  return totals;
}

}  // namespace

Result<ImportTotals> ImportGithubDmca(const GithubDmcaOptions& options,
                                      ImportSink* sink) {
  ASSIGN_OR_RETURN(std::vector<std::string> paths,
                   ListFiles(options.directory));
  const Listing listing = Sort(options, std::move(paths));
  if (listing.notices.empty()) {
    return Fail(Code::kNotFound,
                "no notices in " + options.directory +
                    ": want the directory that holds a folder for each year, "
                    "2021/01/2021-01-05-name.md");
  }
  return ImportListed(options, listing, sink);
}

}  // namespace modlog
