#include "net/loop/signals.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>

namespace drover::net {

struct Signals::State {
  boost::asio::io_context context{1};
  boost::asio::signal_set signals{context};

  void wait(const std::function<void(int)>& on_signal) {
    signals.async_wait([this, &on_signal](const boost::system::error_code& error, int number) {
      if (error) return;
      on_signal(number);
      wait(on_signal);
    });
  }
};

Signals::Signals() : state_(std::make_unique<State>()) {}

Signals::~Signals() = default;

void Signals::run(std::initializer_list<int> numbers, std::function<void(int)> on_signal) {
  boost::system::error_code ignored;
  for (int number : numbers) state_->signals.add(number, ignored);
  state_->wait(on_signal);
  state_->context.run();
  state_->signals.clear(ignored);
}

void Signals::stop() {
  state_->context.stop();
}

}  // namespace drover::net
