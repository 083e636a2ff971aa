#include "net/http1/http1_server_exchange.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include "net/http1/body_reader.h"
#include "net/trouble.h"

namespace drover::net {

namespace {

constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

}  // namespace

Instant body_due(Instant began, std::uint64_t bytes) {
  return after(began, kBodyGrace + std::chrono::seconds(bytes / kMinBodyBytesPerSecond));
}

Http1ServerExchange::~Http1ServerExchange() {
  end();
}

void Http1ServerExchange::begin(std::unique_ptr<RequestMemory> request) {
  request_ = std::move(request);
  const http::RequestHead& head = request_->head;
  body_ = http::BodyDecoder(head.framing);
  body_bytes_ = 0;
  began_ = wire_.loop().now();
  asked_ = {.head = head.method == "HEAD", .version = head.version, .keep_alive = head.keep_alive};
  plan_ = {};
  open_ = true;
  started_ = head_sent_ = answer_ended_ = close_after_ = false;
  expects_continue_ = head.expect_continue;
}

void Http1ServerExchange::end() {
  release_request();
  wire_.loop().memory().give(std::exchange(answer_head_, {}));
  open_ = false;
}

const http::RequestHead& Http1ServerExchange::head() const {
  assert(request_ != nullptr);
  return request_->head;
}

void Http1ServerExchange::release_request() {
  wire_.loop().memory().give(std::move(request_));
}

Result<Read> Http1ServerExchange::read_body() {
  Buffer& input = wire_.input();
  while (!body_.finished()) {
    input.tidy();
    Read read;
    if (!input.empty()) {
      Result<Read> taken = take({input.data(), input.size()}, true);
      if (!taken) return taken;
      read = *taken;
    } else {
      std::span<char> scratch = wire_.loop().scratch();
      Moved moved = wire_.read(scratch);
      if (moved.state == Io::Blocked) return Read{ReadState::Blocked, {}};
      if (moved.state != Io::Done) return fail(trouble(ErrorKind::ClientGone));
      Result<Read> taken = take(scratch.first(moved.bytes), false);
      if (!taken) return taken;
      read = *taken;
    }
    if (!read.bytes.empty()) return read;
  }
  input.tidy();  // a running request holds no buffer
  return Read{ReadState::End, {}};
}

Result<Read> Http1ServerExchange::take(std::span<char> bytes, bool from_input) {
  Result<Unframed> unframed = unframe(body_, bytes);
  if (!unframed) {
    close_after_ = true;
    return fail(std::move(unframed.error()));
  }
  body_bytes_ += unframed->content;
  if (from_input) {
    wire_.input().consume(unframed->consumed);
  } else if (unframed->consumed < bytes.size()) {
    // The next request begins in the same bytes.
    wire_.input().append({bytes.data() + unframed->consumed, bytes.size() - unframed->consumed});
  }
  return Read{ReadState::Data, {bytes.data(), unframed->content}};
}

Awaitable<Result<void>> Http1ServerExchange::until_readable(Instant deadline) {
  return wire_.until_readable(std::min(deadline, body_due(began_, body_bytes_)), ErrorKind::TotalTimeout);
}

void Http1ServerExchange::send_continue() {
  bool nothing_came = body_bytes_ == 0 && wire_.input().empty();
  if (!std::exchange(expects_continue_, false) || !nothing_came || head_sent_ || body_.finished()) return;
  OutPieces pieces;
  if (!pieces.push_back({kContinue, Keep::Copy})) return;
  // A failure shows at the next read.
  [[maybe_unused]] Result<WriteState> sent = wire_.send(pieces);
}

void Http1ServerExchange::watch(GoneObserver* observer) {
  wire_.watch(observer);
}

void Http1ServerExchange::start(const AnswerStart& answer) {
  assert(!head_sent_);
  if (answer_head_.capacity() <= std::string().capacity()) answer_head_ = wire_.loop().memory().take_bytes();
  answer_head_.clear();
  AnswerStart ours = answer;
  // A client that was not asked for its body may send it or not, so the next bytes of this connection are unknown.
  ours.close = answer.close || close_after_ || body_withheld();
  plan_ = write_answer_head(ours, asked_, answer_head_);
  answer_left_ = answer.framing.length;
  started_ = true;
}

Result<void> Http1ServerExchange::check_length(std::size_t size, More more) {
  if (plan_.framing == http::BodyKind::None && size > 0) {
    return fail(trouble(ErrorKind::TooLarge, "answer_length", "a body for an answer that announced none"));
  }
  if (plan_.framing != http::BodyKind::Length) return {};
  if (size > answer_left_ || (more == More::No && size < answer_left_)) {
    return fail(trouble(ErrorKind::TooLarge, "answer_length", "the answer's body is not as long as was announced"));
  }
  answer_left_ -= size;
  return {};
}

Result<WriteState> Http1ServerExchange::write(Pieces pieces, More more, Keep keep) {
  if (!started_ || answer_ended_ || pieces.size() > kMaxPieces) {
    return fail(
        trouble(ErrorKind::Internal, "answer_order", "write() before start(), after the end, or of too many pieces"));
  }
  std::size_t size = 0;
  if (plan_.has_body) {
    for (std::string_view piece : pieces) size += piece.size();
    Result<void> fits = check_length(size, more);
    if (!fits) return fail(std::move(fits.error()));
  }
  OutPieces out;
  bool fitted = head_sent_ || out.push_back({answer_head_, Keep::Copy});
  bool chunked = plan_.has_body && plan_.framing == http::BodyKind::Chunked;
  http::ChunkHeader chunk(size);
  // An empty chunk would end the body, so no bytes give no chunk.
  if (chunked && size > 0) fitted &= out.push_back({chunk.text(), Keep::Copy});
  if (size > 0) {
    for (std::string_view piece : pieces) fitted &= piece.empty() || out.push_back({piece, keep});
  }
  if (chunked && size > 0) fitted &= out.push_back({http::kCrLf, Keep::Copy});
  if (chunked && more == More::No) fitted &= out.push_back({http::kLastChunk, Keep::Copy});
  assert(fitted);
  Result<WriteState> sent = wire_.send(out);
  if (!sent) return sent;
  if (!std::exchange(head_sent_, true)) wire_.loop().memory().give(std::exchange(answer_head_, {}));
  answer_ended_ = more == More::No;
  return sent;
}

Awaitable<Result<void>> Http1ServerExchange::until_written(Instant deadline) {
  return wire_.until_written(deadline);
}

Awaitable<Result<void>> Http1ServerExchange::until_flushed(Instant until) {
  return wire_.until_flushed(until);
}

EndAwaited Http1ServerExchange::end_awaited() const {
  const bool next_is_here = !plan_.close && body_.finished() && !wire_.input().empty();
  return next_is_here ? EndAwaited::ByRequest : EndAwaited::ByClient;
}

void Http1ServerExchange::abort() {
  // A body that ends with the connection must end with a reset here; any other is visibly short.
  if (!head_sent_ || plan_.framing == http::BodyKind::UntilClose) return wire_.reset();
  wire_.close();
}

}  // namespace drover::net
