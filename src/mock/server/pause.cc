#include "mock/server/pause.h"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>

namespace drover::mock {

net::Awaitable<> Pause::until(Instant at) {
  // Long enough for every wait of a mock, and short enough not to overflow the clock.
  static constexpr Duration kLongestWait = std::chrono::hours(24 * 365);
  const Instant now = loop_.now_exact();
  if (at == kNever)
    timer_.expires_after(kLongestWait);
  else
    timer_.expires_after(std::min(at > now ? at - now : Duration::zero(), kLongestWait));
  [[maybe_unused]] const auto outcome = co_await timer_.async_wait(net::asio::as_tuple(net::kUseAwaitable));
}

}  // namespace drover::mock
