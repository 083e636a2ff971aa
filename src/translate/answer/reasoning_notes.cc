#include "translate/answer/reasoning_notes.h"

#include <algorithm>
#include <vector>

#include "translate/model/reasoning.h"
#include "translate/read/json_walk.h"
#include "translate/write/json_out.h"

namespace drover::translate {
namespace {

bool is_thought(BlockKind kind) {
  return kind == BlockKind::Thinking || kind == BlockKind::Sealed;
}

std::vector<Part> parts_of(std::string_view thoughts) {
  std::vector<Part> parts;
  for_elements(thoughts, [&](std::string_view thought) {
    const auto carried = read_carried(word_in(thought, "seal"));
    if (!carried.has_value()) return;
    const Text text = text_of(dialect::raw_member(thought, "text"));
    // A sealed thought says all by itself; what was told of it beside is its summary.
    if (!text.empty() && carried->sealed) parts.push_back({.kind = PartKind::Thinking, .text = text});
    Part part{
        .kind = carried->sealed ? PartKind::Sealed : PartKind::Thinking, .id = {carried->id}, .maker = carried->maker};
    part.text = carried->sealed ? Text{carried->seal} : text;
    if (!carried->sealed) part.signature = {carried->seal};
    parts.push_back(std::move(part));
  });
  return parts;
}

}  // namespace

void restore_reasoning(Conversation& conversation, const ReasoningNotes& notes) {
  for (Message& message : conversation.messages) {
    if (message.role != Role::Assistant) continue;
    const auto is_made = [](const Part& part) { return part.kind == PartKind::Sealed || !part.signature.empty(); };
    const auto is_call = [](const Part& part) { return part.kind == PartKind::Call; };
    const auto call = std::ranges::find_if(message.parts, is_call);
    if (call == message.parts.end() || std::ranges::any_of(message.parts, is_made)) continue;
    const auto found = notes.find(plain(call->id));
    if (!found.has_value()) continue;
    std::vector<Part> parts = parts_of(conversation.keep(*found));
    // What the client kept of the thoughts is in the note too.
    std::erase_if(message.parts, [](const Part& part) { return part.kind == PartKind::Thinking; });
    message.parts.insert(message.parts.begin(), std::make_move_iterator(parts.begin()),
                         std::make_move_iterator(parts.end()));
  }
}

void ReasoningNoteTaker::on(const AnswerEvent& event) {
  next_.on(event);
  const bool thought = is_thought(event.block_kind);
  switch (event.kind) {
    case AnswerEvent::Kind::Open:
      if (thought) {
        text_.clear();
        seal_.clear();
        maker_ = Maker::Nobody;
      } else if (event.block_kind == BlockKind::Call && call_id_.empty()) {
        call_id_ = plain(event.id);
      }
      return;
    case AnswerEvent::Kind::Add:
      if (!thought || too_long_) return;
      too_long_ = text_.size() + thoughts_.size() + event.text.escaped.size() > kMaxNoteBytes;
      if (!too_long_) text_ += event.text.escaped;
      return;
    case AnswerEvent::Kind::Sign:
      seal_ = event.text.escaped;
      thought_id_ = event.id.escaped;
      maker_ = event.maker;
      return;
    case AnswerEvent::Kind::Close:
      if (thought) end_thought(event);
      return;
    default: return;
  }
}

void ReasoningNoteTaker::end_thought(const AnswerEvent& event) {
  if (seal_.empty() || maker_ == Maker::Nobody || too_long_) return;
  too_long_ = thoughts_.size() + text_.size() + seal_.size() > kMaxNoteBytes;
  if (!thoughts_.empty()) thoughts_ += ',';
  std::string one;
  JsonOut json(one);
  std::string& seal = json.open('{').key("text").text({text_}).key("seal").value();
  seal += '"';
  const bool sealed = maker_ != Maker::Anthropic || event.block_kind == BlockKind::Sealed;
  append_carried({maker_, sealed, thought_id_, seal_}, seal);
  seal += '"';
  json.close('}');
  thoughts_ += one;
}

std::optional<ReasoningNote> ReasoningNoteTaker::note() const {
  if (call_id_.empty() || thoughts_.empty() || too_long_) return std::nullopt;
  return ReasoningNote{call_id_, "[" + thoughts_ + "]"};
}

}  // namespace drover::translate
