// Writes an answer as a stream of Anthropic's Messages. One block is open at a time.
#pragma once

#include <string>

#include "translate/write/answer_writer.h"

namespace drover::translate {

class MessagesStreamWriter final : public AnswerWriter {
 public:
  using AnswerWriter::AnswerWriter;
  void ping() override { out() += "event: ping\ndata: {\"type\":\"ping\"}\n\n"; }

 private:
  void start(const AnswerEvent& event) override;
  void open(const AnswerEvent& event) override;
  void add(const AnswerEvent& event) override;
  void sign(const AnswerEvent& event) override;
  void close(const AnswerEvent& event) override;
  void end() override;
  void failed(const Error& error) override;

  void begin_block(std::string_view block);
  void begin_delta(std::string_view type, std::string_view field);
  void end_delta();

  std::size_t index_ = 0;  ///< of the block that is open or comes next
  bool held_ = false;      ///< a sealed thought comes whole, when its seal is there
};

/// The signature of a thinking block, or the data of a redacted one, as a client of Messages gets it: Anthropic's own
/// as it is, another maker's with a mark. Adds the inside of a JSON string.
void append_client_seal(const AnswerEvent& sign, std::string& out);

}  // namespace drover::translate
