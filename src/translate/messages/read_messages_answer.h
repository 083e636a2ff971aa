// Reads an answer of Anthropic's Messages into events.
#pragma once

#include <map>
#include <string>

#include "translate/read/answer_reader.h"

namespace drover::translate {

class MessagesAnswerReader final : public AnswerReader {
 private:
  /// A block of the upstream's that has begun.
  struct Block {
    std::uint32_t block = 0;
    BlockKind kind = BlockKind::Text;
    bool told = false;  ///< it is one of ours; those of the provider's own tools are not
    bool empty = true;  ///< nothing was added
  };

  void event(std::string_view name, std::string_view data) override;
  void plain(std::string_view body) override;
  void message_start(std::string_view message);
  void block_start(std::int64_t index, std::string_view block);
  void block_delta(std::int64_t index, std::string_view delta);
  void block_stop(std::int64_t index);
  void message_delta(std::string_view delta);
  void read_usage(std::string_view raw);
  void close_all();
  void end_block(Block& block);
  void add_input(Block& block, std::string_view input);
  [[nodiscard]] Block* find(std::int64_t index);

  std::map<std::int64_t, Block> blocks_;  ///< by the upstream's index
  std::string scratch_ = {};
};

}  // namespace drover::translate
