// The admin API: from a request to an answer, or to a job that the thread of the store does. It performs no input or
// output and reads no clock.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "gateway/admin/api/call.h"

namespace drover::gateway::admin {

/// Most bytes of a request's body: metadata of a key has 8 KiB, and nothing else is large.
inline constexpr std::size_t kMaxAdminBody = std::size_t{1} << 20;
inline constexpr std::size_t kMaxIdempotencyKey = 255;
inline constexpr std::size_t kMaxQueryParameters = 32;

using AdminToken = config::AdminToken;

struct ApiRequest {
  std::string_view method;
  std::string_view target;  ///< path and query, as they came
  std::string_view authorization = {};
  std::string_view if_match = {};
  std::string_view if_none_match = {};
  std::string_view idempotency_key = {};
  std::string_view body = {};
};

/// What the thread of the store does; it may be called once, as long as the AdminApi lives.
using Job = std::function<Reply(Records& records)>;

/// Whether a path is of this API, so that the admin pages leave it alone.
[[nodiscard]] bool is_api_path(std::string_view target);

class AdminApi {
 public:
  /// `makers` may be called on the store's thread.
  AdminApi(std::vector<AdminToken> tokens, Makers makers) : tokens_(std::move(tokens)), makers_(std::move(makers)) {}

  /// The token that the Authorization field proves; null: none. Takes the same time for each token.
  [[nodiscard]] const AdminToken* caller(std::string_view authorization) const;
  /// The answer, or the job that finds it. A 401 is a wrong or missing token: the listener delays it.
  [[nodiscard]] std::variant<Reply, Job> handle(const ApiRequest& request, WallTime now) const;

 private:
  std::vector<AdminToken> tokens_;
  Makers makers_;
};

}  // namespace drover::gateway::admin
