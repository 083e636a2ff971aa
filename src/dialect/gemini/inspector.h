// Reads a request body of Google's API in slices: how much output and how many answers it asks for, what it goes on
// with, which conversation it belongs to. The model and the stream stand in its path (paths.h); a model that the body
// names too is in Inspection::model, without has_model.
#pragma once

#include <string_view>
#include <variant>

#include "dialect/dialect.h"
#include "dialect/json/json_scan.h"

namespace drover::dialect::gemini_detail {

class GeminiInspector final : public Inspector {
 public:
  /// `body` outlives the inspector.
  GeminiInspector(Api api, std::string_view content_type, std::string_view body);

  [[nodiscard]] Result<bool> step(std::size_t budget) override;
  [[nodiscard]] Inspection take() override { return std::move(result_); }

 private:
  void finish(const JsonScan& scan);

  std::string_view body_;
  std::variant<std::monostate, JsonScan, Error> scan_;
  Inspection result_;
};

}  // namespace drover::dialect::gemini_detail
