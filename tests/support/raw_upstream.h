// A scripted upstream on its own thread: it says exactly the bytes it is told to, in the cuts it is told to, and keeps
// what it heard. It understands just enough HTTP to know where a request ends.
//
//   RawUpstream upstream;
//   upstream.always(Say{}.bytes("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"));
//   … send a request to upstream.port() …
//   EXPECT_EQ(upstream.heard().at(0).body, "{}");
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <random>
#include <string>
#include <thread>
#include <variant>
#include <vector>

#include "support/socket.h"

namespace drover::test {

/// What an upstream does with one request (or, with `before_reading`, with one connection), in order.
class Say {
 public:
  Say& bytes(std::string text);
  /// The same bytes in pieces of 1 to `longest`, cut at places drawn from `seed`, each a packet of its own if the
  /// kernel lets it.
  Say& bytes_cut_at_random(std::string text, std::uint64_t seed, std::size_t longest = 40);
  /// Waits until the test calls go_on(), or the peer is gone.
  Say& wait_for_go_on();
  /// Waits until the peer has ended the connection.
  Say& wait_for_end();
  Say& close();
  Say& reset();
  /// Does all this at once when a connection has been accepted, without reading from it.
  Say& before_reading();

 private:
  friend class RawUpstream;
  struct Pause {};
  struct AwaitEnd {};
  struct Close {};
  struct Reset {};
  std::vector<std::variant<std::string, Pause, AwaitEnd, Close, Reset>> steps_;
  bool before_reading_ = false;
};

struct HeardRequest {
  std::string head;            ///< request line and fields, blank line included
  std::string body;            ///< decoded
  std::size_t connection = 0;  ///< from 0, in the order they were accepted

  /// The value of the first field of this name; empty when there is none.
  [[nodiscard]] std::string field(std::string_view name) const;
};

class RawUpstream {
 public:
  RawUpstream();
  ~RawUpstream();
  RawUpstream(const RawUpstream&) = delete;
  RawUpstream& operator=(const RawUpstream&) = delete;

  [[nodiscard]] std::uint16_t port() const { return port_; }

  /// What the next request gets; then the one after it, and so on. When they have run out, what always() said.
  void next(Say say);
  void always(Say say);
  void go_on();

  [[nodiscard]] std::vector<HeardRequest> heard() const;
  [[nodiscard]] std::size_t connections() const;
  /// When the peer of the connection of request `index` was seen to end it; waits for that. Epoch when it did not in
  /// time.
  [[nodiscard]] Clock::time_point ended_at(std::size_t index, std::chrono::milliseconds patience = kPatience) const;
  /// Waits until so many requests have been heard whole.
  [[nodiscard]] bool wait_for_requests(std::size_t count, std::chrono::milliseconds patience = kPatience) const;

 private:
  void accept_all(const std::stop_token& stop);
  void serve(const std::stop_token& stop, Socket socket, std::size_t connection);
  /// False: the connection is over.
  bool perform(const std::stop_token& stop, Socket& socket, const Say& say, std::size_t request);
  bool read_request(const std::stop_token& stop, const Socket& socket, std::string& inbox, HeardRequest& request);
  void await_end(const std::stop_token& stop, const Socket& socket, std::size_t request);
  [[nodiscard]] Say take_say();
  [[nodiscard]] bool speaks_first();

  Listener listener_;
  std::uint16_t port_;
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  std::deque<Say> sayings_;
  Say always_;
  std::size_t go_ons_ = 0;
  std::vector<HeardRequest> heard_;
  std::vector<Clock::time_point> ended_;
  std::size_t connections_ = 0;
  std::vector<std::jthread> serving_;
  std::jthread accepting_;  // last: it uses all of the above
};

}  // namespace drover::test
