#include "translate/answer/client_view.h"

namespace drover::translate {

void ClientView::on(const AnswerEvent& event) {
  if (context_.names.empty() && context_.json_tool.empty()) return next_.on(event);
  AnswerEvent shown = event;
  const bool is_call = event.block_kind == BlockKind::Call;
  if (event.kind == AnswerEvent::Kind::Open && is_call) {
    if (!context_.json_tool.empty() && event.name.escaped == context_.json_tool) {
      json_block_ = event.block;
    } else {
      other_calls_ = true;
      shown.name = context_.names.original(event.name);
    }
  }
  if (event.block == json_block_ && is_call) {
    shown.block_kind = BlockKind::Text;
    shown.id = shown.name = {};
  }
  const bool only_text = json_block_ != kNone && !other_calls_;
  if (event.kind == AnswerEvent::Kind::Stop && event.stop == StopReason::Calls && only_text)
    shown.stop = StopReason::End;
  next_.on(shown);
}

}  // namespace drover::translate
