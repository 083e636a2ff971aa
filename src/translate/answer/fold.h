// A whole answer, made of its events: what a plain answer is written from, and what two answers are compared by.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "translate/answer/answer_event.h"

namespace drover::translate {

struct FoldedBlock {
  std::uint32_t block = 0;
  BlockKind kind = BlockKind::Text;
  std::string text = {};  ///< the inside of a JSON string; of a call its arguments
  std::string id = {}, name = {};
  std::string seal = {}, thought_id = {};
  Maker maker = Maker::Nobody;
};

struct FoldedAnswer {
  std::string id = {};
  std::string model = {};  ///< as the upstream calls it
  std::vector<FoldedBlock> blocks = {};
  StopReason stop = StopReason::End;
  std::string stop_sequence = {};
  AnswerUsage usage = {};
  std::optional<Error> error = {};
  bool whole = false;
};

class AnswerFold final : public AnswerSink {
 public:
  void on(const AnswerEvent& event) override;
  [[nodiscard]] const FoldedAnswer& answer() const { return answer_; }

 private:
  [[nodiscard]] FoldedBlock* find(std::uint32_t block);

  FoldedAnswer answer_;
  std::size_t bytes_ = 0;
};

}  // namespace drover::translate
