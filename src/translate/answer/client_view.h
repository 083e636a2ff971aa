// The answer as the client's own request would have had it: its names of tools, and text where the output's schema was
// given as a tool.
#pragma once

#include <cstdint>

#include "translate/answer/answer_context.h"
#include "translate/answer/answer_event.h"

namespace drover::translate {

class ClientView final : public AnswerSink {
 public:
  /// Both must outlive this.
  ClientView(const AnswerContext& context, AnswerSink& next) : context_(context), next_(next) {}
  void on(const AnswerEvent& event) override;

 private:
  static constexpr std::uint32_t kNone = UINT32_MAX;

  const AnswerContext& context_;
  AnswerSink& next_;
  std::uint32_t json_block_ = kNone;  ///< the call that is the answer's text
  bool other_calls_ = false;
};

}  // namespace drover::translate
