#include "verifier/strict_json.h"

#include <set>
#include <string>
#include <vector>

#include "verifier/core/bytes.h"

namespace modlog {
namespace {

using Json = nlohmann::json;

// Walks the text once and keeps nothing but the keys of the open objects.
class StrictnessCheck : public Json::json_sax_t {
 public:
  const std::string& complaint() const { return complaint_; }

  bool null() override { return true; }
  bool boolean(bool /*value*/) override { return true; }
  bool number_integer(int64_t /*value*/) override { return true; }
  bool number_unsigned(uint64_t /*value*/) override { return true; }
  bool number_float(double /*value*/, const std::string& /*text*/) override {
    return true;
  }
  bool string(std::string& /*value*/) override { return true; }
  bool binary(Json::binary_t& /*value*/) override { return true; }

  bool start_object(size_t /*elements*/) override { return Enter(); }
  bool start_array(size_t /*elements*/) override { return Enter(); }
  bool end_object() override { return Leave(); }
  bool end_array() override { return Leave(); }

  bool key(std::string& value) override {
    if (keys_.back().insert(value).second) return true;
    complaint_ = "key " + Quote(value) + " is repeated";
    return false;
  }

  bool parse_error(size_t position, const std::string& /*last_token*/,
                   const Json::exception& /*error*/) override {
    complaint_ = "not JSON at byte " + std::to_string(position);
    return false;
  }

 private:
  bool Enter() {
    keys_.emplace_back();
    if (keys_.size() <= kJsonDepthMax) return true;
    complaint_ = "nested deeper than " + std::to_string(kJsonDepthMax);
    return false;
  }
  bool Leave() {
    keys_.pop_back();
    return true;
  }

  std::vector<std::set<std::string>> keys_;  // one set an open container
  std::string complaint_;
};

}  // namespace

Result<Json> ParseStrictJson(std::string_view text) {
  if (text.starts_with("\xef\xbb\xbf")) {
    return Fail(Code::kMalformed, "begins with a byte order mark");
  }
  // The library takes one outside a string for the end of the text.
  if (const size_t nul = text.find('\0'); nul != text.npos) {
    return Fail(Code::kMalformed, "a zero byte at byte " + std::to_string(nul));
  }
  StrictnessCheck check;
  if (!Json::sax_parse(text, &check)) {
    return Fail(Code::kMalformed, check.complaint());
  }
  return Json::parse(text, nullptr, /*allow_exceptions=*/false);
}

}  // namespace modlog
