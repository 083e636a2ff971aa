// One suspended coroutine, which a readiness event, a deadline or a cancel resumes exactly once.
#pragma once

#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <optional>
#include <utility>

#include "base/result.h"
#include "net/asio.h"
#include "net/loop/loop.h"

namespace drover::net {

/// The waiters of one loop whose coroutine waits. A coroutine often owns the connection that holds its Waiter; the loop
/// must be able to break that cycle when it is destroyed.
class WaiterList {
 public:
  WaiterList() = default;
  WaiterList(const WaiterList&) = delete;
  WaiterList& operator=(const WaiterList&) = delete;
  /// Unwinds every waiting coroutine (through the executor).
  inline void abandon_all();

 private:
  friend class Waiter;
  class Waiter* first_ = nullptr;
};

/// Not thread-safe. Destroying it while waiting() unwinds the coroutine (through the executor).
class Waiter {
 public:
  explicit Waiter(Loop& loop) : executor_(loop.executor()), list_(loop.waiters()) {}
  Waiter(const Waiter&) = delete;
  Waiter& operator=(const Waiter&) = delete;
  ~Waiter() {
    if (waiting()) leave();
  }

  /// Suspends until one of the resume functions is called. Call it only while not waiting().
  [[nodiscard]] Awaitable<Result<void>> wait() {
    return asio::async_initiate<const asio::use_awaitable_t<Executor>, void(Result<void>)>(Store{this}, kUseAwaitable);
  }

  /// Gives the other work of the loop a turn, then goes on. For a wait that could end at once: a fast sender must not
  /// keep a coroutine, and its thread, busy for ever.
  [[nodiscard]] Awaitable<Result<void>> yield() {
    return asio::async_initiate<const asio::use_awaitable_t<Executor>, void(Result<void>)>(Yield{executor_},
                                                                                           kUseAwaitable);
  }

  [[nodiscard]] bool waiting() const { return handler_.has_value(); }

  /// Resumes at once. Call it only from a clean callback (never below another coroutine), as the last statement: the
  /// coroutine may destroy everything, also this Waiter.
  void resume(Result<void> outcome = {}) {
    Handler handler = take();
    std::move(handler)(std::move(outcome));
  }

  /// Resumes soon, from the loop. Does nothing when no coroutine waits.
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
      waiter->join();
    }
  };

  struct Resumption {
    Handler handler;
    Result<void> outcome;
    void operator()() { std::move(handler)(std::move(outcome)); }
  };

  struct Yield {
    Executor executor;
    template <class H>
    void operator()(H&& handler) const {
      asio::post(executor, Resumption{std::forward<H>(handler), {}});
    }
  };

  Handler take() {
    Handler handler = std::move(*handler_);
    handler_.reset();
    leave();
    return handler;
  }

  void join() {
    previous_ = nullptr;
    next_ = list_.first_;
    if (next_ != nullptr) next_->previous_ = this;
    list_.first_ = this;
  }

  void leave() {
    (previous_ == nullptr ? list_.first_ : previous_->next_) = next_;
    if (next_ != nullptr) next_->previous_ = previous_;
  }

  friend class WaiterList;
  Executor executor_;
  WaiterList& list_;
  Waiter* previous_ = nullptr;
  Waiter* next_ = nullptr;
  std::optional<Handler> handler_;
};

void WaiterList::abandon_all() {
  while (first_ != nullptr) {
    // The context destroys the coroutine later; until then the Waiter exists.
    Waiter::Handler unwound = first_->take();
  }
}

/// The return of a wait that has nothing to wait for. Does not suspend.
[[nodiscard]] inline Awaitable<Result<void>> immediately(Result<void> outcome) {
  co_return outcome;
}

}  // namespace drover::net
