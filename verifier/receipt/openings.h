#ifndef MODLOG_VERIFIER_RECEIPT_OPENINGS_H_
#define MODLOG_VERIFIER_RECEIPT_OPENINGS_H_

// What a receipt discloses of the private parts of its record: values, each
// with its own salt, beside the 24 commitments. A file of JSON:
//
//   {"commitments":[b64, … 24],
//    "openings":[{"tag":"facts","salt":b64,"text":"…"}]}
//
// `text` where the value is text, else `value` in base64. Never a secret: a
// salt opens its own part and no other. Parts 10 and 11 (reach PLATFORM) have
// no place in it, since whoever sees them learns who complained.
//
// Pure functions, thread-safe. Source: docs/formats.md, "Openings".

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "verifier/core/commitment.h"

namespace modlog {

// All parts of the largest payload, with what JSON adds to them.
inline constexpr size_t kOpeningsFileSizeMax = 4 << 20;

struct Opening {
  PartTag tag;
  Hash salt;
  std::string value;
};
struct Openings {
  PartSlots commitments;
  std::vector<Opening> openings;  // ascending by tag, each once
};

// PartName is the name of a part in files and on the command line: "facts".
// "" for a tag that has none. PartNamed reads a name, or a number 1..21.
std::string PartName(int tag);
std::optional<PartTag> PartNamed(std::string_view name);
// PartNames lists those that may be disclosed, with commas between.
std::string PartNames();

// MayBeDisclosed: the parts of reach SUBJECT or PUBLIC.
bool MayBeDisclosed(PartTag tag);

// CheckOpenings: each value and salt make their commitment, and all make the
// record's. kBadProof names the part that does not.
Result<void> CheckOpenings(const Openings& openings,
                           std::string_view record_commitment);

// FormatOpenings is the file; ParseOpenings reads it, strictly: kMalformed for
// a key that is repeated, unknown or missing, other than 24 commitments, a part
// that may not be disclosed, parts out of order; kTooLarge.
std::string FormatOpenings(const Openings& openings);
Result<Openings> ParseOpenings(std::string_view file);

}  // namespace modlog

#endif  // MODLOG_VERIFIER_RECEIPT_OPENINGS_H_
