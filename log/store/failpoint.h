#ifndef MODLOG_LOG_STORE_FAILPOINT_H_
#define MODLOG_LOG_STORE_FAILPOINT_H_

// Places on the write path where a test may strike. In what ships they compile
// to nothing; test programs link a log built with MODLOG_FAILPOINTS, and the
// environment says what happens where:
//
//   MODLOG_FAILPOINT=<name>:<action>[@<n>][,…]
//     exit     the process ends at once, as by kill -9
//     sleep    waits 50 ms, so that a kill from outside falls here
//     arm      Failpoint returns true: the code beside it does the damage
//   at the n-th passage (default 1; 0 = every one)

namespace modlog {

#ifdef MODLOG_FAILPOINTS
// Failpoint carries out what is asked for at `name`; true if armed there.
bool Failpoint(const char* name);
#else
constexpr bool Failpoint(const char*) { return false; }
#endif

}  // namespace modlog

#endif  // MODLOG_LOG_STORE_FAILPOINT_H_
