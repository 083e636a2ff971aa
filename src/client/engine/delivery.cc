#include "client/engine/delivery.h"

#include <exception>
#include <system_error>
#include <utility>

#include "client/engine/quiet_thread.h"

namespace drover::client {

struct Delivery::Queue {
  std::mutex mutex;  // guards what follows
  std::condition_variable changed;
  std::deque<std::function<void()>> tasks;
  bool closing = false;
  bool running = false;  ///< the thread runs
  std::function<void(std::string)> complain;

  void run_one(const std::function<void()>& task) const {
    std::string said;
    try {
      return task();
    } catch (const std::exception& thrown) {
      said = thrown.what();
    } catch (...) {
      said = "something that is no std::exception";
    }
    if (complain) complain(std::move(said));
  }

  void run() {
    std::unique_lock lock(mutex);
    for (;;) {
      changed.wait(lock, [this] { return closing || !tasks.empty(); });
      if (tasks.empty()) return;
      {
        const std::function<void()> task = std::move(tasks.front());
        tasks.pop_front();
        lock.unlock();
        run_one(task);
      }  // what the task captured is destroyed without the lock
      lock.lock();
    }
  }
};

Delivery::Delivery(std::function<void(std::string)> complain) : queue_(std::make_shared<Queue>()) {
  queue_->complain = std::move(complain);
}

Delivery::~Delivery() {
  close();
}

void Delivery::put(std::function<void()> task) {
  {
    const std::lock_guard lock(queue_->mutex);
    queue_->tasks.push_back(std::move(task));
    queue_->changed.notify_one();
    if (queue_->running) return;
    queue_->running = true;
  }
  const std::lock_guard lock(start_);
  try {
    thread_ = quiet_thread([queue = queue_] { queue->run(); });
  } catch (const std::system_error&) {
    // The thread could not be started: close() runs the waiting tasks.
    const std::lock_guard undo(queue_->mutex);
    queue_->running = false;
  }
}

void Delivery::call(std::function<void()> callback) {
  put(std::move(callback));
}

void Delivery::tell(std::function<void()> hook) {
  {
    const std::lock_guard lock(queue_->mutex);
    if (queue_->closing || queue_->tasks.size() >= kMaxWaitingHooks) return;
  }
  put(std::move(hook));
}

void Delivery::close() {
  {
    const std::lock_guard lock(queue_->mutex);
    queue_->closing = true;
    queue_->changed.notify_one();
  }
  const std::lock_guard lock(start_);
  if (left_alone_) return;
  if (!thread_.joinable()) {
    queue_->run();  // tasks that waited for a thread that could not be started
  } else if (thread_.get_id() == std::this_thread::get_id()) {
    thread_.detach();  // the thread holds its queue and runs the waiting tasks after this callback
    left_alone_ = true;
  } else {
    thread_.join();
  }
}

}  // namespace drover::client
