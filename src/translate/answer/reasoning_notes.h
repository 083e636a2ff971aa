// Reasoning for clients that send none back: what an answer's maker needs to go on with it, by the id of the answer's
// first call. The gateway keeps such notes for a while and gives them to the request in which the call's result comes.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "translate/answer/answer_event.h"
#include "translate/model/model.h"

namespace drover::translate {

/// Longest note. Real thoughts of one turn stay far below; a longer one is not kept.
inline constexpr std::size_t kMaxNoteBytes = 256 * 1024;

struct ReasoningNote {
  std::string call_id;   ///< plain text
  std::string thoughts;  ///< JSON, only for restore_reasoning()
};

/// Where the notes are. Lookups must not wait.
class ReasoningNotes {
 public:
  virtual ~ReasoningNotes() = default;
  /// ReasoningNote::thoughts for the id of a call; nothing when none is known.
  [[nodiscard]] virtual std::optional<std::string> find(std::string_view call_id) const = 0;
};

/// Puts the thoughts that `notes` know in front of the assistant's messages that have calls and bring no thoughts of
/// their own.
void restore_reasoning(Conversation& conversation, const ReasoningNotes& notes);

/// Makes the note of one answer, on the way of its events.
class ReasoningNoteTaker final : public AnswerSink {
 public:
  explicit ReasoningNoteTaker(AnswerSink& next) : next_(next) {}
  void on(const AnswerEvent& event) override;
  /// The note; nothing when there was no call, or no thought that its maker has signed or sealed.
  [[nodiscard]] std::optional<ReasoningNote> note() const;

 private:
  void end_thought(const AnswerEvent& event);

  AnswerSink& next_;
  std::string call_id_, thoughts_;
  std::string text_, seal_, thought_id_;  ///< of the thought that is open
  Maker maker_ = Maker::Nobody;
  bool too_long_ = false;
};

}  // namespace drover::translate
