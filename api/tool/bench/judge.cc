#include "api/tool/bench/judge.h"

#include "absl/strings/str_cat.h"
#include "api/client/rpc_error.h"

namespace modlog {
namespace {

v1::ItemResult AsItem(v1::AppendResponse* response) {
  v1::ItemResult item;
  item.set_outcome(response->duplicate() ? v1::ItemResult::DUPLICATE
                                         : v1::ItemResult::LOGGED);
  item.set_index(response->index());
  item.set_entry_header(response->entry_header());
  item.mutable_inclusion_path()->Swap(response->mutable_inclusion_path());
  return item;
}

Result<void> CheckUnary(BenchLoop* loop, HeadCheck* heads,
                        const BenchRequest& request, const grpc::Slice& bytes) {
  v1::AppendResponse response;
  if (!response.ParseFromArray(bytes.begin(), static_cast<int>(bytes.size()))) {
    return Fail(Code::kMalformed, "the answer does not parse");
  }
  ASSIGN_OR_RETURN(TreeHead head, heads->Check(response.checkpoint()));
  v1::ItemResult item = AsItem(&response);
  if (item.inclusion_path().empty() && head.size > 1) {
    return Fail(Code::kBadProof, "the answer has no proof");
  }
  RETURN_IF_ERROR(CheckItem(kBenchPlatform, request.action(0), item, head));
  ++loop->result()->heads_checked;
  ++loop->result()->leaves_checked;
  ++loop->result()->proofs_checked;
  return {};
}

Result<void> CheckMessage(
    BenchLoop* loop, HeadCheck* heads, const BenchRequest& request,
    const google::protobuf::RepeatedPtrField<v1::ItemResult>& results,
    const std::string& checkpoint) {
  ASSIGN_OR_RETURN(TreeHead head, heads->Check(checkpoint));
  ++loop->result()->heads_checked;
  const v1::ItemResult* before = nullptr;
  for (int i = 0; i < results.size(); ++i) {
    const v1::ItemResult& result = results[i];
    if (result.outcome() != v1::ItemResult::LOGGED) continue;
    if (before == nullptr) {
      RETURN_IF_ERROR(CheckItem(kBenchPlatform,
                                request.action(static_cast<size_t>(i)), result,
                                head));
      ++loop->result()->leaves_checked;
    } else if (result.index() <= before->index() ||
               result.entry_header() != before->entry_header()) {
      return Fail(Code::kMalformed,
                  "the items of a message do not follow each other");
    }
    before = &result;
  }
  if (before != nullptr && before->index() >= head.size) {
    return Fail(Code::kBadProof, "the checkpoint does not cover an item");
  }
  return {};
}

}  // namespace

JobAnswer AllFailed(const Job& job, std::string error) {
  return {.logged = 0,
          .duplicates = 0,
          .errors = job.count,
          .error = std::move(error)};
}

JobAnswer JudgeUnary(BenchLoop* loop, HeadCheck* heads,
                     const BenchRequest& request, const Job& job,
                     const grpc::Slice& response) {
  bool duplicate = false;
  if (!ScanAppendResponse(response, &duplicate)) {
    return AllFailed(job, "the answer does not parse");
  }
  if (loop->options().check && job.first % kUnarySample == 0) {
    if (auto checked = CheckUnary(loop, heads, request, response); !checked) {
      return AllFailed(job, checked.error().message);
    }
  }
  if (duplicate) {
    return {.logged = 0, .duplicates = 1, .errors = 0, .error = {}};
  }
  return {.logged = 1, .duplicates = 0, .errors = 0, .error = {}};
}

JobAnswer JudgeItems(
    BenchLoop* loop, HeadCheck* heads, const BenchRequest& request,
    const Job& job,
    const google::protobuf::RepeatedPtrField<v1::ItemResult>& results,
    const std::string& checkpoint) {
  if (static_cast<uint64_t>(results.size()) != job.count) {
    return AllFailed(job, absl::StrCat("an answer with ", results.size(),
                                       " results, want ", job.count));
  }
  JobAnswer answer;
  for (const v1::ItemResult& result : results) {
    if (result.outcome() == v1::ItemResult::LOGGED) {
      ++answer.logged;
    } else if (result.outcome() == v1::ItemResult::DUPLICATE) {
      ++answer.duplicates;
    } else if (++answer.errors == 1) {
      answer.error = ErrorFrom(ParseFailure(result.error())).message;
    }
  }
  if (!loop->options().check) return answer;
  auto checked = CheckMessage(loop, heads, request, results, checkpoint);
  return checked ? answer : AllFailed(job, checked.error().message);
}

}  // namespace modlog
