// Clients whose keys are in the store, in the form in which the configuration's clients are: one thread's memory of
// them, for the configuration at work.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <unordered_map>

#include "config/settings.h"
#include "directory/key_book.h"
#include "gateway/process/snapshot.h"

namespace drover::gateway {

/// One key's client. Immutable, so a request keeps the one it began with.
struct StoredClient {
  config::ClientKey client;
  Snapshot::Fences fences{};  ///< of a client that may not use all providers
  std::shared_ptr<const std::string> principal;
  std::shared_ptr<const directory::KeyTerms> terms;
  std::shared_ptr<const Snapshot> snapshot;  ///< what `fences` and `client.providers` speak of
};

class StoredClients {
 public:
  /// Clients remembered at most; then all are forgotten.
  static constexpr std::size_t kMost = 8192;

  /// At a reload: nothing here keeps the configuration of before.
  void forget() { known_.clear(); }
  /// The client of a key that was found. Makes it when it is new, or when its key or the configuration has changed.
  [[nodiscard]] std::shared_ptr<const StoredClient> of(const directory::FoundKey& key,
                                                       const std::shared_ptr<const Snapshot>& snapshot);

 private:
  std::unordered_map<std::string, std::shared_ptr<const StoredClient>> known_;
};

}  // namespace drover::gateway
