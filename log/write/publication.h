#ifndef MODLOG_LOG_WRITE_PUBLICATION_H_
#define MODLOG_LOG_WRITE_PUBLICATION_H_

// The published head, and whoever waits for it to reach an entry. It never goes
// back to a smaller tree; a head of the same tree with other cosignatures takes
// its place. Thread-safe.

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <vector>

#include "log/write/signed_head.h"
#include "verifier/base/mutex.h"

namespace modlog {

// When a signed head becomes the published one.
struct Publishing {
  bool at_once = true;  // else whoever asks the witnesses calls PublishHead
  // Called after a head was signed, by the sequencer's thread; must not block.
  std::function<void()> on_signed = [] {};
};

// Called once, by any thread; must not block.
using PublishedDone =
    std::move_only_function<void(Result<std::shared_ptr<const SignedHead>>)>;
inline constexpr size_t kPublicationWaitsMax = 65'536;

class Publication {
 public:
  // Publish: kConflict, and nothing changes, for a smaller tree than the one
  // that is published.
  Result<void> Publish(std::shared_ptr<const SignedHead> head);

  // Never null; of the empty tree, without a checkpoint, at first.
  std::shared_ptr<const SignedHead> head() const {
    MutexLock lock(&mutex_);
    return head_;
  }

  // As Log::WhenPublished and Log::ExpireWaits.
  void When(uint64_t size, int64_t until_ms, PublishedDone done);
  void Expire(int64_t now_ms);

  // Close tells all who wait that it is in vain.
  void Close();

 private:
  struct Wait {
    int64_t until_ms;
    PublishedDone done;
  };

  mutable Mutex mutex_;
  std::shared_ptr<const SignedHead> head_ ABSL_GUARDED_BY(mutex_) =
      std::make_shared<const SignedHead>();
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;
  std::multimap<uint64_t, Wait> waits_ ABSL_GUARDED_BY(mutex_);  // by size
};

}  // namespace modlog

#endif  // MODLOG_LOG_WRITE_PUBLICATION_H_
