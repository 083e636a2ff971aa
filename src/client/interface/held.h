// A call that a caller still holds, and what happens to such things in a child of fork(): their threads are not there,
// so they are left as they are, for ever.
#pragma once

#include <memory>
#include <utility>

#include "client/engine/call.h"
#include "client/engine/engine.h"

namespace drover::client {

/// Never destroyed: the memory belongs to the process that ends with it.
template <class Thing>
void leave_behind(std::shared_ptr<Thing> thing) {
  [[maybe_unused]] auto* const left = new std::shared_ptr<Thing>(std::move(thing));
}

class Held {
 public:
  explicit Held(std::shared_ptr<Call> call) : call_(std::move(call)) {}
  ~Held() {
    if (call_ && !here()) leave_behind(std::move(call_));
  }
  Held(const Held&) = delete;
  Held& operator=(const Held&) = delete;

  /// Whether this is the process it was made in.
  [[nodiscard]] bool here() const { return !call_->engine().foreign(); }
  [[nodiscard]] Call& call() const { return *call_; }

 private:
  std::shared_ptr<Call> call_;
};

}  // namespace drover::client
