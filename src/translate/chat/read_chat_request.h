// Reads a request of OpenAI's chat completions into the model.
#pragma once

#include "translate/read/request_reader.h"

namespace drover::translate {

class ChatRequestReader final : public RequestReader {
 public:
  explicit ChatRequestReader(Losses& losses) : RequestReader(Form::Chat, losses) {}
  bool field(std::string_view name, std::string_view raw) override;
  void end() override;

 private:
  struct RawMessage;

  bool read_output(std::string_view name, std::string_view raw);
  void read_messages(std::string_view raw);
  void read_message(std::string_view raw);
  void read_assistant(const RawMessage& raw);
  void read_result(const RawMessage& raw);
  void read_reasoning(const RawMessage& raw, Message& message);
  void read_details(std::string_view raw, Message& message);
  void read_blocks(std::string_view raw, Message& message);
  void read_content(std::string_view raw, Message& message);
  void read_part(std::string_view raw, Message& message);
  void read_call(std::string_view raw, Message& message);
  void read_google_signature(std::string_view call, Text id, Message& message);
  void read_tools(std::string_view name, std::string_view raw);
  void read_tool(std::string_view raw);
  void read_function(std::string_view raw, Tool& tool);
  void add_tool(Tool tool);
  void read_choice(std::string_view raw);
  void read_format(std::string_view raw);
  void read_modalities(std::string_view raw);

  bool google_signed_ = false;  ///< the message's signatures of Google's have been read
  std::size_t old_calls_ = 0;   ///< calls in the old form, which have no ids
};

}  // namespace drover::translate
