// Reads an answer of Google's generateContent, or the chunks of its stream, into events.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "translate/gemini/partial_arguments.h"
#include "translate/read/answer_reader.h"

namespace drover::translate {

class GeminiAnswerReader final : public AnswerReader {
 public:
  explicit GeminiAnswerReader(std::string_view request_id) : request_id_(request_id) {}

 private:
  /// A call that is open: its arguments come whole, or in pieces.
  struct Call {
    std::uint32_t block = 0;
    bool in_pieces = false;
  };

  void event(std::string_view name, std::string_view data) override;
  void plain(std::string_view body) override;
  [[nodiscard]] bool takes_lists() const override { return true; }
  [[nodiscard]] bool whole() const override { return finished_; }
  void read_chunks(std::string_view data);
  void read_chunk(std::string_view chunk);
  void read_candidate(std::string_view candidate);
  void read_part(std::string_view part);
  void read_text(std::string_view text, bool thought, Text signature);
  void read_blob(std::string_view blob);
  void read_call(std::string_view raw, Text signature);
  void begin_call(Text id, Text name, Text signature);
  void end_call();
  void read_usage(std::string_view raw);
  void finish(std::string_view reason);
  void block_prompt();

  void say(BlockKind kind, Text text);
  void end_words();
  /// What signs the part that comes next; `call`: the id of a call that it signs.
  void seal(Text signature, Text call);
  void sign_thought(Text signature);
  [[nodiscard]] std::string made_id();

  std::string request_id_;
  std::string answer_id_ = {};  ///< the upstream's, of letters that may stand in an id
  std::size_t ids_ = 0;
  std::optional<std::uint32_t> words_ = {};  ///< the block of words that is open
  BlockKind words_kind_ = BlockKind::Text;
  std::optional<Call> call_ = {};
  PartialArguments pieces_ = {};
  std::string scratch_ = {}, carried_ = {};
  bool said_ = false;      ///< words or a call
  bool finished_ = false;  ///< a reason was given
  AnswerUsage latest_{};  ///< each chunk tells all of it anew
};

}  // namespace drover::translate
