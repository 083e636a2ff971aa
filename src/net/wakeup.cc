#include "net/wakeup.h"

#include <utility>

#include <boost/asio/post.hpp>

namespace drover::net {

Awaitable<> Wakeup::wait() {
  return asio::async_initiate<const asio::use_awaitable_t<Executor>, void()>(
      [this](auto&& handler) {
        if (std::exchange(notified_, false)) {
          asio::post(executor_, std::forward<decltype(handler)>(handler));
          return;
        }
        waiter_.emplace(std::forward<decltype(handler)>(handler));
      },
      kUseAwaitable);
}

void Wakeup::notify() {
  if (!waiter_) {
    notified_ = true;
    return;
  }
  Handler handler = std::move(*waiter_);
  waiter_.reset();
  asio::post(executor_, std::move(handler));
}

}  // namespace drover::net
