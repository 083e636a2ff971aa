// What happens in an answer, in the order in which it happens: the only form an answer has between its reader and its
// writer. A plain answer is read into the same events, so that it cannot differ from its stream.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/error.h"
#include "translate/model/model.h"
#include "translate/model/text.h"

namespace drover::translate {

enum class BlockKind : std::uint8_t {
  Text,
  Commentary,  ///< words on the way to the answer (OpenAI's phase "commentary")
  Refusal,
  Thinking,
  Sealed,  ///< a thought that only its maker can read
  Call,
  CustomCall,  ///< of a free-form tool
};

/// Why an answer ended.
enum class StopReason : std::uint8_t {
  End,
  StopSequence,
  MaxTokens,
  ContextFull,
  Calls,
  Refused,  ///< by the model, or by a filter
  Paused,   ///< the provider wants to be asked to go on
};

/// Tokens of an answer. Below 0: not said.
struct AnswerUsage {
  std::int64_t uncached = -1;  ///< of the input: neither from a cache nor put into one
  std::int64_t cache_read = -1;
  std::int64_t cache_write = -1;       ///< all of it
  std::int64_t cache_write_hour = -1;  ///< of cache_write: kept for an hour
  std::int64_t output = -1;            ///< reasoning included
  std::int64_t reasoning = -1;

  /// What a later event says. Counts only grow within one answer, so a lower one (or a 0 for "nothing new") changes
  /// nothing.
  void merge(const AnswerUsage& later);
  [[nodiscard]] std::int64_t input() const;  ///< all of it
  [[nodiscard]] bool known() const { return uncached >= 0 || output >= 0; }
  friend bool operator==(const AnswerUsage&, const AnswerUsage&) = default;
};

/// The views of an event live as long as the call that it is given to.
struct AnswerEvent {
  enum class Kind : std::uint8_t {
    Start,    ///< id, model
    Restart,  ///< the upstream begins again: what was said stays said, its usage does not count
    Open,     ///< a block: kind, id and name of a call
    Add,      ///< text of a block, or a piece of a call's arguments (the inside of a JSON string)
    Sign,     ///< of a thought: signature, maker, its maker's name for it
    Close,    ///< the block is whole
    Usage,
    Stop,    ///< why it ended; more usage may follow
    End,     ///< the answer is whole
    Failed,  ///< the upstream told an error
  };

  Kind kind = Kind::Start;
  std::uint32_t block = 0;  ///< counts up within an answer; blocks may overlap
  BlockKind block_kind = BlockKind::Text;
  Text text = {};
  Text id = {};
  Text name = {};  ///< of a tool
  Text model = {};
  Maker maker = Maker::Nobody;
  StopReason stop = StopReason::End;
  Text stop_sequence = {};
  AnswerUsage usage = {};
  const Error* error = nullptr;
};

/// Takes events one after the other.
class AnswerSink {
 public:
  virtual ~AnswerSink() = default;
  virtual void on(const AnswerEvent& event) = 0;
};

}  // namespace drover::translate
