#ifndef MODLOG_API_TOOL_INTERRUPT_H_
#define MODLOG_API_TOOL_INTERRUPT_H_

// The first Ctrl-C, or SIGTERM, asks the program to end in order; the second
// ends it at once.

namespace modlog {

// CatchInterrupt arms the handlers, once a process.
void CatchInterrupt();

// Interrupted returns the signal that came, 0 for none.
int Interrupted();

// WaitReadable waits until `fd` can be read, ends or fails, or a signal comes,
// or the time has passed (negative: for ever). Returns whether fd is ready.
bool WaitReadable(int fd, int timeout_ms);

}  // namespace modlog

#endif  // MODLOG_API_TOOL_INTERRUPT_H_
