// Writes a conversation as a request of Anthropic's Messages.
#pragma once

#include <vector>

#include "translate/write/request_writer.h"

namespace drover::translate {

class MessagesRequestWriter final : public RequestWriter {
 public:
  MessagesRequestWriter(Conversation& conversation, const Capabilities& can, Losses& losses)
      : RequestWriter(Form::Messages, conversation, can, losses) {}

 private:
  void write_body() override;

  // Settings.
  void choose_limits();
  void write_settings();
  void write_claude_sampling();
  void write_thinking();
  void write_output_config();
  void write_tools();
  void write_tool(const Tool& tool);
  void write_placeholder();
  void write_choice();
  [[nodiscard]] bool forces_json_tool() const;
  [[nodiscard]] bool thinks_while_calling() const;

  // Messages.
  void write_system();
  void write_turns();
  void begin_turn(std::string_view role);
  void end_turn();
  void write_user(const Message& message);
  void write_assistant(const Message& message, bool last);
  [[nodiscard]] bool is_written(const Part& part) const;
  void write_blocks(const std::vector<Part>& parts, bool results);
  void write_block(const Part& part);
  void write_image(const Media& media);
  void write_document(const Media& media);
  void write_call(const Part& call);
  void write_result(const Part& result);
  void write_thought(const Part& part);
  void write_mark(CacheMark mark);

  Effort effort_ = Effort::Unset;
  ThinkingMode thinking_ = ThinkingMode::Unset;
  std::int64_t budget_ = 0;
  std::int64_t max_tokens_ = 0;
  std::string_view turn_;          ///< the role whose turn is being written
  std::size_t marks_skipped_ = 0;  ///< the first of too many are left out: the last ones reach furthest
};

}  // namespace drover::translate
