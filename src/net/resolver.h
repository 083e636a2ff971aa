// Names to addresses with c-ares, on the loop, with the answers' own TTLs.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "net/asio.h"

namespace drover::net {

class Loop;

/// One per loop. Answers are kept for their TTL (1 s to 5 min), failures for 2 s; when a name cannot be resolved any more
/// the last known addresses are served for up to an hour. Concurrent questions for one name are asked once.
class Resolver {
 public:
  explicit Resolver(Loop& loop);
  ~Resolver();

  /// Addresses of both families, alternating, the family that worked last first; literals are answered at once.
  /// /etc/hosts is respected. Errors: Resolve, Cancelled. Waits at most kTimeout.
  [[nodiscard]] Awaitable<Result<std::vector<asio::ip::address>>> resolve(std::string host);

  static constexpr Duration kTimeout = std::chrono::seconds(5);
  /// Names kept at once; the oldest goes.
  static constexpr std::size_t kMaxNames = 1024;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace drover::net
