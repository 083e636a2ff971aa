// GET /v1/models: the configured names that can be used in the request's dialect, and, where other names pass through
// ("*", "claude-*"), the providers' own lists merged in, by the names that clients have to send.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/instant.h"
#include "base/result.h"
#include "core/plan/plan.h"
#include "gateway/request/request_state.h"
#include "net/asio.h"

namespace drover::gateway {

class Worker;

/// How long a provider's list is kept, and how long a provider whose list could not be read is not asked again.
inline constexpr Duration kModelsFresh = std::chrono::seconds(60);
inline constexpr Duration kModelsRetry = std::chrono::seconds(5);
/// How long asking one provider may take.
inline constexpr Duration kModelsTimeout = std::chrono::seconds(5);
/// Most names taken from one provider.
inline constexpr std::size_t kMaxModelNames = 10000;

/// The providers' own lists of models, one cache for each loop.
class ProviderModels {
 public:
  struct List {
    std::vector<std::string> names;
    Instant again_at{};
  };
  [[nodiscard]] List& of(const std::string& provider) { return lists_[provider]; }

 private:
  std::map<std::string, List> lists_;
};

/// Answers GET /v1/models and /v1/models/{id}. Errors: 404 for an unknown id.
[[nodiscard]] net::Awaitable<Result<void>> answer_models(Worker& worker, RequestState& state);

}  // namespace drover::gateway
