// The parts of a MockServer: its ports, its connections, and the provider that they share.
#pragma once

#include <atomic>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "mock/server/connection.h"
#include "mock/server/server.h"
#include "net/loop/loop.h"
#include "net/loop/ticker.h"
#include "net/socket/listeners.h"

namespace drover::mock {

/// For the loop's thread, unless a comment says otherwise.
class MockServer::State : public std::enable_shared_from_this<State> {
 public:
  State(net::Loop& loop, Settings settings);

  [[nodiscard]] Result<void> start();
  void stop();

  /// Any thread: calls `change(Provider&, Instant)`, and returns when ports that must open or close have done so.
  template <class Change>
  void change(Change change) {
    const Instant now = loop_.now_exact();
    const bool ports_change = provider_->with([&](Provider& provider) {
      const std::vector<bool> before = refusing(provider, now);
      change(provider, now);
      return before != refusing(provider, now);
    });
    apply_ports_soon(ports_change ? Wait::Yes : Wait::No);
  }

  [[nodiscard]] SharedProvider& provider() { return *provider_; }
  [[nodiscard]] std::uint16_t port(std::size_t index) const { return ports_.at(index); }
  [[nodiscard]] const std::string& host(std::size_t index) const { return listen_.at(index).host; }

 private:
  using Acceptor = net::asio::basic_socket_acceptor<net::asio::ip::tcp, net::Executor>;
  enum class Wait : std::uint8_t { Yes, No };

  struct Door {
    std::optional<net::Listeners> listeners;
    std::optional<Acceptor> place;  ///< bound but not listening: it keeps the port ours while the port refuses
  };

  [[nodiscard]] std::vector<bool> refusing(const Provider& provider, Instant now) const;
  void apply_ports_soon(Wait wait);
  /// Opens and closes ports as the faults say now, and runs again when a fault's window begins or ends.
  void apply_ports();
  [[nodiscard]] Result<void> open(std::size_t index);
  void shut(std::size_t index);
  void accepted(net::TcpSocket socket, std::size_t index);

  net::Loop& loop_;
  std::vector<ListenAt> listen_;
  std::shared_ptr<SharedProvider> provider_;
  net::Deadline window_;
  std::vector<Door> doors_;
  std::vector<std::uint16_t> ports_;  ///< set by start(), then constant
  std::map<std::uint64_t, std::shared_ptr<Connection>> connections_;
  std::uint64_t next_connection_ = 1;
  bool running_ = false;
  std::atomic<std::thread::id> loop_thread_{};
};

}  // namespace drover::mock
