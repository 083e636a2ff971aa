// Reads a request of OpenAI's Responses into the model.
#pragma once

#include "translate/read/request_reader.h"

namespace drover::translate {

class ResponsesRequestReader final : public RequestReader {
 public:
  explicit ResponsesRequestReader(Losses& losses) : RequestReader(Form::Responses, losses) {}
  bool field(std::string_view name, std::string_view raw) override;
  void end() override;

 private:
  bool read_output(std::string_view name, std::string_view raw);
  void read_include(std::string_view raw);
  void read_input(std::string_view raw);
  void read_item(std::string_view raw);
  void read_message(std::string_view raw);
  void read_content(std::string_view raw, std::vector<Part>& parts);
  void read_part(std::string_view raw, std::vector<Part>& parts);
  void read_call(std::string_view raw, bool custom);
  void read_result(std::string_view raw);
  void read_reasoning(std::string_view raw);
  /// The last message, where it is this role's; else a new one.
  Message& turn(Role role);
  void read_tool(std::string_view raw);
  void read_choice(std::string_view raw);
  void read_text(std::string_view raw);
  void read_reasoning_options(std::string_view raw);

  Text instructions_;
};

}  // namespace drover::translate
