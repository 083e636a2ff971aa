#include "net/http1/http1_client.h"

#include <cassert>
#include <utility>

#include "net/http1/body_reader.h"
#include "net/http1/message_head.h"
#include "net/trouble.h"

namespace drover::net {

namespace {

Error bad_response(std::string code, std::string message) {
  return trouble(ErrorKind::BadResponse, std::move(code), std::move(message));
}

/// Whether an answer that has no body has fields that announce one: an upstream that writes them may send it.
bool promises_more(const http::ResponseHead& head, http::ResponseHeadReader::Asked asked) {
  if (asked == http::ResponseHeadReader::Asked::Head || head.framing.kind != http::BodyKind::None) return false;
  if (http::find(head.fields, "transfer-encoding")) return true;
  return head.status != 304 && http::find(head.fields, "content-length").value_or("0") != "0";
}

}  // namespace

Http1Client::Http1Client(Loop& loop, TcpSocket socket, std::unique_ptr<TlsSession> session)
    : loop_(loop),
      stream_(loop, std::move(socket), std::move(session), *this),
      input_(loop.memory()),
      outbox_(loop.memory()),
      reader_(loop),
      writer_(loop) {}

Http1Client::~Http1Client() {
  close();
  release_head();
  loop_.memory().give(std::move(request_head_));
}

Awaitable<Result<void>> Http1Client::until_handshake_can_go_on() {
  if (stream_.wants_write()) {
    stream_.wait_writable();
    return writer_.wait();
  }
  stream_.wait_readable();
  return reader_.wait();
}

ClientExchange& Http1Client::open() {
  assert(can_open());
  busy_ = true;
  reused_ = served_before_;
  head_sent_ = request_ended_ = write_broken_ = wrote_any_ = answered_any_ = false;
  input_parsed_ = has_head_ = keep_alive_ = false;
  interim_answers_ = 0;
  head_reader_.reset();
  return *this;
}

bool Http1Client::finish() {
  bool complete = busy_ && sent() && has_head_ && body_.finished() && keep_alive_ && !last_;
  // Bytes after the answer belong to no request: a later request must not get them as its answer.
  bool reusable = complete && input_.empty() && stream_.is_open();
  busy_ = false;
  served_before_ = true;
  release_head();
  loop_.memory().give(std::exchange(request_head_, {}));
  if (!reusable) close();
  input_.release();
  return reusable;
}

bool Http1Client::alive() {
  if (!stream_.is_open()) return false;
  TlsSession* tls = stream_.tls();
  if (tls == nullptr) return !stream_.has_unread();
  // A TLS 1.3 server may send session tickets at any time; they are no answer.
  if (!tls->has_decrypted() && !stream_.has_unread()) return true;
  return !tls->is_talking();
}

void Http1Client::close() {
  stream_.close();
  outbox_.clear();
  reader_.resume_later(fail(trouble(ErrorKind::Cancelled)));
  writer_.resume_later(fail(trouble(ErrorKind::Cancelled)));
}

void Http1Client::start(const RequestStart& request) {
  using enum http::ResponseHeadReader::Asked;
  request_head_ = loop_.memory().take_bytes();
  write_request_head(request, request_head_);
  last_ = request.last;
  request_left_ = request.framing.kind == http::BodyKind::Length ? request.framing.length : 0;
  asked_ = request.method == "HEAD" ? Head : request.method == "CONNECT" ? Connect : Other;
}

Result<void> Http1Client::check_length(std::size_t size, More more) {
  if (size > request_left_ || (more == More::No && size < request_left_)) {
    return fail(trouble(ErrorKind::Internal, "request_length", "the request's body is not as long as was announced"));
  }
  request_left_ -= size;
  return {};
}

Result<WriteState> Http1Client::write(Pieces pieces, More more, Keep keep) {
  if (!stream_.is_open()) return fail(trouble(ErrorKind::Cancelled));
  if (request_ended_ || pieces.size() > kMaxPieces) {
    return fail(trouble(ErrorKind::Internal, "request_order", "write() after the end or of too many pieces"));
  }
  if (write_broken_) return WriteState::Blocked;  // an answer came before the request was taken: read it
  std::size_t size = 0;
  for (std::string_view piece : pieces) size += piece.size();
  Result<void> fits = check_length(size, more);
  if (!fits) return fail(std::move(fits.error()));
  OutPieces out;
  bool fitted = head_sent_ || out.push_back({request_head_, Keep::Copy});
  for (std::string_view piece : pieces) fitted &= piece.empty() || out.push_back({piece, keep});
  assert(fitted);
  if (!outbox_.has_room(out)) {
    return fail(
        trouble(ErrorKind::TooLarge, "write_pending", "more bytes are waiting for the upstream than may be copied"));
  }
  Moved moved = outbox_.send(stream_, out);
  wrote_any_ |= moved.bytes > 0;
  if (moved.state == Io::Failed) return write_failed();
  if (!std::exchange(head_sent_, true)) loop_.memory().give(std::exchange(request_head_, {}));
  request_ended_ = more == More::No;
  if (moved.state == Io::Done) return WriteState::Done;
  stream_.wait_writable();
  return WriteState::Blocked;
}

/// An upstream may answer (413, 401) and close while the request is being written: its answer counts more than our
/// EPIPE.
Result<WriteState> Http1Client::write_failed() {
  write_broken_ = true;
  outbox_.clear();
  stream_.assume_readable();
  if (fill().state == Io::Done) return WriteState::Blocked;
  return fail(lost("while the request was written"));
}

Moved Http1Client::fill() {
  std::span<char> scratch = loop_.scratch();
  Moved moved = stream_.read(scratch);
  if (moved.state != Io::Done) return moved;
  answered_any_ = true;
  input_.append({scratch.data(), moved.bytes});
  input_parsed_ = false;
  return moved;
}

Awaitable<Result<void>> Http1Client::until_written() {
  if (!stream_.is_open()) return immediately(fail(trouble(ErrorKind::Cancelled)));
  if (outbox_.empty() || has_unread() || stream_.may_read()) return immediately({});
  stream_.wait_writable();
  stream_.wait_readable();
  return writer_.wait();
}

void Http1Client::on_readable() {
  if (reader_.waiting()) return reader_.resume();
  // An answer, an interim one, a TLS session ticket or the end of the connection: read_head() finds out which.
  if (writer_.waiting()) writer_.resume();
}

void Http1Client::on_writable() {
  Moved moved = outbox_.flush(stream_);
  wrote_any_ |= moved.bytes > 0;
  if (moved.state == Io::Blocked) {
    stream_.wait_writable();
    if (moved.bytes == 0) return;
  }
  if (moved.state == Io::Failed) {
    write_broken_ = true;
    outbox_.clear();
    stream_.assume_readable();
  }
  if (writer_.waiting()) return writer_.resume();
  // A wait for the answer learns of the broken connection by its next read.
  if (write_broken_ && reader_.waiting()) reader_.resume();
}

Result<HeadRead> Http1Client::read_head() {
  if (has_head_) return HeadRead::Complete;
  if (!stream_.is_open()) return fail(trouble(ErrorKind::Cancelled));
  for (;;) {
    if (!input_.empty() && !std::exchange(input_parsed_, true)) {
      Result<Parsed> parsed = parse_head();
      if (!parsed) return fail(std::move(parsed.error()));
      if (*parsed == Parsed::Final) return HeadRead::Complete;
      if (*parsed == Parsed::Interim) input_parsed_ = false;
      continue;
    }
    Moved moved = fill();
    if (moved.state == Io::Blocked) return HeadRead::Blocked;
    if (moved.state != Io::Done) return fail(lost("before the answer's head was complete"));
  }
}

Result<Http1Client::Parsed> Http1Client::parse_head() {
  if (head_ == nullptr) head_ = loop_.memory().take_response();
  Result<http::HeadState> state = head_reader_.read(input_.view(), asked_, head_->head);
  if (!state) return fail(std::move(state.error()));
  if (*state == http::HeadState::NeedMore) return Parsed::NeedMore;
  const http::ResponseHead& found = head_->head;
  if (found.status == 101) return fail(bad_response("upstream_upgrade", "the upstream switched protocols unasked"));
  if (found.status < 200) {
    if (++interim_answers_ > kMaxInterimAnswers) {
      return fail(bad_response("upstream_interim", "the upstream sent too many interim answers"));
    }
    input_.consume(found.size);
    input_.tidy();
    return Parsed::Interim;
  }
  keep_head(input_.view(), *head_);
  input_.consume(found.size);
  input_.tidy();
  body_ = http::BodyDecoder(found.framing);
  keep_alive_ = found.keep_alive && found.framing.kind != http::BodyKind::UntilClose && !promises_more(found, asked_);
  has_head_ = true;
  return Parsed::Final;
}

const http::ResponseHead& Http1Client::head() const {
  assert(has_head_ && head_ != nullptr);
  return head_->head;
}

void Http1Client::release_head() {
  loop_.memory().give(std::move(head_));
}

Result<Read> Http1Client::read_body() {
  if (!stream_.is_open()) return fail(trouble(ErrorKind::Cancelled));
  while (!body_.finished()) {
    input_.tidy();
    bool from_input = !input_.empty();
    std::span<char> bytes = {input_.data(), input_.size()};
    if (!from_input) {
      std::span<char> scratch = loop_.scratch();
      Moved moved = stream_.read(scratch);
      if (moved.state == Io::Blocked) return Read{ReadState::Blocked, {}};
      if (moved.state == Io::End && body_.closed()) break;
      if (moved.state == Io::End) return fail(trouble(ErrorKind::Truncated, {}, "the upstream closed in mid-answer"));
      if (moved.state == Io::Failed) return fail(lost("in mid-answer"));
      bytes = scratch.first(moved.bytes);
    }
    Result<Read> read = take(bytes, from_input);
    if (!read || !read->bytes.empty()) return read;
  }
  return Read{ReadState::End, {}};
}

Result<Read> Http1Client::take(std::span<char> bytes, bool from_input) {
  Result<Unframed> unframed = unframe(body_, bytes);
  if (!unframed) {
    keep_alive_ = false;
    return fail(bad_response(std::move(unframed.error().code), std::move(unframed.error().message)));
  }
  if (from_input) {
    input_.consume(unframed->consumed);
  } else if (unframed->consumed < bytes.size()) {
    keep_alive_ = false;  // bytes behind the answer
  }
  return Read{ReadState::Data, {bytes.data(), unframed->content}};
}

Awaitable<Result<void>> Http1Client::until_readable() {
  if (!stream_.is_open()) return immediately(fail(trouble(ErrorKind::Cancelled)));
  if (has_unread()) return immediately({});
  if (stream_.may_read()) return reader_.yield();
  stream_.wait_readable();
  return reader_.wait();
}

Error Http1Client::lost(std::string_view when) const {
  bool stale = reused_ && !answered_any_;
  std::string message = "the upstream closed the connection ";
  message.append(when);
  return trouble(stale ? ErrorKind::StaleConnection : ErrorKind::ConnectionLost, {}, std::move(message));
}

}  // namespace drover::net
