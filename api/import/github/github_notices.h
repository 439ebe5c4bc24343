#ifndef MODLOG_API_IMPORT_GITHUB_GITHUB_NOTICES_H_
#define MODLOG_API_IMPORT_GITHUB_GITHUB_NOTICES_H_

// Turns one published notice after another into actions; github_dmca.h has the
// table. What the order of notices is, and where they come from, is the
// caller's. Not thread-safe.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "api/import/github/github_dmca.h"
#include "api/import/github/github_links.h"
#include "api/import/github/github_name.h"
#include "modlog/v1/action.pb.h"

namespace modlog {

struct Notice;

inline constexpr size_t kNoticeSizeMax = 1 << 20;

// CheckNotice returns the reason why something read is no notice's text.
Result<void> CheckNotice(const Result<std::string>& content);

// PaperRole is that of the puid of the entry that stands for the paper itself.
std::string_view PaperRole(NoticeType type);

class NoticeImporter {
 public:
  // All must outlive it. options.directory is not looked at.
  NoticeImporter(const GithubDmcaOptions& options, ImportSink* sink,
                 ImportTotals* totals)
      : options_(options), sink_(sink), totals_(totals) {}

  // Import hands out the actions of one notice, which may refer to those before
  // it, and returns the puid of the entry that stands for the paper. Where
  // `content` is an error, empty or no text, or it is not clear what the notice
  // is, it is refused, and the puid empty. Errors of the sink.
  //
  // Where an earlier version took the notice for something else, by its name
  // alone, the log is asked for those entries, and they are counted as faults;
  // with options.repair each is declared void.
  Result<std::string> Import(const std::string& path, const NoticeName& name,
                             Result<std::string> content);

  // Refuse counts a file that is nearly a notice, and says so.
  Result<void> Refuse(const std::string& path, std::string reason);

  // PassOver counts a file that is no notice by its place.
  void PassOver(const std::string& path, std::string reason);

 private:
  Result<void> ImportNotice(const Notice& notice);
  Result<void> ImportTakedown(const Notice& notice);
  Result<void> ImportAppeal(const Notice& notice, const Links& links);
  Result<void> ImportSequel(const Notice& notice, const Links& links);
  v1::Action SequelTo(const Notice& notice, const LinkedNotice* about) const;
  std::optional<uint32_t> SourceDay(const std::string& path,
                                    const NoticeName& name);
  Result<std::string> Emit(const Notice& notice, std::string_view role,
                           const v1::Action& action);
  Result<void> LookForFaults(const Notice& notice);
  Result<void> DeclareVoid(const Notice& notice, const std::string& puid);
  void Warn(const std::string& path, std::string reason);
  void WarnOfLinks(const Notice& notice, const Links& links);

  const GithubDmcaOptions& options_;
  ImportSink* const sink_;
  ImportTotals* const totals_;
  NoticeIndex index_;
};

}  // namespace modlog

#endif  // MODLOG_API_IMPORT_GITHUB_GITHUB_NOTICES_H_
