// A call that a caller holds. In a child of fork() its threads do not exist, so the object is left as it is, for ever.
#pragma once

#include <memory>
#include <utility>

#include "client/engine/call.h"
#include "client/engine/engine.h"

namespace drover::client {

/// Never destroyed: the memory lives until the process ends.
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

  /// Whether this is the process that made it.
  [[nodiscard]] bool here() const { return !call_->engine().foreign(); }
  [[nodiscard]] Call& call() const { return *call_; }

 private:
  std::shared_ptr<Call> call_;
};

}  // namespace drover::client
