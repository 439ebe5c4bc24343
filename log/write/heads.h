#ifndef MODLOG_LOG_WRITE_HEADS_H_
#define MODLOG_LOG_WRITE_HEADS_H_

// The three heads, committed >= signed >= published, and the tree below the
// signed one, up to which reads are served. Thread-safe.

#include <memory>
#include <utility>

#include "log/tree/edge.h"
#include "log/tree/prover.h"
#include "log/write/publication.h"
#include "log/write/signed_head.h"
#include "verifier/base/mutex.h"

namespace modlog {

// What readers may see: a signed head and the edge of the same tree.
struct SignedView {
  std::shared_ptr<const SignedHead> head;
  std::shared_ptr<const Edge> edge;
};

class Heads {
 public:
  // `store` must outlive it.
  Heads(Store* store, Publishing publishing)
      : store_(store), publishing_(std::move(publishing)) {}

  // Adopt: a head was signed; where nobody is asked first, it is published.
  // Before any answer is given that rests on it.
  void Adopt(SignedView view, const TreeHead& committed) {
    auto head = view.head;
    {
      const MutexLock lock(&mutex_);
      view_ = std::move(view);
      committed_ = committed;
    }
    // The signed head only grows, so this cannot fail.
    if (publishing_.at_once) {
      static_cast<void>(publication_.Publish(std::move(head)));
    }
    publishing_.on_signed();
  }
  // Committed: what is committed and will not be signed.
  void Committed(const TreeHead& committed) {
    const MutexLock lock(&mutex_);
    committed_ = committed;
  }

  TreeHead committed() const {
    const MutexLock lock(&mutex_);
    return committed_;
  }
  std::shared_ptr<const SignedHead> signed_head() const {
    const MutexLock lock(&mutex_);
    return view_.head;
  }
  // Reader of the signed tree.
  Prover Reader() const {
    const MutexLock lock(&mutex_);
    return Prover(store_, view_.edge);
  }

  Publication& publication() { return publication_; }
  const Publication& publication() const { return publication_; }

 private:
  Store* const store_;
  const Publishing publishing_;
  Publication publication_;
  mutable Mutex mutex_;
  SignedView view_ ABSL_GUARDED_BY(mutex_);
  TreeHead committed_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace modlog

#endif  // MODLOG_LOG_WRITE_HEADS_H_
