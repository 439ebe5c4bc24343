#ifndef MODLOG_VERIFIER_BASE_MUTEX_H_
#define MODLOG_VERIFIER_BASE_MUTEX_H_

// A mutex with conditions on the standard library's. Debian's Abseil is not
// instrumented for ThreadSanitizer, which then sees a race in everything that
// absl::Mutex guards; this one it understands. Clang's thread-safety analysis
// understands both.
//
// Whoever changes what a condition depends on says so with MutexLock::Notify.
// Waking the waiters at every unlock instead cost a tenth of the unary rate.

#include <absl/base/thread_annotations.h>

#include <condition_variable>
#include <mutex>

namespace modlog {

class ABSL_LOCKABLE Mutex {
 public:
  void Lock() ABSL_EXCLUSIVE_LOCK_FUNCTION() { mutex_.lock(); }

  void Unlock() ABSL_UNLOCK_FUNCTION() { mutex_.unlock(); }

  // Await releases the mutex until `condition()` holds; it is called with the
  // mutex held, and must depend on what the mutex guards alone.
  template <typename Condition>
  void Await(Condition condition) ABSL_EXCLUSIVE_LOCKS_REQUIRED(this) {
    std::unique_lock lock(mutex_, std::adopt_lock);
    changed_.wait(lock, condition);
    lock.release();
  }

 private:
  friend class MutexLock;
  std::mutex mutex_;
  std::condition_variable changed_;
};

class ABSL_SCOPED_LOCKABLE MutexLock {
 public:
  explicit MutexLock(Mutex* mutex) ABSL_EXCLUSIVE_LOCK_FUNCTION(mutex)
      : mutex_(mutex) {
    mutex_->Lock();
  }
  ~MutexLock() ABSL_UNLOCK_FUNCTION() {
    mutex_->Unlock();
    // After the unlock, or whoever wakes would only wait for the mutex.
    if (notify_) mutex_->changed_.notify_all();
  }
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

  // Notify lets every waiter look at its condition again, once unlocked. The
  // mutex must live until then.
  void Notify() { notify_ = true; }

 private:
  Mutex* const mutex_;
  bool notify_ = false;
};

}  // namespace modlog

#endif  // MODLOG_VERIFIER_BASE_MUTEX_H_
