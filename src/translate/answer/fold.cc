#include "translate/answer/fold.h"

#include <algorithm>

#include "translate/model/limits.h"

namespace drover::translate {

FoldedBlock* AnswerFold::find(std::uint32_t block) {
  // The last one is nearly always meant.
  const auto found = std::find_if(answer_.blocks.rbegin(), answer_.blocks.rend(),
                                  [block](const FoldedBlock& each) { return each.block == block; });
  return found == answer_.blocks.rend() ? nullptr : &*found;
}

void AnswerFold::on(const AnswerEvent& event) {
  if (answer_.whole || answer_.error.has_value()) return;
  switch (event.kind) {
    case AnswerEvent::Kind::Start:
      answer_.id = event.id.escaped;
      answer_.model = event.model.escaped;
      return;
    case AnswerEvent::Kind::Restart: answer_.usage = {}; return;
    case AnswerEvent::Kind::Open:
      answer_.blocks.push_back({.block = event.block,
                                .kind = event.block_kind,
                                .id = std::string(event.id.escaped),
                                .name = std::string(event.name.escaped)});
      return;
    case AnswerEvent::Kind::Add:
      bytes_ += event.text.escaped.size();
      if (bytes_ > kMaxPlainBytes) {
        answer_.error = Error{.kind = ErrorKind::BadResponse,
                              .status = 502,
                              .code = "upstream_invalid",
                              .message = "The upstream's answer is longer than is accepted."};
        return;
      }
      if (FoldedBlock* const block = find(event.block)) block->text += event.text.escaped;
      return;
    case AnswerEvent::Kind::Sign:
      if (FoldedBlock* const block = find(event.block)) {
        block->seal = event.text.escaped;
        block->thought_id = event.id.escaped;
        block->maker = event.maker;
      }
      return;
    case AnswerEvent::Kind::Close: return;
    case AnswerEvent::Kind::Usage: answer_.usage.merge(event.usage); return;
    case AnswerEvent::Kind::Stop:
      answer_.stop = event.stop;
      answer_.stop_sequence = event.stop_sequence.escaped;
      return;
    case AnswerEvent::Kind::End: answer_.whole = true; return;
    case AnswerEvent::Kind::Failed: answer_.error = *event.error; return;
  }
}

}  // namespace drover::translate
