#include "net/loop/poller.h"

#include <algorithm>

#include "net/loop/clock.h"

namespace drover::net {

namespace {

/// Rounds before the loop's other work has its turn.
constexpr int kRounds = 4;
/// After a batch of at least this many events more are likely, so the kernel is asked again at once.
constexpr std::size_t kBusy = 8;

}  // namespace

struct Poller::Ready {
  Poller* poller;
  void operator()(const boost::system::error_code& error) const {
    if (!error) poller->deliver();
  }
};

Poller::Poller(asio::io_context& context, Instant& event_at) : set_(context.get_executor()), event_at_(event_at) {
  const int descriptor = ::epoll_create1(EPOLL_CLOEXEC);
  boost::system::error_code error;
  if (descriptor >= 0) set_.assign(descriptor, error);  // without one, add() fails
  if (set_.is_open()) wait();
}

Poller::~Poller() = default;

bool Poller::add(int descriptor, Polled& polled) {
  epoll_event wanted{.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, .data = {.ptr = &polled}};
  return ::epoll_ctl(set_.native_handle(), EPOLL_CTL_ADD, descriptor, &wanted) == 0;
}

void Poller::remove(int descriptor, Polled& polled) {
  epoll_event ignored{};
  ::epoll_ctl(set_.native_handle(), EPOLL_CTL_DEL, descriptor, &ignored);
  for (std::size_t at = at_; at < count_; ++at) {
    if (batch_[at].data.ptr == &polled) batch_[at].data.ptr = nullptr;
  }
}

void Poller::wait() {
  set_.async_wait(asio::posix::descriptor_base::wait_read, Ready{this});
}

void Poller::deliver() {
  for (int round = 0; round < kRounds; ++round) {
    const int got = ::epoll_wait(set_.native_handle(), batch_.data(), static_cast<int>(kBatch), 0);
    count_ = static_cast<std::size_t>(std::max(got, 0));
    for (at_ = 0; at_ < count_; ++at_) {
      const epoll_event event = batch_[at_];
      if (event.data.ptr == nullptr) continue;
      event_at_ = monotonic_now();
      static_cast<Polled*>(event.data.ptr)->kernel_says(event.events);
    }
    if (count_ < kBusy) break;
  }
  at_ = count_ = 0;
  event_at_ = kNever;
  wait();
}

}  // namespace drover::net
