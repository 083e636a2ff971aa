// What one request costs its client: reserved before it is sent, watched while its answer streams, settled once.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "config/accounts.h"
#include "directory/asker_book.h"
#include "directory/lease.h"
#include "gateway/accounts/pricing.h"
#include "upstream/run/run.h"

namespace drover::gateway {

/// Output tokens that are reserved for a request that names no most of its own. A stream that says more reserves more.
inline constexpr std::int64_t kUsualOutput = 512;
/// The least that a stream reserves more at once, in output tokens.
inline constexpr std::int64_t kFurtherOutput = 128;

class Tab final : public upstream::Meter {
 public:
  /// What the request asks for, as far as limits count it.
  struct Request {
    std::string_view principal{};  ///< path; outlives the tab's request
    std::span<const std::string> tags{};
    std::string_view model{};
    std::int64_t input_tokens = 0;   ///< estimated
    std::int64_t output_tokens = 0;  ///< the most it wants; 0: it does not say
    std::int64_t choices = 1;
    const Pricing* pricing = nullptr;  ///< of the target that is likely to answer; null: its price is not known
  };

  /// What limits do at their edge.
  struct Policy {
    config::Overdraft overdraft = config::Overdraft::One;
    config::Unpriced unpriced = config::Unpriced::Allow;
  };

  /// Reserves from all limits that count the request. Errors: 429 with the limit's name and when it has room again, 403
  /// when money is limited and the price is not known; lines for the answer are appended to `fields`.
  [[nodiscard]] Result<void> begin(directory::AskerBook& book, const Request& request, const Policy& policy,
                                   Instant now, std::string& fields);
  /// Some limit counts the request.
  [[nodiscard]] bool open() const { return lease_.open(); }
  [[nodiscard]] std::optional<Error> streamed(const Amount& so_far, Instant now) override;
  [[nodiscard]] bool limited() const override { return lease_.open(); }
  void lower(QuotaHints& left, Instant now) const override;

  /// What the request used, and what that cost.
  void settle(const directory::Spend& used);
  /// For the next request.
  void reset();

 private:
  [[nodiscard]] directory::Spend estimated(const Amount& amount) const;
  [[nodiscard]] directory::Asking asking() const;

  directory::AskerBook* book_ = nullptr;
  Request request_{};
  std::vector<std::string_view> tags_{};  ///< keeps its memory
  Amount reserved_{};
  directory::Lease lease_{};
};

}  // namespace drover::gateway
