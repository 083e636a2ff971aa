// Connections that wait for a request, the longest waiting first: which of them gives way when there are too many.
// Links inside the connections themselves, so that joining and leaving cost a few stores.
#pragma once

#include "base/instant.h"

namespace drover::gateway {

/// A connection's link in the list of idle connections. Its destructor takes the connection out of the list.
class IdleLink {
 public:
  IdleLink() = default;
  ~IdleLink() { leave(); }
  IdleLink(const IdleLink&) = delete;
  IdleLink& operator=(const IdleLink&) = delete;

  void leave() {
    before_->after_ = after_;
    after_->before_ = before_;
    before_ = after_ = this;
  }
  [[nodiscard]] bool linked() const { return after_ != this; }
  [[nodiscard]] Instant since() const { return since_; }

 private:
  friend class IdleList;
  IdleLink* before_ = this;
  IdleLink* after_ = this;
  Instant since_{};
};

class IdleList {
 public:
  void join(IdleLink& link, Instant now) {
    link.leave();
    link.since_ = now;
    link.before_ = ring_.before_;
    link.after_ = &ring_;
    ring_.before_->after_ = &link;
    ring_.before_ = &link;
  }
  /// The connection that has waited longest. Null: no connection waits.
  [[nodiscard]] IdleLink* longest() const { return ring_.linked() ? ring_.after_ : nullptr; }

 private:
  IdleLink ring_;
};

}  // namespace drover::gateway
