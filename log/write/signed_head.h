#ifndef MODLOG_LOG_WRITE_SIGNED_HEAD_H_
#define MODLOG_LOG_WRITE_SIGNED_HEAD_H_

// A tree head under the log's signature.

#include <string>

#include "verifier/core/checkpoint.h"

namespace modlog {

// A checkpoint that was signed: the note and what it says.
struct SignedHead {
  TreeHead tree;
  std::string checkpoint;  // signed note
  bool witnessed = false;  // whether a quorum of witnesses cosigned
};

}  // namespace modlog

#endif  // MODLOG_LOG_WRITE_SIGNED_HEAD_H_
