// Reads an answer of OpenAI's Responses into events.
#pragma once

#include <map>
#include <string>

#include "translate/read/answer_reader.h"

namespace drover::translate {

class ResponsesAnswerReader final : public AnswerReader {
 private:
  /// An item of the output that has begun. Its id may change from event to event (GitHub Copilot), its index does not.
  struct Item {
    BlockKind kind = BlockKind::Text;
    bool told = false;     ///< one of ours; those of the provider's own tools are not
    std::size_t said = 0;  ///< bytes of the open block that were told
    bool open = false;     ///< a block is open
    bool any = false;      ///< a block was told
    std::uint32_t block = 0;
    bool refusal = false;  ///< the open block of a message is a refusal
    std::string call_id = {}, name = {};
  };

  void event(std::string_view name, std::string_view data) override;
  void plain(std::string_view body) override;
  void begin(std::string_view response);
  void item_added(std::int64_t index, std::string_view raw);
  void item_delta(std::int64_t index, std::string_view type, Text text);
  void item_text_done(std::int64_t index, std::string_view type, Text whole);
  void item_done(std::int64_t index, std::string_view raw);
  void read_whole(Item& item, std::string_view raw);
  void read_whole_message(Item& item, std::string_view raw);
  void read_whole_reasoning(Item& item, std::string_view raw);
  void say(Item& item, BlockKind kind, Text text);
  void say_rest(Item& item, BlockKind kind, Text whole);
  void end_block(Item& item);
  void expand_parallel(Text arguments);
  void terminal(std::string_view type, std::string_view response);
  void read_usage(std::string_view raw);
  [[nodiscard]] Item* find(std::int64_t index);

  std::map<std::int64_t, Item> items_;  ///< by output_index
  bool refused_ = false;
};

}  // namespace drover::translate
