#ifndef MODLOG_VERIFIER_BASE_OUT_OF_MEMORY_H_
#define MODLOG_VERIFIER_BASE_OUT_OF_MEMORY_H_

// For a program's main: what cannot be allocated ends the program with a
// message and a status of its choice, and never with an abort. Nothing here
// allocates.

#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <exception>
#include <new>
#include <stdexcept>
#include <system_error>

namespace modlog {

class MemoryEnd {
 public:
  // Run returns what `main` returns, or `status` after `message` on standard
  // error where memory (or a thread) was not to be had. In another thread than
  // the caller's it ends the process so. `message` is a literal, with its line
  // end. At most once in a program.
  template <typename Main>
  static int Run(const char* message, int status, const Main& main) {
    message_ = message;
    status_ = status;
    other_end_ = std::set_terminate(&EndThread);
    try {
      return main();
    } catch (...) {
      if (!IsOfMemory()) throw;
    }
    Tell();
    return status_;
  }

 private:
  // Whether the exception being handled says that there was no memory.
  static bool IsOfMemory() {
    try {
      throw;
    } catch (const std::bad_alloc&) {
      return true;
    } catch (const std::length_error&) {
      return true;
    } catch (const std::system_error& error) {
      return error.code() == std::errc::resource_unavailable_try_again ||
             error.code() == std::errc::not_enough_memory;
    } catch (...) {
      return false;
    }
  }

  static void Tell() {
    const ssize_t told = write(STDERR_FILENO, message_, std::strlen(message_));
    static_cast<void>(told);
  }

  [[noreturn]] static void EndThread() {
    if (std::current_exception() && IsOfMemory()) {
      Tell();
      _exit(status_);
    }
    if (other_end_ != nullptr) other_end_();
    std::abort();
  }

  static inline const char* message_ = "";
  static inline int status_ = 1;
  static inline std::terminate_handler other_end_ = nullptr;
};

}  // namespace modlog

#endif  // MODLOG_VERIFIER_BASE_OUT_OF_MEMORY_H_
