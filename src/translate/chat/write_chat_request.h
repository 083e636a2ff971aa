// Writes a conversation as a request of OpenAI's chat completions.
#pragma once

#include <vector>

#include "translate/write/request_writer.h"

namespace drover::translate {

class ChatRequestWriter final : public RequestWriter {
 public:
  ChatRequestWriter(Conversation& conversation, const Capabilities& can, Losses& losses)
      : RequestWriter(Form::Chat, conversation, can, losses) {}

 private:
  void write_body() override;
  void write_settings();
  void write_effort();
  void write_tools();
  void write_tool(const Tool& tool);
  void write_choice();
  void write_format();
  void write_message(const Message& message);
  void write_assistant(const Message& message);
  void write_reasoning(const Message& message);
  void write_call(const Part& call);
  void write_results(const Message& message);
  void write_result(const Part& result);
  void write_content(const std::vector<const Part*>& parts);
  void write_part(const Part& part);
  void write_text(const std::vector<const Part*>& parts, std::string_view between);
};

}  // namespace drover::translate
