// Takes connections for the admin pages on the office's loop: few at a time, each with short deadlines.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "gateway/admin/admin.h"
#include "gateway/process/idle_list.h"
#include "net/http1/server_connection.h"
#include "net/socket/listeners.h"

namespace drover::gateway {

/// Connections at a time; when they are all taken, the connection that has waited longest is closed for the new one. A
/// scraper or two and a person need a handful.
inline constexpr std::uint64_t kMaxAdminConnections = 32;
/// Requests on one connection before it is closed.
inline constexpr int kMaxAdminRequests = 1000;
inline constexpr net::ServerLimits kAdminLimits{.head = std::chrono::seconds(5),
                                                .keep_alive = std::chrono::seconds(60),
                                                .handshake = std::chrono::seconds(5),
                                                .write_stall = std::chrono::seconds(10)};
/// How long a whole answer may take to be read.
inline constexpr Duration kAdminFlush = std::chrono::seconds(30);

class AdminListener {
 public:
  /// Gives the state that the pages show. Called once for each request, on the loop's thread.
  using Look = std::function<AdminView()>;

  /// `listeners` holds the admin address alone, for one thread.
  AdminListener(net::Listeners listeners, Reach reach, std::shared_ptr<const net::ServerTls> tls, Look look);

  [[nodiscard]] std::uint16_t port() const { return listeners_.ports().front(); }
  /// Starts accepting on this loop, which outlives it or is abandoned first.
  void accept_on(net::Loop& loop);
  /// On the loop's thread: connections from now on use these certificates.
  void use(std::shared_ptr<const net::ServerTls> tls) { tls_ = std::move(tls); }
  /// On the loop's thread.
  void stop() { listeners_.stop(0); }

 private:
  struct Visit;
  [[nodiscard]] static net::Awaitable<> serve(std::unique_ptr<Visit> visit);

  net::Listeners listeners_;
  Reach reach_;
  std::shared_ptr<const net::ServerTls> tls_;
  Look look_;
  IdleList waiting_;
  std::uint64_t open_ = 0;
};

}  // namespace drover::gateway
