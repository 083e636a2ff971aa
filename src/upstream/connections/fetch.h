// One small GET to a provider on our own account: its list of models, later a health probe. On a connection of its own,
// with a deadline and a bound; never retried, never a paid request.
#pragma once

#include <string>

#include "base/result.h"
#include "core/plan/plan.h"
#include "net/asio.h"
#include "upstream/catalog/catalog.h"
#include "upstream/run/run.h"

namespace drover::upstream {

/// Longest answer read.
inline constexpr std::size_t kMaxFetchedBytes = 4 * 1024 * 1024;

struct Fetched {
  int status = 0;
  std::string body;  ///< with dialect::kPadding readable bytes behind it
};

/// GET `path` ("/models": appended to the server's own_path_prefix) with this key's credential. `tools`, `server` and
/// `fields` outlive the wait. Errors: those of connecting and reading; TotalTimeout after `timeout`; TooLarge.
[[nodiscard]] net::Awaitable<Result<Fetched>> fetch(LoopTools tools, const ServerEndpoint& server, const Secret& fields,
                                                    std::string path, Duration timeout);

}  // namespace drover::upstream
