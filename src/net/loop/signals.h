// Waits for signals (SIGTERM, SIGINT, SIGHUP) on an ordinary context in the main thread, never on a loop's UNSAFE one.
#pragma once

#include <functional>
#include <initializer_list>
#include <memory>

namespace drover::net {

class Signals {
 public:
  Signals();
  ~Signals();
  /// Blocks the calling thread and calls `on_signal(number)` for each signal until stop().
  void run(std::initializer_list<int> numbers, std::function<void(int)> on_signal);
  /// Any thread.
  void stop();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace drover::net
