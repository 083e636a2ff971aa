// Finds a request that this gateway has sent to itself, directly or through other gateways (a base URL that leads back
// here would multiply each request for ever): "x-drover-via" names the gateways it has come through.
#pragma once

#include <cstddef>
#include <string>

#include "base/result.h"
#include "http/head/head.h"

namespace drover::gateway {

class LoopGuard {
 public:
  /// Gateways one request may come through. Two or three in a row make sense; more is a loop that changes its marks.
  static constexpr std::size_t kMaxGateways = 8;

  /// Draws a mark of its own: no name, no address.
  LoopGuard();

  /// Appends the line with this gateway's mark behind those the request brought. A client's field that is not a list of
  /// marks is dropped. Errors: status 508, when its own mark is among them or there are kMaxGateways.
  [[nodiscard]] Result<void> pass(const http::Fields& fields, std::string& upstream_fields) const;

 private:
  std::string mark_;
};

}  // namespace drover::gateway
