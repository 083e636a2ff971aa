// For this room's tests: a loop driven by hand, and pairs of connected loopback sockets.
#pragma once

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "net/http1/http1_client.h"
#include "net/http1/server_connection.h"
#include "net/loop/clock.h"
#include "net/loop/loop.h"

namespace drover::net::testing {

using namespace std::chrono_literals;

/// Runs the loop until `done`; false when that took longer than `limit`, which is generous and no measure.
inline bool drive(Loop& loop, const std::function<bool()>& done, Duration limit = 20s) {
  Instant until = monotonic_now() + limit;
  while (!done()) {
    if (monotonic_now() > until) return false;
    loop.context().run_one_for(50ms);
  }
  return true;
}

template <class T>
Awaitable<void> keep_outcome(Awaitable<T> work, std::optional<T>& outcome) {
  T result = co_await std::move(work);
  outcome.emplace(std::move(result));
}

/// Runs a coroutine to its end and returns what it returned.
template <class T>
T finish(Loop& loop, Awaitable<T> work) {
  std::optional<T> outcome;
  asio::co_spawn(loop.executor(), keep_outcome<T>(std::move(work), outcome), asio::detached);
  EXPECT_TRUE(drive(loop, [&] { return outcome.has_value(); })) << "the coroutine did not end";
  return std::move(*outcome);
}

/// Starts a coroutine whose result is read later.
template <class T>
void begin(Loop& loop, Awaitable<T> work, std::optional<T>& outcome) {
  asio::co_spawn(loop.executor(), keep_outcome<T>(std::move(work), outcome), asio::detached);
}

/// The other side of a tested connection: a plain socket that blocks with a limit.
class Peer {
 public:
  explicit Peer(int descriptor = -1) : descriptor_(descriptor) {}
  Peer(Peer&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  Peer& operator=(Peer&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
  }
  ~Peer() { close(); }

  [[nodiscard]] int descriptor() const { return descriptor_; }
  void send(std::string_view bytes) const {
    EXPECT_EQ(::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL), static_cast<ssize_t>(bytes.size()));
  }
  /// The bytes that have arrived.
  [[nodiscard]] std::string received(std::size_t most = 1 << 20) const {
    std::string bytes(most, '\0');
    ssize_t got = ::recv(descriptor_, bytes.data(), bytes.size(), MSG_DONTWAIT);
    bytes.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    return bytes;
  }
  /// Whether the other side has closed or reset, and every byte was read.
  [[nodiscard]] bool at_end() const {
    char byte = 0;
    ssize_t got = ::recv(descriptor_, &byte, 1, MSG_DONTWAIT | MSG_PEEK);
    return got == 0 || (got < 0 && errno != EAGAIN);
  }
  [[nodiscard]] bool was_reset() const {
    char byte = 0;
    return ::recv(descriptor_, &byte, 1, MSG_DONTWAIT | MSG_PEEK) < 0 && errno == ECONNRESET;
  }
  void shutdown() const { ::shutdown(descriptor_, SHUT_WR); }
  void reset() {
    linger now{1, 0};
    ::setsockopt(descriptor_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    close();
  }
  void close() {
    if (descriptor_ >= 0) ::close(std::exchange(descriptor_, -1));
  }

 private:
  int descriptor_;
};

/// Collects from a peer while the loop runs, until `enough`.
inline std::string collect(Loop& loop, const Peer& peer, const std::function<bool(const std::string&)>& enough) {
  std::string all;
  EXPECT_TRUE(drive(loop,
                    [&] {
                      all += peer.received();
                      return enough(all);
                    }))
      << "received so far: " << all.substr(0, 400);
  return all;
}

inline std::string collect_until(Loop& loop, const Peer& peer, std::string_view end) {
  return collect(loop, peer, [&](const std::string& all) { return all.ends_with(end); });
}

struct SocketPair {
  TcpSocket ours;
  Peer theirs;
};

/// Two connected loopback TCP sockets; `small_buffers` makes the kernel take little at once.
inline SocketPair connect_pair(Loop& loop, bool small_buffers = false) {
  int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  int little = 4096;
  int theirs = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (small_buffers) {
    ::setsockopt(listener, SOL_SOCKET, SO_SNDBUF, &little, sizeof little);
    ::setsockopt(theirs, SOL_SOCKET, SO_RCVBUF, &little, sizeof little);
  }
  EXPECT_EQ(::bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  EXPECT_EQ(::listen(listener, 1), 0);
  EXPECT_EQ(::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size), 0);
  EXPECT_EQ(::connect(theirs, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  int ours = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
  ::close(listener);
  return {TcpSocket(loop.executor(), asio::ip::tcp::v4(), ours), Peer(theirs)};
}

}  // namespace drover::net::testing
