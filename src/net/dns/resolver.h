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

/// One per loop. Answers are kept for their TTL (1 s to 5 min), failures for 2 s. When a name can no longer be
/// resolved, its last addresses are used for up to an hour. Questions for one name at the same time are asked once.
class Resolver {
 public:
  explicit Resolver(Loop& loop);
  /// Uses these DNS servers ("127.0.0.1:5353", comma-separated) instead of the system's. For tests.
  Resolver(Loop& loop, const std::string& servers);
  ~Resolver();

  /// Addresses of both families, alternating; the family that worked last comes first, and addresses that failed lately
  /// come last. Literal addresses are answered at once, /etc/hosts is respected. Errors: Resolve, Cancelled. Waits at
  /// most kTimeout.
  [[nodiscard]] Awaitable<Result<std::vector<asio::ip::address>>> resolve(std::string host);

  /// The same. Destroying or cancelling `inquiry` ends the wait early; `inquiry` is borrowed until the return.
  [[nodiscard]] Awaitable<Result<std::vector<asio::ip::address>>> resolve(std::string host, Inquiry& inquiry);
  /// A connection to this address of `host` succeeded: its family comes first the next time.
  void worked(const std::string& host, const asio::ip::address& address);
  /// No connection to this address of `host` could be made.
  void broke(const std::string& host, const asio::ip::address& address);

  static constexpr Duration kTimeout = std::chrono::seconds(5);
  /// Most names that are kept; a new one replaces the oldest.
  static constexpr std::size_t kMaxNames = 1024;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace drover::net
