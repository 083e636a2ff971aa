// Names to addresses with c-ares, on the loop, with the answers' own TTLs.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "net/asio.h"

namespace drover::net {

class Loop;
class Inquiry;

/// One per loop. Answers are kept for their TTL (1 s to 5 min), failures for 2 s; when a name cannot be resolved any
/// more the last known addresses are served for up to an hour. Concurrent questions for one name are asked once.
class Resolver {
 public:
  explicit Resolver(Loop& loop);
  /// With these DNS servers ("127.0.0.1:5353", comma-separated) instead of the system's. For tests.
  Resolver(Loop& loop, const std::string& servers);
  ~Resolver();

  /// Addresses of both families, alternating, the family that worked last first, what broke lately last; literals are answered at once.
  /// /etc/hosts is respected. Errors: Resolve, Cancelled. Waits at most kTimeout.
  [[nodiscard]] Awaitable<Result<std::vector<asio::ip::address>>> resolve(std::string host);

  /// The same; destroying or cancelling `inquiry` ends it early. Borrows it until it returns.
  [[nodiscard]] Awaitable<Result<std::vector<asio::ip::address>>> resolve(std::string host, Inquiry& inquiry);
  /// A connection to this address of `host` succeeded: its family goes first next time.
  void worked(const std::string& host, const asio::ip::address& address);
  /// No connection to this address of `host` could be made.
  void broke(const std::string& host, const asio::ip::address& address);

  static constexpr Duration kTimeout = std::chrono::seconds(5);
  /// Names kept at once; the oldest goes.
  static constexpr std::size_t kMaxNames = 1024;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace drover::net
