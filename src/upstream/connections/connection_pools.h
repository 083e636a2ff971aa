// Connection pools of one loop: idle connections per origin, last in first out, with limits and an idle timeout.
// Not thread-safe: a connection never changes thread.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/plan/plan.h"
#include "net/loop/ticker.h"
#include "net/socket/connector.h"

namespace drover::net {
class Loop;
}

namespace drover::upstream {

class OriginPool;
struct ServerEndpoint;

/// A connection taken from its pool. The destructor closes it, unless give_back() returned it.
class PooledConnection {
 public:
  PooledConnection() = default;
  PooledConnection(OriginPool& pool, std::unique_ptr<net::ClientConnection> connection)
      : pool_(&pool), connection_(std::move(connection)) {}
  PooledConnection(PooledConnection&& other) noexcept = default;
  PooledConnection& operator=(PooledConnection&& other) noexcept;
  ~PooledConnection() { drop(); }

  explicit operator bool() const { return connection_ != nullptr; }
  net::ClientConnection& operator*() const { return *connection_; }
  net::ClientConnection* operator->() const { return connection_.get(); }

  /// Ends the exchange and returns the connection to its pool when it can be used again.
  void give_back(Instant now);
  void drop();

 private:
  OriginPool* pool_ = nullptr;
  std::unique_ptr<net::ClientConnection> connection_;
};

/// Room in a pool for a connection that is being opened. Destroyed without adopt(), it is given back.
class Room {
 public:
  explicit Room(OriginPool* pool = nullptr) : pool_(pool) {}
  Room(Room&& other) noexcept : pool_(std::exchange(other.pool_, nullptr)) {}
  Room& operator=(Room&& other) = delete;
  ~Room();

  explicit operator bool() const { return pool_ != nullptr; }
  /// The connection that the room is for.
  [[nodiscard]] PooledConnection adopt(std::unique_ptr<net::ClientConnection> connection) {
    return PooledConnection(*std::exchange(pool_, nullptr), std::move(connection));
  }

 private:
  OriginPool* pool_;
};

/// The connections of one origin. Counts every open one, busy or idle.
class OriginPool {
 public:
  /// `sweeper` is armed when a connection becomes idle.
  OriginPool(net::Origin origin, core::ConnectionLimits limits, std::uint32_t threads, net::Deadline& sweeper);

  [[nodiscard]] const net::Origin& origin() const { return origin_; }
  /// An idle connection that is still alive; dead ones met on the way are closed. Empty when there is none.
  [[nodiscard]] PooledConnection take();
  /// For a connection that is about to be opened. Empty: the limit is reached (S0).
  [[nodiscard]] Room reserve();
  /// Closes what has been idle for too long.
  void sweep(Instant now);
  /// Takes effect at once: idle connections over `keep` are closed, busy ones over `max` are left to finish.
  void set_limits(core::ConnectionLimits limits, std::uint32_t threads);

  /// No new request will use this origin: closes idle connections now, busy ones when their request ends.
  void retire();

  [[nodiscard]] std::size_t idle() const { return idle_.size(); }
  [[nodiscard]] std::uint32_t open() const { return open_; }

 private:
  friend class PooledConnection;
  friend class ConnectionPools;
  friend class Room;
  struct Idle {
    std::unique_ptr<net::ClientConnection> connection;
    Instant since;
  };

  /// Takes the connection. False: there is no memory to keep it in.
  [[nodiscard]] bool put(std::unique_ptr<net::ClientConnection>& connection, Instant now) noexcept;
  void drop_oldest(std::size_t count);

  net::Origin origin_;
  net::Deadline& sweeper_;
  Duration idle_timeout_{};
  std::uint32_t keep_ = 0;
  std::uint32_t max_ = 0;
  std::uint32_t open_ = 0;
  std::uint64_t round_ = 0;  ///< of ConnectionPools::use() that it was last part of
  std::vector<Idle> idle_;
};

class ConnectionPools {
 public:
  /// Limits are for the process; each of `threads` loops takes its share, at least one connection.
  ConnectionPools(net::Loop& loop, std::uint32_t threads);

  /// The pool of an origin, made when first asked for. Stays valid as long as this object.
  [[nodiscard]] OriginPool& pool(const net::Origin& origin, const core::ConnectionLimits& limits);
  /// Sets the servers in use. Their pools get their limits (a pool that does not exist yet gets them when it is made).
  /// The pools of all other servers close each connection when its request ends.
  void use(std::span<const ServerEndpoint> servers);
  /// Closes all idle connections (shutdown).
  void clear();

 private:
  [[nodiscard]] OriginPool* find(const net::Origin& origin, std::uint64_t hash) const;
  static void swept(void* self);

  net::Loop& loop_;
  std::uint32_t threads_;
  std::uint64_t round_ = 0;
  net::Deadline sweeper_;                                                      // before the pools: they arm it
  std::unordered_multimap<std::uint64_t, std::unique_ptr<OriginPool>> pools_;  // by a hash of host and port
};

}  // namespace drover::upstream
