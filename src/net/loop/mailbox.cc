#include "net/loop/mailbox.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cstdint>
#include <utility>

namespace drover::net {

struct Mailbox::Wake {
  Mailbox* mailbox;
  void operator()(const boost::system::error_code& error) const {
    if (!error) mailbox->deliver();
  }
};

Mailbox::Mailbox(asio::io_context& context)
    : event_(context.get_executor()), event_fd_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
  boost::system::error_code error;
  if (event_fd_ >= 0) event_.assign(event_fd_, error);
  closed_ = event_fd_ < 0 || error;
  if (!closed_) wait();
}

Mailbox::~Mailbox() = default;

void Mailbox::wait() {
  event_.async_wait(asio::posix::descriptor_base::wait_read, Wake{this});
}

bool Mailbox::put(Task task, std::size_t most) {
  bool first = false;
  {
    std::lock_guard lock(mutex_);
    if (closed_ || tasks_.size() >= most) return false;
    first = tasks_.empty();
    tasks_.push_back(std::move(task));
  }
  if (!first) return true;  // the thread that put the first task wakes the loop
  std::uint64_t one = 1;
  // It fails only when the counter is at its maximum, and then the loop is awake.
  [[maybe_unused]] ssize_t written = ::write(event_fd_, &one, sizeof one);
  return true;
}

bool Mailbox::takes_order() {
  std::lock_guard lock(mutex_);
  return !closed_ && tasks_.size() < kMaxMail + kMaxOrders;
}

void Mailbox::close() {
  std::lock_guard lock(mutex_);
  closed_ = true;
}

void Mailbox::deliver() {
  std::uint64_t count = 0;
  [[maybe_unused]] ssize_t got = ::read(event_fd_, &count, sizeof count);
  {
    std::lock_guard lock(mutex_);
    running_.swap(tasks_);
  }
  wait();
  for (Task& task : running_) task();
  running_.clear();
}

}  // namespace drover::net
