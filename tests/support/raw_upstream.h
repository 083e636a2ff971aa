// A scripted upstream on its own thread: it sends exactly the bytes and the cuts of the script, and keeps the requests.
// It knows only so much HTTP as is needed to find the end of a request.
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

/// The steps of an upstream for one request (or, with `before_reading`, for one connection), in order.
class Say {
 public:
  Say& bytes(std::string text);
  /// Sends the bytes in pieces of 1 to `longest`, cut at places drawn from `seed`, each in a packet of its own if the
  /// kernel allows it.
  Say& bytes_cut_at_random(std::string text, std::uint64_t seed, std::size_t longest = 40);
  /// Waits until the test calls go_on(), or the peer is gone.
  Say& wait_for_go_on();
  /// Waits until the peer has ended the connection.
  Say& wait_for_end();
  Say& close();
  Say& reset();
  /// Does all steps at once after accept, without reading from the connection.
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
  std::size_t connection = 0;  ///< from 0, in the order of accept

  /// The value of the first field with this name; empty: there is none.
  [[nodiscard]] std::string field(std::string_view name) const;
};

class RawUpstream {
 public:
  RawUpstream();
  ~RawUpstream();
  RawUpstream(const RawUpstream&) = delete;
  RawUpstream& operator=(const RawUpstream&) = delete;

  [[nodiscard]] std::uint16_t port() const { return port_; }

  /// The script for the next request, then for the one after it, and so on. After the last one always() applies.
  void next(Say say);
  void always(Say say);
  void go_on();

  [[nodiscard]] std::vector<HeardRequest> heard() const;
  [[nodiscard]] std::size_t connections() const;
  /// Waits until the peer ends the connection of request `index`, and returns when that was seen. Epoch: not in time.
  [[nodiscard]] Clock::time_point ended_at(std::size_t index, std::chrono::milliseconds patience = kPatience) const;
  /// Waits until so many whole requests have come.
  [[nodiscard]] bool wait_for_requests(std::size_t count, std::chrono::milliseconds patience = kPatience) const;

 private:
  void accept_all(const std::stop_token& stop);
  void serve(const std::stop_token& stop, Socket socket, std::size_t connection);
  /// False: the connection has ended.
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
