#include "api/server/search_call.h"

#include <algorithm>

#include "api/server/entry_scan.h"
#include "api/server/status.h"

namespace modlog {
namespace {

// A page stays below the message size that clients take.
constexpr size_t kPageBytesMax = 3 << 20;
constexpr int kBundlesPerSearchStep = 16;

// The entries that can match are in [from, to); what was asked for ends at end.
struct SearchRange {
  uint64_t from;
  uint64_t to;
  uint64_t end;
  uint64_t tree_size;
};

class SearchJob final : public ScanJob {
 public:
  SearchJob(Log* log, const v1::SearchRequest& request, SearchRange range,
            grpc::ServerUnaryReactor* reactor, grpc::ByteBuffer* out)
      : log_(log),
        scan_(log, range.from, request.filter()),
        limit_(request.limit() == 0 ? kSearchPageDefault : request.limit()),
        range_(range),
        scan_end_(std::min(range.to, range.from + kSearchScanMax)),
        reactor_(reactor),
        out_(out) {}

  Next Step() override {
    for (int i = 0; i < kBundlesPerSearchStep; ++i) {
      if (scan_.next() >= scan_end_ || full_) return Finish();
      const auto stepped = scan_.Step(
          scan_end_, [this](const ScannedEntry& entry) { return Take(entry); });
      if (!stepped) {
        reactor_->Finish(ErrorToGrpc(stepped.error(), log_->state()));
        return Next::kDone;
      }
    }
    return Next::kAgain;
  }

  void Abort() override {
    reactor_->Finish({grpc::StatusCode::UNAVAILABLE, "the log is stopping"});
  }

 private:
  bool Take(const ScannedEntry& entry) {
    entry.CopyTo(response_.add_entries());
    bytes_ += entry.leaf.size();
    full_ = static_cast<uint32_t>(response_.entries_size()) >= limit_ ||
            bytes_ >= kPageBytesMax;
    return !full_;
  }

  Next Finish() {
    const bool all = scan_.next() >= range_.to;
    response_.set_next_index(all ? range_.end : scan_.next());
    response_.set_tree_size(range_.tree_size);
    bool own = false;
    reactor_->Finish(grpc::SerializationTraits<v1::SearchResponse>::Serialize(
        response_, out_, &own));
    return Next::kDone;
  }

  Log* const log_;
  EntryScan scan_;
  const uint32_t limit_;
  const SearchRange range_;
  const uint64_t scan_end_;
  grpc::ServerUnaryReactor* const reactor_;
  grpc::ByteBuffer* const out_;
  v1::SearchResponse response_;
  size_t bytes_ = 0;
  bool full_ = false;
};

// A puid is in the index: the search begins and ends there.
Result<SearchRange> Narrow(Log* log, const v1::Filter& filter,
                           SearchRange range) {
  if (filter.puid().empty()) return range;
  const auto found = log->FindPuid(filter.platform(), filter.puid());
  if (!found && found.error().code != Code::kNotFound) {
    return std::unexpected(found.error());
  }
  const bool within = found && *found >= range.from && *found < range.to;
  range.from = within ? *found : range.to;
  range.to = within ? *found + 1 : range.to;
  return range;
}

}  // namespace

void StartSearch(Log* log, ScanThread* scans, const v1::SearchRequest& request,
                 grpc::ServerUnaryReactor* reactor, grpc::ByteBuffer* out) {
  std::vector<Violation> violations =
      FilterViolations(request.filter(), "filter");
  if (request.limit() > kSearchPageMax) {
    violations.push_back({"limit", "must be at most 1000"});
  }
  if (request.to_index() != 0 && request.to_index() < request.from_index()) {
    violations.push_back({"to_index", "must not be before from_index"});
  }
  if (!violations.empty()) {
    return reactor->Finish(ToGrpc(RefusedStatus(violations)));
  }
  const uint64_t size = log->published_head()->tree.size;
  const uint64_t end =
      request.to_index() == 0 ? size : std::min(size, request.to_index());
  const uint64_t from = std::min(request.from_index(), end);
  const auto range = Narrow(log, request.filter(), {from, end, end, size});
  if (!range) return reactor->Finish(ErrorToGrpc(range.error(), log->state()));
  const auto added = scans->Add(
      std::make_shared<SearchJob>(log, request, *range, reactor, out));
  if (!added) reactor->Finish(ErrorToGrpc(added.error(), log->state()));
}

}  // namespace modlog
