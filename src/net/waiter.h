// One suspended coroutine, kept where a readiness event, a deadline or a cancel can resume it - exactly once.
#pragma once

#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <optional>
#include <utility>

#include "base/result.h"
#include "net/asio.h"

namespace drover::net {

/// Not thread-safe. Destroying it while waiting() unwinds the coroutine (through the executor).
class Waiter {
 public:
  explicit Waiter(Executor executor) : executor_(executor) {}
  Waiter(const Waiter&) = delete;
  Waiter& operator=(const Waiter&) = delete;

  /// Suspends until one of the resume functions is called. Only while not waiting().
  [[nodiscard]] Awaitable<Result<void>> wait() {
    return asio::async_initiate<const asio::use_awaitable_t<Executor>, void(Result<void>)>(Store{this}, kUseAwaitable);
  }

  [[nodiscard]] bool waiting() const { return handler_.has_value(); }

  /// Resumes at once. Only from a clean callback (never below another coroutine) and as the last thing done there: the
  /// coroutine may destroy everything, this Waiter included.
  void resume(Result<void> outcome = {}) {
    Handler handler = take();
    std::move(handler)(std::move(outcome));
  }

  /// Resumes soon, from the loop. Nothing happens when nobody waits.
  void resume_later(Result<void> outcome = {}) {
    if (!waiting()) return;
    asio::post(executor_, Resumption{take(), std::move(outcome)});
  }

 private:
  using Handler = asio::async_result<asio::use_awaitable_t<Executor>, void(Result<void>)>::handler_type;

  struct Store {
    Waiter* waiter;
    template <class H>
    void operator()(H&& handler) const {
      waiter->handler_.emplace(std::forward<H>(handler));
    }
  };

  struct Resumption {
    Handler handler;
    Result<void> outcome;
    void operator()() { std::move(handler)(std::move(outcome)); }
  };

  Handler take() {
    Handler handler = std::move(*handler_);
    handler_.reset();
    return handler;
  }

  Executor executor_;
  std::optional<Handler> handler_;
};

/// What a wait returns when there is nothing to wait for. Does not suspend.
[[nodiscard]] inline Awaitable<Result<void>> immediately(Result<void> outcome) {
  co_return outcome;
}

}  // namespace drover::net
