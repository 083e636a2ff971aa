// Reads an answer of OpenAI's chat completions, or of a server that speaks it more or less, into events.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "translate/read/answer_reader.h"

namespace drover::translate {

class ChatAnswerReader final : public AnswerReader {
 private:
  struct Call {
    std::int64_t index = 0;
    std::string id = {};
    std::uint32_t block = 0;
    BlockKind kind = BlockKind::Call;
    bool empty = true;
  };
  /// The members of a chunk or of a plain answer that are read.
  struct Top {
    std::string_view id = {}, model = {}, choices = {}, usage = {}, groq = {}, error = {};
  };

  void event(std::string_view name, std::string_view data) override;
  void plain(std::string_view body) override;
  [[nodiscard]] bool whole() const override { return finished_; }
  [[nodiscard]] static Top read_top(std::string_view data);
  void read_choice(std::string_view choice);
  /// A chunk's delta, or the message of a plain answer.
  void read_delta(std::string_view delta);
  void read_content(std::string_view content);
  void read_details(std::string_view details);
  void read_detail(std::string_view entry);
  void seal_words(Text seal, Text id, Maker maker);
  void read_calls(std::string_view calls);
  void read_call(std::string_view raw);
  void add_arguments(Call& call, std::string_view arguments);
  [[nodiscard]] Call* find_call(std::optional<std::int64_t> index, Text id);
  void finish(std::string_view reason);
  void read_usage(std::string_view raw);
  void say(BlockKind kind, Text text);
  void begin_words(BlockKind kind);
  void end_words();
  void end_blocks();

  std::optional<std::uint32_t> words_ = {};  ///< the block of words that is open
  BlockKind words_kind_ = BlockKind::Text;
  std::vector<Call> calls_ = {};
  std::string scratch_ = {};
  bool thoughts_said_ = false;  ///< by a field of their own, without entries
  bool refused_ = false;        ///< it says in words of its own that it will not
  bool finished_ = false;       ///< a reason was given
};

}  // namespace drover::translate
