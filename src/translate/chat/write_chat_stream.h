// Writes an answer as a stream of OpenAI's chat completions.
#pragma once

#include <string>
#include <vector>

#include "translate/write/answer_writer.h"

namespace drover::translate {

class ChatStreamWriter final : public AnswerWriter {
 public:
  using AnswerWriter::AnswerWriter;

 private:
  void start(const AnswerEvent& event) override;
  void open(const AnswerEvent& event) override;
  void add(const AnswerEvent& event) override;
  void sign(const AnswerEvent& event) override;
  void close(const AnswerEvent& event) override;
  void end() override;
  void failed(const Error& error) override;

  void write_delta(std::string_view field, Text text);
  [[nodiscard]] std::size_t call_index(std::uint32_t block) const;

  std::string before_;                ///< of a chunk: up to its delta
  std::string behind_;                ///< of a chunk without a reason
  std::string tail_;                  ///< behind the choices
  std::vector<std::uint32_t> calls_;  ///< the block of each call: its place is its index
  // The thought that is open: its maker wants it back whole, with what signs it.
  std::string thought_, seal_, thought_id_;
  Maker maker_ = Maker::Nobody;
  std::size_t details_ = 0;
};

}  // namespace drover::translate
