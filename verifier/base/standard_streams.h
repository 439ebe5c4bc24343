#ifndef MODLOG_VERIFIER_BASE_STANDARD_STREAMS_H_
#define MODLOG_VERIFIER_BASE_STANDARD_STREAMS_H_

// For the first line of a program's main.

#include <fcntl.h>
#include <unistd.h>

namespace modlog {

// HoldStandardStreams opens what a caller closed of standard input, output and
// error. A number that is free goes to the next file that the program opens, a
// database's for example, and what the program prints would be written into it.
// What is opened here is empty to read and refuses to be written.
inline void HoldStandardStreams() {
  int fd = open("/dev/null", O_RDONLY);
  while (fd >= 0 && fd <= STDERR_FILENO) fd = open("/dev/null", O_RDONLY);
  if (fd >= 0) close(fd);
}

}  // namespace modlog

#endif  // MODLOG_VERIFIER_BASE_STANDARD_STREAMS_H_
