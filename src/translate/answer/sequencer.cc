#include "translate/answer/sequencer.h"

#include <algorithm>

#include "translate/model/limits.h"

namespace drover::translate {

void Sequencer::on(const AnswerEvent& event) {
  if (failed_) return;
  switch (event.kind) {
    case AnswerEvent::Kind::Open: return open(event);
    case AnswerEvent::Kind::Add:
    case AnswerEvent::Kind::Sign: return add(event);
    case AnswerEvent::Kind::Close: return close(event);
    case AnswerEvent::Kind::Stop:
    case AnswerEvent::Kind::End: flush(); break;
    default: break;
  }
  next_.on(event);
}

void Sequencer::open(const AnswerEvent& event) {
  if (head_open_ && progress_.complete()) end_head();
  if (!head_open_ && held_.empty()) return begin(event);
  if (!room_for(event.id.escaped.size() + event.name.escaped.size())) return;
  held_.push_back({.block = event.block,
                   .kind = event.block_kind,
                   .id = std::string(event.id.escaped),
                   .name = std::string(event.name.escaped)});
}

void Sequencer::begin(const AnswerEvent& event) {
  head_open_ = true;
  head_ = event.block;
  head_kind_ = event.block_kind;
  progress_.reset();
  next_.on(event);
}

void Sequencer::add(const AnswerEvent& event) {
  if (head_open_ && event.block == head_) {
    next_.on(event);
    if (event.kind != AnswerEvent::Kind::Add || head_kind_ != BlockKind::Call) return;
    progress_.feed(event.text);
    if (progress_.complete() && !held_.empty()) {
      end_head();
      advance();
    }
    return;
  }
  Held* const block = held(event.block);
  if (block == nullptr) return;  // it was whole already: what follows can be white space only
  if (!room_for(event.text.escaped.size() + event.id.escaped.size())) return;
  if (event.kind == AnswerEvent::Kind::Add) {
    block->text += event.text.escaped;
    return;
  }
  block->seal = event.text.escaped;
  block->thought_id = event.id.escaped;
  block->maker = event.maker;
  block->is_signed = true;
}

void Sequencer::close(const AnswerEvent& event) {
  if (head_open_ && event.block == head_) {
    end_head();
    return advance();
  }
  if (Held* const block = held(event.block)) block->closed = true;
}

void Sequencer::end_head() {
  head_open_ = false;
  next_.on({.kind = AnswerEvent::Kind::Close, .block = head_, .block_kind = head_kind_});
  progress_.reset();
}

/// The next of those that are held becomes the one that is open; those before it that are whole are given out whole.
void Sequencer::advance() {
  while (!head_open_ && !held_.empty()) {
    const Held block = std::move(held_.front());
    held_.pop_front();
    held_bytes_ -= std::min(held_bytes_, block.text.size() + block.seal.size());
    begin({.kind = AnswerEvent::Kind::Open,
           .block = block.block,
           .block_kind = block.kind,
           .id = {block.id},
           .name = {block.name}});
    if (!block.text.empty()) {
      next_.on({.kind = AnswerEvent::Kind::Add, .block = block.block, .block_kind = block.kind, .text = {block.text}});
    }
    if (block.is_signed) {
      next_.on({.kind = AnswerEvent::Kind::Sign,
                .block = block.block,
                .block_kind = block.kind,
                .text = {block.seal},
                .id = {block.thought_id},
                .maker = block.maker});
    }
    if (block.kind == BlockKind::Call) progress_.feed({block.text});
    if (block.closed || (progress_.complete() && !held_.empty())) end_head();
  }
}

void Sequencer::flush() {
  for (Held& block : held_) block.closed = true;
  if (head_open_) end_head();
  advance();
}

Sequencer::Held* Sequencer::held(std::uint32_t block) {
  const auto found = std::ranges::find(held_, block, &Held::block);
  return found == held_.end() ? nullptr : &*found;
}

bool Sequencer::room_for(std::size_t bytes) {
  held_bytes_ += bytes;
  if (held_bytes_ <= kMaxHeldBytes) return true;
  failed_ = true;
  const Error error{.kind = ErrorKind::BadResponse,
                    .scope = ErrorScope::Server,
                    .retry = RetryClass::OtherProvider,
                    .status = 502,
                    .code = "upstream_invalid",
                    .message = "The upstream's answer mixes more than can be put in order."};
  next_.on({.kind = AnswerEvent::Kind::Failed, .error = &error});
  return false;
}

}  // namespace drover::translate
