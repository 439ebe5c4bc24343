#ifndef MODLOG_VERIFIER_WITNESS_STATE_FILE_H_
#define MODLOG_VERIFIER_WITNESS_STATE_FILE_H_

// A witness's state on the disk, in the bytes of state_format.h.
//
// Append costs two syncs however many records it takes: one for the records,
// one for the head that covers them. With a head that was only written along, a
// last record that a damaged disk lost would look like one that was never
// finished. When the file holds more old records than current ones and 16 MiB,
// it is written anew. Not thread-safe.

#include <memory>
#include <span>
#include <string>

#include "verifier/witness/state_format.h"

namespace modlog {

class StateFile {
 public:
  // Open reads the file or, where there is none, makes it. kCorrupt where it
  // is damaged; kUnavailable.
  static Result<std::unique_ptr<StateFile>> Open(const std::string& path);
  ~StateFile();
  StateFile(const StateFile&) = delete;
  StateFile& operator=(const StateFile&) = delete;

  const State& state() const { return state_; }

  // Append makes the notes durable, in order, before it returns. After an error
  // the outcome is unknown and the file must not be used again.
  Result<void> Append(std::span<const SharedNote> notes);

 private:
  StateFile(std::string path, int fd, State state);

  Result<void> WriteHead();
  Result<void> Rewrite();
  bool IsMostlyOld() const;

  const std::string path_;
  int fd_;
  State state_;
  uint64_t current_bytes_ = 0;  // of records that count
};

}  // namespace modlog

#endif  // MODLOG_VERIFIER_WITNESS_STATE_FILE_H_
