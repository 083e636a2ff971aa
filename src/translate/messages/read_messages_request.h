// Reads a request of Anthropic's Messages (and of its count_tokens) into the model.
#pragma once

#include "translate/read/request_reader.h"

namespace drover::translate {

class MessagesRequestReader final : public RequestReader {
 public:
  explicit MessagesRequestReader(Losses& losses) : RequestReader(Form::Messages, losses) {}
  bool field(std::string_view name, std::string_view raw) override;
  void end() override;

 private:
  bool read_output(std::string_view name, std::string_view raw);
  void read_system(std::string_view raw);
  void read_messages(std::string_view raw);
  void read_message(std::string_view raw);
  void read_content(std::string_view raw, std::vector<Part>& parts);
  void read_block(std::string_view raw, std::vector<Part>& parts);
  [[nodiscard]] Part read_image(std::string_view raw);
  [[nodiscard]] Part read_document(std::string_view raw);
  [[nodiscard]] Part read_thinking(std::string_view raw);
  [[nodiscard]] Part read_call(std::string_view raw);
  void read_tools(std::string_view raw);
  void read_tool(std::string_view raw);
  void read_choice(std::string_view raw);
  void read_thinking_mode(std::string_view raw);
  void read_output_config(std::string_view raw);
  void read_format(std::string_view raw);

  Message system_;
};

}  // namespace drover::translate
