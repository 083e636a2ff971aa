// One caller that waits for one name.
#pragma once

#include "net/loop/waiter.h"

namespace drover::net {

class Inquiry {
 public:
  explicit Inquiry(Loop& loop) : waiter_(loop) {}

  /// resolve() returns Cancelled soon.
  void cancel() { waiter_.resume_later(fail(Error{.kind = ErrorKind::Cancelled})); }
  void answered() { waiter_.resume_later(); }
  [[nodiscard]] Awaitable<Result<void>> wait() { return waiter_.wait(); }

 private:
  Waiter waiter_;
};

}  // namespace drover::net
