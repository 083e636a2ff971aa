// How much memory for bodies and how many connections each client holds. Clients are told apart by their key, and
// without configured clients by the peer's address. A table of fixed size, so that no number of clients or addresses
// costs memory.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "base/hash.h"
#include "core/plan/plan.h"
#include "upstream/memory/memory_budget.h"

namespace drover::gateway {

/// Thread-safe; never allocates after its construction.
class ClientShares {
 public:
  /// Rows of the table. With more clients, or more addresses at a time, some share a row.
  static constexpr std::size_t kRows = 4096;

  /// `seed` keeps secret which addresses share a row.
  explicit ClientShares(std::uint64_t seed) : seed_(seed), rows_(std::make_unique<Rows>()) {}

  /// Bodies of a configured client. (After a reload that changes the list, a row may be two clients' until the requests
  /// from before have ended.)
  [[nodiscard]] upstream::BodyBytes& bodies_of(core::PrincipalId client) {
    return (*rows_)[client.index() % kRows].bodies;
  }
  /// Bodies of an address (net::ServerConnection::peer), where no clients are configured.
  [[nodiscard]] upstream::BodyBytes& bodies_of_peer(std::uint64_t peer) { return row_of(peer).bodies; }
  /// Open connections of an address.
  [[nodiscard]] std::atomic<std::uint32_t>& connections_of_peer(std::uint64_t peer) { return row_of(peer).connections; }

 private:
  struct Row {
    upstream::BodyBytes bodies;
    std::atomic<std::uint32_t> connections{0};
  };
  using Rows = std::array<Row, kRows>;

  [[nodiscard]] Row& row_of(std::uint64_t peer) {
    return (*rows_)[hash64({reinterpret_cast<const char*>(&peer), sizeof peer}, seed_) % kRows];
  }

  std::uint64_t seed_;
  std::unique_ptr<Rows> rows_;
};

}  // namespace drover::gateway
