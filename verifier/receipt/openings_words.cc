#include "verifier/receipt/openings_words.h"

#include <string>

#include "verifier/base/words.h"

namespace modlog {
namespace {

constexpr std::string_view kNothingElse =
    "of its private parts; a slot that stays closed does not tell whether "
    "there is a part behind it";

std::string ValueWords(const Opening& opening) {
  const std::string& value = opening.value;
  if (opening.tag == kPartContentSha256 || opening.tag == kPartTargets) {
    if (value.size() == kHashSize) return FormatHex(AsBytes(value));
  }
  if (value.size() <= kOpenedSizeMax) return Quoted(value, kOpenedSizeMax);
  return Quoted(value, kOpenedSizeMax) + " (the first " +
         Grouped(kOpenedSizeMax) + " of " + Grouped(value.size()) + " bytes)";
}

}  // namespace

void AddOpenings(const Openings& openings, Lines* lines) {
  lines->Head("opened: what the record committed to when it was logged");
  for (const Opening& opening : openings.openings) {
    lines->Add(PartName(opening.tag) + ":", ValueWords(opening));
  }
  const size_t shown = openings.openings.size();
  lines->Add("all the rest", std::to_string(shown) + " of 24 slots opened, " +
                                 std::to_string(kPartTagMax - shown) +
                                 " stay closed: nothing "
                                 "else is shown " +
                                 std::string(kNothingElse));
}

nlohmann::ordered_json OpeningsJson(const Openings& openings) {
  auto list = nlohmann::ordered_json::array();
  for (const Opening& opening : openings.openings) {
    nlohmann::ordered_json json = {{"tag", PartName(opening.tag)}};
    const bool text = IsUtf8(opening.value);
    json[text ? "text" : "value"] =
        text ? opening.value : FormatBase64(AsBytes(opening.value));
    list.push_back(std::move(json));
  }
  return {{"opened", list},
          {"closed_slots", kPartTagMax - openings.openings.size()}};
}

}  // namespace modlog
