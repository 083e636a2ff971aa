// One finished request as the ledger keeps it. No text of a client or of a provider is in it but names.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/wall_time.h"
#include "money/nano_usd.h"
#include "money/token_counts.h"

namespace drover::store {

/// Where a row's cost comes from.
enum class CostSource : std::uint8_t {
  Provider,   ///< the answer named it
  Priced,     ///< the answer's usage at the prices of the table
  Estimated,  ///< drover's own count of tokens at these prices
  Unpriced,   ///< the model has no known price: cost is nothing, not 0
};

using money::TokenCounts;

struct LedgerRow {
  std::string id;  ///< the request's
  WallTime started{};
  std::optional<WallTime> first_content{};
  WallTime completed{};
  std::string principal;  ///< path, the key's id last; a static client: its name
  std::string end_user;   ///< the `user` of the request, hashed: 16 hex digits; empty: none was named
  std::vector<std::string> tags{};
  std::string api;             ///< "chat", "messages", ...
  std::string dialect;         ///< the client's
  std::string model_asked;     ///< as the client named it
  std::string model_answered;  ///< as the target is configured
  std::string target;          ///< "provider/key"
  std::string provider;
  int status = 0;       ///< what the client got
  std::string outcome;  ///< the access log's class: "ok", or the name of an error kind
  int attempts = 0;
  bool stream = false;
  TokenCounts tokens{};
  std::optional<money::NanoUsd> cost{};
  CostSource cost_source = CostSource::Unpriced;
  std::string price_version;  ///< of the table that priced it
  std::string trace_id;       ///< W3C; empty: none
  std::string user_agent;     ///< its first product name, at most 40 bytes
};

}  // namespace drover::store
