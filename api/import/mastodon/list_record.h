#ifndef MODLOG_API_IMPORT_MASTODON_LIST_RECORD_H_
#define MODLOG_API_IMPORT_MASTODON_LIST_RECORD_H_

// Which lists were imported in which order, kept in a small file beside the
// platform's secret.
//
// Lists flap: a, b, a, b. The second "b after a" is a step of its own, although
// the same two files made the first; and whoever runs the four commands again
// wants nothing added. The log alone cannot tell the third command, run again,
// from a fifth that is new. The record can: it has the steps in their order and
// how far a second run of them has come.
//
// A step (a file, and the one before it) is a second run where it is
//   the step behind the one run last, while the steps are run again;
//   the one run last;
//   a step of the record whose older list is not the newest one imported:
//   the steps are run again from there on.
// Else it is new. Hashes of files alone stand in the record.
//
// Where the record is lost, the state of the log decides (mastodon.h).
// Not thread-safe.

#include <optional>
#include <string>
#include <vector>

#include "verifier/core/result.h"
#include "verifier/core/sha256.h"

namespace modlog {

struct ListStep {
  std::string newer;  // in hex
  std::string older;  // or "-"
  bool operator==(const ListStep&) const = default;
};

// Where a step belongs.
struct StepPlace {
  bool again = false;      // it was taken already
  bool newest = true;      // no step was taken after it
  uint64_t count = 1;      // how many of the steps up to it are the same
  bool from_start = true;  // the record begins with the first list, and has
                           // nothing but what the log had already
};

class ListRecord {
 public:
  // Read reads the platform's part of the file; an empty path: nothing is kept,
  // and every step is new. kUnavailable, kMalformed.
  static Result<ListRecord> Read(const std::string& path,
                                 const std::string& platform);

  // Place says where the step belongs. `is_new`: a person says that it is new.
  StepPlace Place(const ListStep& step, bool is_new);
  // Keep writes down that the step placed last is done; `added`: the log had
  // not all of it before.
  Result<void> Keep(bool added);

 private:
  struct Step {
    ListStep step;
    bool added = false;
  };

  std::string path_;
  std::string platform_;
  std::vector<std::string> others_;  // lines of other platforms
  std::vector<Step> steps_;
  size_t at_ = 0;  // steps that were run, or run again
  ListStep placed_;
  size_t place_ = 0;  // of placed_, from 1
};

}  // namespace modlog

#endif  // MODLOG_API_IMPORT_MASTODON_LIST_RECORD_H_
