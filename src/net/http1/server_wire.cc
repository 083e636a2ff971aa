#include "net/http1/server_wire.h"

#include <algorithm>
#include <utility>

#include "net/trouble.h"

namespace drover::net {

ServerWire::ServerWire(Loop& loop, TcpSocket socket, std::unique_ptr<TlsSession> session, Duration write_stall,
                       ByteLedger* unparsed)
    : loop_(loop),
      stream_(loop, std::move(socket), std::move(session), *this),
      input_(loop.memory(), unparsed),
      outbox_(loop.memory()),
      reader_(loop),
      writer_(loop),
      read_deadline_(
          loop.ticker(), [](void* self) { static_cast<ServerWire*>(self)->read_expired(); }, this),
      write_deadline_(
          loop.ticker(), [](void* self) { static_cast<ServerWire*>(self)->write_expired(); }, this),
      hangup_check_(
          loop.ticker(), [](void* self) { static_cast<ServerWire*>(self)->check_hangup(); }, this),
      write_stall_(write_stall),
      stall_now_(write_stall) {}

Moved ServerWire::read(std::span<char> into) {
  Moved moved = stream_.read(into);
  if (moved.state == Io::End || moved.state == Io::Failed) gone_ = true;
  return moved;
}

Awaitable<Result<void>> ServerWire::until_readable(Instant deadline, ErrorKind expired) {
  if (!input_.empty() && !gone_) return immediately({});
  return until_more(deadline, expired);
}

Awaitable<Result<void>> ServerWire::until_more(Instant deadline, ErrorKind expired) {
  if (gone_ || !stream_.is_open()) return immediately(fail(trouble(ErrorKind::ClientGone)));
  if (stream_.may_read()) return reader_.yield();
  read_expiry_ = expired;
  read_deadline_.arm(deadline);
  stream_.wait_readable();
  return reader_.wait();
}

void ServerWire::cancel_read(ErrorKind kind) {
  read_deadline_.disarm();
  reader_.resume_later(fail(trouble(kind)));
}

Result<WriteState> ServerWire::send(const OutPieces& pieces) {
  if (gone_ || !stream_.is_open()) return fail(trouble(ErrorKind::ClientGone));
  if (!outbox_.has_room(pieces)) {
    return fail(
        trouble(ErrorKind::TooLarge, "write_pending", "more bytes are waiting for the client than may be copied"));
  }
  Moved moved = outbox_.send(stream_, pieces);
  if (moved.state == Io::Failed) {
    gone_ = true;
    outbox_.clear();
    write_deadline_.disarm();
    return fail(trouble(ErrorKind::ClientGone));
  }
  if (moved.state == Io::Done) return WriteState::Done;
  stream_.wait_writable();
  if (!write_deadline_.armed()) arm_stall(write_stall_);
  return WriteState::Blocked;
}

void ServerWire::arm_stall(Duration span) {
  in_total_ = false;
  stall_now_ = span;
  write_deadline_.arm(after(loop_.now(), span));
}

Awaitable<Result<void>> ServerWire::until_written(Instant deadline) {
  if (gone_ || !stream_.is_open()) return immediately(fail(trouble(ErrorKind::ClientGone)));
  if (outbox_.empty()) return immediately({});
  return until_writable(deadline);
}

Awaitable<Result<void>> ServerWire::until_flushed(Instant until) {
  if (gone_ || !stream_.is_open()) return immediately(fail(trouble(ErrorKind::ClientGone)));
  if (outbox_.empty()) return immediately({});
  in_total_ = true;
  write_deadline_.arm(until);
  stream_.wait_writable();
  return writer_.wait();
}

Awaitable<Result<void>> ServerWire::until_writable(Instant deadline) {
  arm_stall(deadline == kNever ? write_stall_ : std::max(deadline - loop_.now(), Duration::zero()));
  stream_.wait_writable();
  return writer_.wait();
}

void ServerWire::watch(GoneObserver* observer) {
  observer_ = observer;
  hangup_check_.disarm();
  if (observer == nullptr) return;
  if (!may_pipeline()) {
    hangup_check_.arm(after(loop_.now(), kHangupCheck));
  } else {
    stream_.wait_readable();
  }
}

void ServerWire::on_readable() {
  if (reader_.waiting()) {
    read_deadline_.disarm();
    reader_.resume();
    return;
  }
  if (observer_ != nullptr) take_pipelined();
}

/// Reads the bytes that a client sends early, only to see the end of the connection behind them.
void ServerWire::take_pipelined() {
  while (may_pipeline()) {
    std::span<char> room = loop_.scratch().first(std::min(kScratchBytes, kMaxPipelinedBytes - input_.size()));
    Moved moved = stream_.read(room);
    if (moved.state == Io::End || moved.state == Io::Failed) return lost();
    if (moved.state == Io::Blocked) return stream_.wait_readable();
    input_.append({room.data(), moved.bytes});
    observer_->request_behind();
  }
  hangup_check_.arm(after(loop_.now(), kHangupCheck));
}

void ServerWire::check_hangup() {
  if (observer_ == nullptr) return;
  if (stream_.peer_hung_up()) return lost();
  hangup_check_.arm(after(loop_.now(), kHangupCheck));
}

void ServerWire::on_writable() {
  Moved moved = outbox_.flush(stream_);
  if (moved.state == Io::Failed) return lost();
  if (moved.state == Io::Blocked) {
    if (moved.bytes > 0 && !in_total_) write_deadline_.arm(after(loop_.now(), stall_now_));
    return stream_.wait_writable();
  }
  write_deadline_.disarm();
  if (writer_.waiting()) writer_.resume();
}

void ServerWire::read_expired() {
  if (reader_.waiting()) reader_.resume(fail(trouble(read_expiry_)));
}

void ServerWire::write_expired() {
  if (writer_.waiting()) {
    // The caller whose wait ended decides. If it does nothing, the next stall ends the connection.
    arm_stall(write_stall_);
    writer_.resume(fail(trouble(ErrorKind::IdleTimeout)));
    return;
  }
  stream_.reset();
  lost();
}

void ServerWire::lost() {
  if (gone_) return;
  gone_ = true;
  outbox_.clear();
  write_deadline_.disarm();
  read_deadline_.disarm();
  hangup_check_.disarm();
  reader_.resume_later(fail(trouble(ErrorKind::ClientGone)));
  writer_.resume_later(fail(trouble(ErrorKind::ClientGone)));
  GoneObserver* observer = std::exchange(observer_, nullptr);
  if (observer != nullptr) observer->downstream_gone();
}

void ServerWire::finish() {
  stream_.shutdown_write();
  close();
}

void ServerWire::close() {
  stream_.close();
  end_waits();
}

void ServerWire::reset() {
  stream_.reset();
  end_waits();
}

void ServerWire::end_waits() {
  observer_ = nullptr;
  outbox_.clear();
  read_deadline_.disarm();
  write_deadline_.disarm();
  hangup_check_.disarm();
  reader_.resume_later(fail(trouble(ErrorKind::Cancelled)));
  writer_.resume_later(fail(trouble(ErrorKind::Cancelled)));
}

}  // namespace drover::net
