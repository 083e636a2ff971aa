// Reads a request, JSON or form, in slices: which model, streamed or not, how far repeatable. What a dialect adds is
// the list of keys it knows.
#pragma once

#include <string_view>
#include <variant>

#include "dialect/dialect.h"
#include "dialect/json/json_scan.h"
#include "dialect/request/multipart_scan.h"
#include "dialect/request/routed_keys.h"

namespace drover::dialect {

/// Longest model name accepted; the longest real ones (deployment ARNs) are under 200.
inline constexpr std::size_t kMaxModelBytes = 512;
/// Most output tokens one request is believed to ask for, times `n`: estimates must not overflow sums.
inline constexpr std::int64_t kMaxOutputEstimate = 10'000'000;

/// Whether this may be the name of a model: it goes into logs, metrics and headers, so it is short, UTF-8, not empty
/// and has no control characters.
[[nodiscard]] bool is_model_name(std::string_view name);

/// The refusal of a request that is wrong wherever it is sent.
[[nodiscard]] Error request_refusal(ErrorKind kind, int status, std::string code, std::string message);

class RequestInspector final : public Inspector {
 public:
  /// `keys` and `body` outlive the inspector.
  RequestInspector(const KeyList& keys, Api api, std::string_view content_type, std::string_view body);

  [[nodiscard]] Result<bool> step(std::size_t budget) override;
  [[nodiscard]] Inspection take() override { return std::move(result_); }

 private:
  [[nodiscard]] Result<bool> finish_json(const JsonScan& scan);
  [[nodiscard]] Result<bool> finish_form(const MultipartScan& scan);
  [[nodiscard]] Result<bool> set_model(std::string model, ByteRange where);
  void miss_model(ByteRange where);
  void read_limits(const JsonScan& scan);

  const KeyList& keys_;
  Api api_;
  std::string_view body_;
  std::variant<std::monostate, JsonScan, MultipartScan, Error> scan_;
  Inspection result_;
};

}  // namespace drover::dialect
