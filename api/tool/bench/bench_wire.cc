#include "api/tool/bench/bench_wire.h"

#include <google/protobuf/io/coded_stream.h>

#include <cstdlib>
#include <cstring>

namespace modlog {
namespace {

using google::protobuf::io::CodedInputStream;
using google::protobuf::io::CodedOutputStream;

// Field numbers 1 (platform) and 2 (action, actions) are the same in all three
// requests; https://protobuf.dev/programming-guides/encoding/.
constexpr uint8_t kPlatformTag = 0x0a;
constexpr uint8_t kActionTag = 0x12;
constexpr uint8_t kModeTag = 0x20;  // AppendBatchRequest.mode
constexpr uint8_t kModePerItem = 1;
constexpr std::string_view kPlatform = kBenchPlatform;

size_t ItemHeaderSize(size_t action_bytes) {
  return 1 +
         CodedOutputStream::VarintSize32(static_cast<uint32_t>(action_bytes));
}

uint8_t* WriteItemHeader(size_t action_bytes, uint8_t* out) {
  *out++ = kActionTag;
  return CodedOutputStream::WriteVarint32ToArray(
      static_cast<uint32_t>(action_bytes), out);
}

uint8_t* WritePlatform(uint8_t* out) {
  *out++ = kPlatformTag;
  *out++ = static_cast<uint8_t>(kPlatform.size());
  std::memcpy(out, kPlatform.data(), kPlatform.size());
  return out + kPlatform.size();
}

}  // namespace

std::string_view BenchRequest::action(size_t position) const {
  size_t stride = ItemHeaderSize(action_bytes) + action_bytes;
  return AsView(bytes).substr(first_action_at + position * stride,
                              action_bytes);
}

size_t RequestSize(const Workload& workload, size_t count) {
  size_t item =
      ItemHeaderSize(workload.action_bytes()) + workload.action_bytes();
  return 2 + kPlatform.size() + count * item + 2;
}

BenchRequest MakeRequest(BenchLoop* loop, const Job& job,
                         const Referable& referable) {
  const Workload& workload = loop->workload();
  size_t action_bytes = workload.action_bytes();
  auto* buffer =
      static_cast<uint8_t*>(std::malloc(RequestSize(workload, job.count)));
  MODLOG_CHECK(buffer != nullptr, "there is memory for a message");
  uint8_t* out = WritePlatform(buffer);
  for (uint64_t number = job.first; number < job.first + job.count; ++number) {
    out = WriteItemHeader(action_bytes, out);
    Workload::Kind kind = KindOf(workload, number, referable);
    WriteAction(workload, kind, number, referable, loop->random(),
                reinterpret_cast<char*>(out));
    out += action_bytes;
  }
  if (loop->options().mode == BenchMode::kBatch) {
    *out++ = kModeTag;
    *out++ = kModePerItem;
  }
  return {
      .bytes =
          grpc::Slice(buffer, static_cast<size_t>(out - buffer), std::free),
      .first_action_at = 2 + kPlatform.size() + ItemHeaderSize(action_bytes),
      .action_bytes = action_bytes};
}

bool ScanAppendResponse(const grpc::Slice& bytes, bool* duplicate) {
  constexpr uint32_t kDuplicateField = 7;
  CodedInputStream in(bytes.begin(), static_cast<int>(bytes.size()));
  *duplicate = false;
  while (uint32_t tag = in.ReadTag()) {
    uint64_t value = 0;
    if ((tag & 7) == 0) {
      if (!in.ReadVarint64(&value)) return false;
      if (tag >> 3 == kDuplicateField) *duplicate = value != 0;
    } else if ((tag & 7) == 2) {
      if (!in.ReadVarint64(&value) ||
          value > static_cast<uint64_t>(in.BytesUntilTotalBytesLimit()) ||
          !in.Skip(static_cast<int>(value))) {
        return false;
      }
    } else {
      return false;
    }
  }
  return in.ConsumedEntireMessage();
}

grpc::Slice Flatten(const grpc::ByteBuffer& buffer) {
  grpc::Slice slice;
  if (!buffer.TrySingleSlice(&slice).ok() &&
      !buffer.DumpToSingleSlice(&slice).ok()) {
    return grpc::Slice();
  }
  return slice;
}

std::string_view AsView(const grpc::Slice& slice) {
  return {reinterpret_cast<const char*>(slice.begin()), slice.size()};
}

}  // namespace modlog
