#include "net/loop/loop.h"

#include <chrono>
#include <utility>

#include "net/loop/clock.h"
#include "net/loop/mailbox.h"
#include "net/loop/memory.h"
#include "net/loop/poller.h"
#include "net/loop/ticker.h"
#include "net/loop/waiter.h"

namespace drover::net {

namespace {

/// Readable bytes after the scratch memory, for parsers that read in wide steps.
constexpr std::size_t kScratchPadding = 64;

}  // namespace

Loop::Context::Context() : asio::io_context(BOOST_ASIO_CONCURRENCY_HINT_UNSAFE) {}

Loop::Loop(std::uint64_t seed)
    : random_(seed),
      ticker_(std::make_unique<Ticker>(context_)),
      mailbox_(std::make_unique<Mailbox>(context_)),
      poller_(std::make_unique<Poller>(context_, event_at_)),
      waiters_(std::make_unique<WaiterList>()),
      memory_(std::make_unique<LoopMemory>()),
      scratch_(std::make_unique<char[]>(kScratchBytes + kScratchPadding)) {}

Loop::~Loop() {
  abandon();
}

void Loop::abandon() {
  mailbox_->close();
  waiters_->abandon_all();
  // Waiting coroutines own connections, whose destructors need the ticker and the memory.
  context_.abandon_all();
}

void Loop::run() {
  context_.run();
}

void Loop::stop() {
  mailbox_->close();
  context_.stop();
}

bool Loop::post(std::function<void()> task) {
  return mailbox_->put(std::move(task));
}

Instant Loop::now_exact() {
  return monotonic_now();
}

bool Loop::order(std::function<void()> task) {
  return mailbox_->put_order(std::move(task));
}

void Loop::order_end() {
  (void)mailbox_->put_last([this] { stop(); });
}

bool Loop::takes_order() {
  return mailbox_->takes_order();
}

std::int64_t Loop::unix_seconds() const {
  return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

}  // namespace drover::net
