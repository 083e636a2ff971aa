// Puts blocks that overlap one behind the other, for forms in which only one is open at a time. The first goes through
// as it comes; the others are held until it ends, or until it is a call whose arguments are whole.
#pragma once

#include <deque>
#include <string>

#include "translate/answer/answer_event.h"
#include "translate/read/argument_progress.h"

namespace drover::translate {

class Sequencer final : public AnswerSink {
 public:
  /// `next` must outlive this.
  explicit Sequencer(AnswerSink& next) : next_(next) {}
  void on(const AnswerEvent& event) override;

 private:
  struct Held {
    std::uint32_t block = 0;
    BlockKind kind = BlockKind::Text;
    std::string id = {}, name = {}, text = {}, seal = {}, thought_id = {};
    Maker maker = Maker::Nobody;
    bool is_signed = false;
    bool closed = false;
  };

  void open(const AnswerEvent& event);
  void add(const AnswerEvent& event);
  void close(const AnswerEvent& event);
  void begin(const AnswerEvent& event);
  void end_head();
  void advance();
  /// Gives out all that is held; the answer is at its end.
  void flush();
  [[nodiscard]] Held* held(std::uint32_t block);
  [[nodiscard]] bool room_for(std::size_t bytes);

  AnswerSink& next_;
  bool head_open_ = false;
  std::uint32_t head_ = 0;
  BlockKind head_kind_ = BlockKind::Text;
  ArgumentProgress progress_;  ///< of the head, where it is a call
  std::deque<Held> held_;
  std::size_t held_bytes_ = 0;
  bool failed_ = false;
};

}  // namespace drover::translate
