// Whether a provider's base URL lacks its version, which configurations often do and nothing shows until a request
// meets a 404: said once in the log, with what to look at.
#pragma once

#include <atomic>
#include <string>
#include <string_view>

#include "core/plan/plan.h"

namespace drover::upstream {

/// Whether a segment of the path is a version: "v1", "v1beta", "V2".
[[nodiscard]] bool has_version(std::string_view path);

/// One server of a configuration. Thread-safe.
class PathDoubt {
 public:
  PathDoubt() = default;
  /// Never arises where `path_prefix` ("/v1", "/api/v1beta/openai", or empty) has a version in it, or the dialect's
  /// base URLs need none.
  PathDoubt(std::string_view path_prefix, core::DialectKind dialect);

  /// An API has answered there: its path is right.
  void settle() {
    if (open_.load(std::memory_order_relaxed)) open_.store(false, std::memory_order_relaxed);
  }
  /// A 404 came, of a path that every API of this dialect may have. True once: it is to be said.
  [[nodiscard]] bool arises() { return open_.load(std::memory_order_relaxed) && open_.exchange(false); }

 private:
  std::atomic<bool> open_{false};
};

/// "does base_url lack /v1?", with the provider's name and its URL.
[[nodiscard]] std::string doubt_text(std::string_view provider, std::string_view base_url);

}  // namespace drover::upstream
