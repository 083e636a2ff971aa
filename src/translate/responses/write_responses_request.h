// Writes a conversation as a request of OpenAI's Responses.
#pragma once

#include "translate/write/request_writer.h"

namespace drover::translate {

class ResponsesRequestWriter final : public RequestWriter {
 public:
  ResponsesRequestWriter(Conversation& conversation, const Capabilities& can, Losses& losses)
      : RequestWriter(Form::Responses, conversation, can, losses) {}

 private:
  void write_body() override;
  void write_settings();
  void write_reasoning_options();
  void write_text_options();
  void write_tools();
  void write_choice();
  /// The first system message, where it can stand apart; returns how many messages that took.
  std::size_t write_instructions();
  void write_message(const Message& message);
  void write_said(const Message& message);
  void write_assistant(const Message& message);
  void write_call(const Part& call);
  void write_result(const Part& result);
  /// `before` and `after`: the parts beside it, or null. A sealed thought takes the summary before it along.
  void write_thought(const Part& part, const Part* before, const Part* after);
  void write_part(const Part& part);
};

}  // namespace drover::translate
