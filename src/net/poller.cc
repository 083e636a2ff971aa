#include "net/poller.h"

#include <unistd.h>

#include <algorithm>
#include <boost/asio/post.hpp>

#include "net/clock.h"
#include "net/reactor_descriptor.h"

namespace drover::net {

namespace {

/// Rounds before the loop's other work gets its turn.
constexpr int kRounds = 4;
/// A batch of at least this many is likely to be followed by more: worth asking again at once.
constexpr std::size_t kBusy = 8;

}  // namespace

struct Poller::Ready {
  Poller* poller;
  void operator()(const boost::system::error_code& error) const {
    if (!error) poller->deliver();
  }
};

Poller::Poller(asio::io_context& context, Instant& event_at)
    : context_(context),
      descriptor_(::epoll_create1(EPOLL_CLOEXEC)),  // without one, add() fails
      set_(context.get_executor()),
      event_at_(event_at) {
  follow();
}

Poller::~Poller() {
  if (set_.is_open()) set_.release();
  if (descriptor_ >= 0) ::close(descriptor_);
}

bool Poller::add(int descriptor, Polled& polled) {
  epoll_event wanted{.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, .data = {.ptr = &polled}};
  return ::epoll_ctl(descriptor_, EPOLL_CTL_ADD, descriptor, &wanted) == 0;
}

void Poller::remove(int descriptor, Polled& polled) {
  epoll_event ignored{};
  ::epoll_ctl(descriptor_, EPOLL_CTL_DEL, descriptor, &ignored);
  for (std::size_t at = at_; at < count_; ++at) {
    if (batch_[at].data.ptr == &polled) batch_[at].data.ptr = nullptr;
  }
}

void Poller::wait() {
  set_.async_wait(asio::posix::descriptor_base::wait_read, Ready{this});
}

void Poller::deliver() {
  for (int round = 0; round < kRounds; ++round) {
    if (take(/*timeout=*/0) < kBusy) break;
  }
  wait();
}

/// Waits for events, in milliseconds (-1: as long as it takes), and delivers them. Returns how many there were.
std::size_t Poller::take(int timeout) {
  const int got = ::epoll_wait(descriptor_, batch_.data(), static_cast<int>(kBatch), timeout);
  count_ = static_cast<std::size_t>(std::max(got, 0));
  const std::size_t taken = count_;
  for (at_ = 0; at_ < count_; ++at_) {
    const epoll_event event = batch_[at_];
    if (event.data.ptr == nullptr) continue;
    event_at_ = monotonic_now();
    static_cast<Polled*>(event.data.ptr)->kernel_says(event.events);
  }
  at_ = count_ = 0;
  event_at_ = kNever;
  return taken;
}

void Poller::run() {
  if (!lead()) {
    context_.run();
    return;
  }
  // Within a handler of Asio's, because what sockets bring about then uses the memory that Asio keeps for its thread.
  asio::post(context_, [this] { serve(); });
  context_.run();
  follow();
}

void Poller::serve() {
  while (!context_.stopped()) {
    const bool more = run_handlers();
    if (!context_.stopped()) take(more ? 0 : -1);
  }
}

/// Some of what Asio has ready. True: there may be more. Asio stops the context itself when nothing is left to wait
/// for.
bool Poller::run_handlers() {
  for (int handlers = 0; handlers < kHandlers; ++handlers) {
    if (context_.poll_one() == 0) return false;
  }
  return true;
}

/// Takes our set out of Asio's and Asio's into ours. False: it cannot be done, and nothing has changed.
bool Poller::lead() {
  if (!set_.is_open()) return false;
  set_.release();
  epoll_event wanted{.events = EPOLLIN, .data = {.ptr = nullptr}};
  if (::epoll_ctl(descriptor_, EPOLL_CTL_ADD, reactor_descriptor(context_), &wanted) == 0) return true;
  follow();
  return false;
}

/// Lays our set into Asio's.
void Poller::follow() {
  epoll_event ignored{};
  ::epoll_ctl(descriptor_, EPOLL_CTL_DEL, reactor_descriptor(context_), &ignored);
  boost::system::error_code error;
  if (descriptor_ >= 0) set_.assign(descriptor_, error);
  if (set_.is_open()) wait();
}

}  // namespace drover::net
