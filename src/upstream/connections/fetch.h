// One small request on our own account: a provider's list of models, a health probe, or what the command line asks of a
// running drover. On a connection of its own, with a deadline and a bound; never retried, never a paid request.
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

/// What is sent; as it is, a GET.
struct FetchQuestion {
  std::string method = "GET";
  std::string path;
  std::string body{};  ///< at most net::kMaxPendingBytes
};

/// Sends it with these fields ("Name: value\r\n" lines). Otherwise as fetch().
[[nodiscard]] net::Awaitable<Result<Fetched>> fetch_answer(LoopTools tools, const ServerEndpoint& server,
                                                           const Secret& fields, FetchQuestion question,
                                                           Duration timeout);

/// GET `path` ("/models": appended to the server's own_path_prefix) with this key's credential. `tools`, `server` and
/// `fields` outlive the wait. Errors: those of connecting and reading; TotalTimeout after `timeout`; TooLarge.
[[nodiscard]] net::Awaitable<Result<Fetched>> fetch(LoopTools tools, const ServerEndpoint& server, const Secret& fields,
                                                    std::string path, Duration timeout);

}  // namespace drover::upstream
