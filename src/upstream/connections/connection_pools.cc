#include "upstream/connections/connection_pools.h"

#include <algorithm>
#include <new>
#include <utility>

#include "base/hash.h"
#include "net/loop/loop.h"
#include "upstream/catalog/catalog.h"

namespace drover::upstream {
namespace {

/// How often idle connections are looked at; far below any idle timeout that makes sense.
constexpr Duration kSweepEvery = std::chrono::seconds(1);

std::uint32_t share(std::uint32_t whole, std::uint32_t threads) {
  return std::max<std::uint32_t>(1, (whole + threads - 1) / threads);
}

/// Asked for every attempt, so without building a name.
std::uint64_t hash_of(const net::Origin& origin) {
  return hash64(origin.host, origin.port);
}

}  // namespace

PooledConnection& PooledConnection::operator=(PooledConnection&& other) noexcept {
  if (this != &other) {
    drop();
    pool_ = other.pool_;
    connection_ = std::move(other.connection_);
  }
  return *this;
}

void PooledConnection::give_back(Instant now) {
  if (!connection_) return;
  const bool wanted = connection_->finish() && pool_->idle_.size() < pool_->keep_;
  if (!wanted || !pool_->put(connection_, now)) drop();
}

void PooledConnection::drop() {
  if (!connection_) return;
  connection_->close();
  connection_.reset();
  --pool_->open_;
}

OriginPool::OriginPool(net::Origin origin, core::ConnectionLimits limits, std::uint32_t threads, net::Deadline& sweeper)
    : origin_(std::move(origin)), sweeper_(sweeper) {
  set_limits(limits, threads);
}

bool OriginPool::put(std::unique_ptr<net::ClientConnection>& connection, Instant now) noexcept {
  try {
    if (!sweeper_.armed()) sweeper_.arm(now + kSweepEvery);
    idle_.push_back({.connection = nullptr, .since = now});
  } catch (const std::bad_alloc&) {
    return false;
  }
  idle_.back().connection = std::move(connection);
  return true;
}

void OriginPool::set_limits(core::ConnectionLimits limits, std::uint32_t threads) {
  idle_timeout_ = limits.idle;
  keep_ = limits.keep == 0 ? 0 : share(limits.keep, threads);
  max_ = share(limits.max, threads);
  if (idle_.size() > keep_) drop_oldest(idle_.size() - keep_);
}

void OriginPool::retire() {
  keep_ = 0;
  drop_oldest(idle_.size());
}

void OriginPool::drop_oldest(std::size_t count) {
  for (std::size_t at = 0; at < count; ++at) PooledConnection(*this, std::move(idle_[at].connection)).drop();
  idle_.erase(idle_.begin(), idle_.begin() + static_cast<std::ptrdiff_t>(count));
}

PooledConnection OriginPool::take() {
  while (!idle_.empty()) {
    PooledConnection candidate(*this, std::move(idle_.back().connection));
    idle_.pop_back();
    if (candidate->alive()) return candidate;
  }
  return {};
}

Room OriginPool::reserve() {
  if (open_ >= max_) return Room();
  ++open_;
  return Room(this);
}

Room::~Room() {
  if (pool_ != nullptr) --pool_->open_;
}

void OriginPool::sweep(Instant now) {
  // Oldest first: the vector is a stack, so idle times fall from front to back.
  std::size_t expired = 0;
  while (expired < idle_.size() && now - idle_[expired].since >= idle_timeout_) ++expired;
  drop_oldest(expired);
}

ConnectionPools::ConnectionPools(net::Loop& loop, std::uint32_t threads)
    : loop_(loop),
      threads_(std::max<std::uint32_t>(1, threads)),
      sweeper_(loop.ticker(), &ConnectionPools::swept, this) {}

OriginPool* ConnectionPools::find(const net::Origin& origin, std::uint64_t hash) const {
  // Equal hashes, and TLS or not, are told apart by the origin.
  const auto [begin, end] = pools_.equal_range(hash);
  for (auto entry = begin; entry != end; ++entry) {
    if (entry->second->origin() == origin) return entry->second.get();
  }
  return nullptr;
}

void ConnectionPools::use(std::span<const ServerEndpoint> servers) {
  ++round_;
  for (const ServerEndpoint& server : servers) {
    OriginPool* const known = find(server.origin, hash_of(server.origin));
    // Of two providers at one origin the first one's limits count, as when the pool was made.
    if (known == nullptr || std::exchange(known->round_, round_) == round_) continue;
    known->set_limits(server.connections, threads_);
  }
  for (auto& [hash, pool] : pools_) {
    if (pool->round_ != round_) pool->retire();
  }
}

OriginPool& ConnectionPools::pool(const net::Origin& origin, const core::ConnectionLimits& limits) {
  const std::uint64_t hash = hash_of(origin);
  if (OriginPool* known = find(origin, hash)) return *known;
  return *pools_.emplace(hash, std::make_unique<OriginPool>(origin, limits, threads_, sweeper_))->second;
}

void ConnectionPools::clear() {
  sweeper_.disarm();
  for (auto& [hash, pool] : pools_) pool->sweep(kNever);
}

void ConnectionPools::swept(void* self) {
  auto& pools = *static_cast<ConnectionPools*>(self);
  const Instant now = pools.loop_.now();
  bool any = false;
  for (auto& [hash, pool] : pools.pools_) {
    pool->sweep(now);
    any = any || pool->idle() > 0;
  }
  if (any) pools.sweeper_.arm(now + kSweepEvery);
}

}  // namespace drover::upstream
