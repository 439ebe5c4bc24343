#include "api/client/canonical.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include <algorithm>

#include "verifier/core/result.h"

namespace modlog {
namespace {

template <typename List>
void Sort(List* list) {
  std::sort(list->begin(), list->end());
}

}  // namespace

std::string EncodeCanonical(v1::Action action) {
  Sort(action.mutable_visibility());
  Sort(action.mutable_keywords());
  Sort(action.mutable_content_types());
  Sort(action.mutable_about());
  Sort(action.mutable_cause());
  Sort(action.mutable_more_categories());
  Sort(action.mutable_territories());
  Sort(action.mutable_redress());
  Sort(action.mutable_measures());

  std::string bytes;
  {
    google::protobuf::io::StringOutputStream output(&bytes);
    google::protobuf::io::CodedOutputStream coded(&output);
    coded.SetSerializationDeterministic(true);
    bool written = action.SerializeToCodedStream(&coded);
    MODLOG_CHECK(written, "an action is written to memory");
  }
  return bytes;
}

}  // namespace modlog
