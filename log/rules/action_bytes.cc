#include "log/rules/action_bytes.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

namespace modlog {

Hash PuidKey(std::string_view platform, std::string_view puid) {
  constexpr uint8_t kSeparator[] = {0};
  return Sha256({AsBytes(platform), Bytes(kSeparator), AsBytes(puid)});
}

void EncodeTo(const v1::Action& action, std::string* out) {
  out->clear();
  google::protobuf::io::StringOutputStream stream(out);
  google::protobuf::io::CodedOutputStream coded(&stream);
  coded.SetSerializationDeterministic(true);
  action.SerializeWithCachedSizes(&coded);
}

std::string EncodeAction(const v1::Action& action) {
  std::string bytes;
  action.ByteSizeLong();
  EncodeTo(action, &bytes);
  return bytes;
}

Result<ActionIdentity> IdentityOf(std::string_view action_bytes) {
  v1::Action action;
  if (!action.ParseFromArray(action_bytes.data(),
                             static_cast<int>(action_bytes.size()))) {
    return Fail(Code::kCorrupt, "action does not parse");
  }
  return ActionIdentity{action.puid(), action.kind()};
}

}  // namespace modlog
