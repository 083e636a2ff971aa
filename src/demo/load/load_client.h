// The clients of the demonstration: an open-loop load on a thread of its own. Each request is sent when the schedule
// says, independent of the others, over kept-alive connections; half of them ask for a stream.
#pragma once

#include <atomic>
#include <boost/asio/basic_waitable_timer.hpp>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "demo/account/ledger.h"
#include "demo/load/schedule.h"
#include "net/dns/resolver.h"
#include "net/loop/loop.h"
#include "upstream/connections/connection_pools.h"

namespace drover::demo {

/// How long a client waits for its answer: longer than the gateway could need, so that a client that stops waiting
/// shows a fault.
inline constexpr Duration kPatience = std::chrono::seconds(120);

inline constexpr std::string_view kIdPrefix = "demo-";
/// "demo-000123"
[[nodiscard]] std::string request_id(std::uint64_t request);
/// The number in such an id; kNoRequest for another id.
[[nodiscard]] std::uint64_t request_number(std::string_view id);
inline constexpr std::uint64_t kNoRequest = ~std::uint64_t{0};

class LoadClient {
 public:
  /// Requests go to 127.0.0.1:`port`.
  LoadClient(std::uint16_t port, Schedule schedule);
  /// Ends the thread. Requests that still run get Flaw::Running.
  ~LoadClient();
  LoadClient(const LoadClient&) = delete;
  LoadClient& operator=(const LoadClient&) = delete;

  /// The begin of the schedule must be in the future.
  void start();
  /// Sends no further requests. Any thread.
  void stop_sending();
  /// Ends the thread. Afterwards lines() may be read.
  void join();

  // Any thread.
  [[nodiscard]] std::uint64_t sent() const { return sent_; }
  [[nodiscard]] std::uint64_t in_flight() const { return begun_ - ended_; }
  [[nodiscard]] std::uint64_t failed() const { return failed_; }
  [[nodiscard]] bool stopped() const { return stopped_; }
  [[nodiscard]] std::thread& thread() { return thread_; }

  /// Call it after join().
  [[nodiscard]] const std::vector<ClientLine>& lines() const { return lines_; }

 private:
  struct Asking;
  using Timer = net::asio::basic_waitable_timer<std::chrono::steady_clock,
                                                net::asio::wait_traits<std::chrono::steady_clock>, net::Executor>;
  struct Paced;

  /// Sends the requests that are due, and waits for the next.
  void pace();
  static net::Awaitable<> ask(LoadClient* self, std::uint64_t request);
  net::Awaitable<Flaw> exchange(Asking& asking);

  net::Loop loop_;
  net::Resolver resolver_;
  upstream::ConnectionPools pools_;
  upstream::OriginPool& pool_;
  Timer timer_;
  Schedule schedule_;
  std::string authority_;
  std::vector<ClientLine> lines_;
  bool stop_ = false;
  std::atomic<std::uint64_t> begun_ = 0;
  std::atomic<std::uint64_t> sent_ = 0;
  std::atomic<std::uint64_t> ended_ = 0;
  std::atomic<std::uint64_t> failed_ = 0;
  std::atomic<bool> stopped_ = false;
  std::thread thread_;
};

}  // namespace drover::demo
