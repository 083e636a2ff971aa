#include "client/engine/answer_store.h"

#include <utility>

namespace drover::client {

void AnswerStore::start(const net::AnswerStart& answer) {
  status_ = answer.status;
  fields_.assign(answer.fields);
}

void AnswerStore::leave() {
  if (std::exchange(left_, true)) return;
  if (observer_ != nullptr) observer_->downstream_gone();
  on_leave();
}

std::unexpected<Error> AnswerStore::gone() {
  return fail({.kind = ErrorKind::ClientGone, .scope = ErrorScope::Request});
}

Result<net::WriteState> WholeAnswer::write(net::Pieces pieces, net::More, net::Keep) {
  if (left()) return gone();
  for (const std::string_view piece : pieces) {
    if (piece.size() > kMaxAnswerBytes - body_.size()) {
      too_long_ = true;
      return gone();
    }
    body_.append(piece);
  }
  return net::WriteState::Done;
}

net::Awaitable<Result<void>> WholeAnswer::until_written(Instant) {
  return net::immediately({});
}

void StreamAnswer::start(const net::AnswerStart& answer) {
  const std::lock_guard lock(mutex_);
  AnswerStore::start(answer);
}

Result<net::WriteState> StreamAnswer::write(net::Pieces pieces, net::More, net::Keep) {
  if (left()) return gone();
  const std::lock_guard lock(mutex_);
  for (const std::string_view piece : pieces) unread_.append(piece);
  changed_.notify_one();
  blocked_ = unread_.size() > kMaxUnreadBytes;
  return blocked_ ? net::WriteState::Blocked : net::WriteState::Done;
}

net::Awaitable<Result<void>> StreamAnswer::until_written(Instant) {
  // The reader may pause as long as it likes. The stream's own limit (`stream_max`) or its destruction ends this wait.
  for (;;) {
    if (left()) co_return gone();
    if (interrupted_) co_return fail({.kind = ErrorKind::Cancelled, .scope = ErrorScope::Request});
    bool blocked = false;
    {
      const std::lock_guard lock(mutex_);
      blocked = blocked_;
    }
    if (!blocked) co_return Result<void>();
    co_await wakeup_->wait();
  }
}

void StreamAnswer::interrupt() {
  interrupted_ = true;
  resume();
}

void StreamAnswer::end() {
  const std::lock_guard lock(mutex_);
  ended_ = true;
  changed_.notify_one();
}

void StreamAnswer::resume() {
  if (wakeup_) wakeup_->notify();
}

void StreamAnswer::on_leave() {
  resume();
}

StreamAnswer::Head StreamAnswer::head() const {
  const std::lock_guard lock(mutex_);
  return {status(), fields()};
}

StreamAnswer::Taken StreamAnswer::take(std::string& out) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return ended_ || !unread_.empty(); });
  if (unread_.empty()) return Taken::End;
  if (out.empty()) {
    out.swap(unread_);
  } else {
    out.append(unread_);
  }
  unread_.clear();
  return std::exchange(blocked_, false) ? Taken::BytesAndBlocked : Taken::Bytes;
}

}  // namespace drover::client
