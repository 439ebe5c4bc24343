#ifndef MODLOG_LOG_MUTEX_H_
#define MODLOG_LOG_MUTEX_H_

// A mutex with conditions, in absl::Mutex's manner, on the standard library's.
// Debian's Abseil is not instrumented for ThreadSanitizer, which then sees a
// race in everything that its mutex guards; this one it understands. Clang's
// thread-safety analysis understands both.

#include <absl/base/thread_annotations.h>

#include <condition_variable>
#include <mutex>

namespace modlog {

class ABSL_LOCKABLE Mutex {
 public:
  void Lock() ABSL_EXCLUSIVE_LOCK_FUNCTION() { mutex_.lock(); }

  // Unlock lets every waiter look at its condition again.
  void Unlock() ABSL_UNLOCK_FUNCTION() {
    const bool waiters = waiters_ > 0;
    mutex_.unlock();
    if (waiters) changed_.notify_all();
  }

  // Await releases the mutex until `condition()` holds; it is called with the
  // mutex held, and must depend on what the mutex guards alone.
  template <typename Condition>
  void Await(Condition condition) ABSL_EXCLUSIVE_LOCKS_REQUIRED(this) {
    std::unique_lock lock(mutex_, std::adopt_lock);
    ++waiters_;
    changed_.wait(lock, condition);
    --waiters_;
    lock.release();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int waiters_ = 0;  // guarded by mutex_
};

class ABSL_SCOPED_LOCKABLE MutexLock {
 public:
  explicit MutexLock(Mutex* mutex) ABSL_EXCLUSIVE_LOCK_FUNCTION(mutex)
      : mutex_(mutex) {
    mutex_->Lock();
  }
  ~MutexLock() ABSL_UNLOCK_FUNCTION() { mutex_->Unlock(); }
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

 private:
  Mutex* const mutex_;
};

}  // namespace modlog

#endif  // MODLOG_LOG_MUTEX_H_
