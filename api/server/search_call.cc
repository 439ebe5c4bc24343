#include "api/server/search_call.h"

#include <algorithm>

#include "api/server/entry_scan.h"
#include "api/server/status.h"

namespace modlog {
namespace {

// A page stays below the message size that clients take.
constexpr size_t kPageBytesMax = 3 << 20;
constexpr int kBundlesPerStep = 16;

class SearchJob final : public ScanJob {
 public:
  SearchJob(Log* log, const v1::SearchRequest& request, uint64_t end,
            grpc::ServerUnaryReactor* reactor, grpc::ByteBuffer* out)
      : log_(log),
        scan_(log, request.from_index(), request.filter()),
        limit_(request.limit() == 0 ? kSearchPageDefault : request.limit()),
        end_(end),
        scan_end_(std::min(end, request.from_index() + kSearchScanMax)),
        reactor_(reactor),
        out_(out) {}

  Next Step() override {
    for (int i = 0; i < kBundlesPerStep; ++i) {
      if (scan_.next() >= scan_end_ || full_) return Finish();
      const auto stepped =
          scan_.Step(scan_end_, [this](uint64_t index, std::string_view leaf) {
            return Take(index, leaf);
          });
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
  bool Take(uint64_t index, std::string_view leaf) {
    v1::FoundEntry* entry = response_.add_entries();
    entry->set_index(index);
    entry->set_leaf(std::string(leaf));
    bytes_ += leaf.size();
    full_ = static_cast<uint32_t>(response_.entries_size()) >= limit_ ||
            bytes_ >= kPageBytesMax;
    return !full_;
  }

  Next Finish() {
    response_.set_next_index(scan_.next());
    response_.set_tree_size(end_);
    bool own = false;
    reactor_->Finish(grpc::SerializationTraits<v1::SearchResponse>::Serialize(
        response_, out_, &own));
    return Next::kDone;
  }

  Log* const log_;
  EntryScan scan_;
  const uint32_t limit_;
  const uint64_t end_;
  const uint64_t scan_end_;
  grpc::ServerUnaryReactor* const reactor_;
  grpc::ByteBuffer* const out_;
  v1::SearchResponse response_;
  size_t bytes_ = 0;
  bool full_ = false;
};

// A puid is in the index: the search begins and ends there.
Result<void> Narrow(Log* log, v1::SearchRequest* request, uint64_t* end) {
  if (request->filter().puid().empty()) return {};
  const auto found =
      log->FindPuid(request->filter().platform(), request->filter().puid());
  const bool known = found.has_value();
  if (!known && found.error().code != Code::kNotFound) {
    return std::unexpected(found.error());
  }
  if (!known || *found < request->from_index() || *found >= *end) {
    request->set_from_index(*end);
    return {};
  }
  request->set_from_index(*found);
  return {};
}

}  // namespace

void StartSearch(Log* log, ScanThread* scans, v1::SearchRequest request,
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
  uint64_t end = log->published_head()->tree.size;
  if (request.to_index() != 0) end = std::min(end, request.to_index());
  request.set_from_index(std::min(request.from_index(), end));
  if (auto narrowed = Narrow(log, &request, &end); !narrowed) {
    return reactor->Finish(ErrorToGrpc(narrowed.error(), log->state()));
  }
  const auto added =
      scans->Add(std::make_shared<SearchJob>(log, request, end, reactor, out));
  if (!added) reactor->Finish(ErrorToGrpc(added.error(), log->state()));
}

}  // namespace modlog
