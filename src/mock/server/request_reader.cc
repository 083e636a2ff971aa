#include "mock/server/request_reader.h"

namespace drover::mock {

Result<void> RequestReader::feed(std::string_view bytes) {
  inbox_.append(bytes);
  if (complete_ && inbox_.size() > kMaxBehind) {
    return fail(
        Error{.kind = ErrorKind::TooLarge, .status = 400, .code = "pipelined", .message = "too much behind a request"});
  }
  return complete_ ? Result<void>{} : advance();
}

Result<void> RequestReader::next() {
  head_there_ = false;
  complete_ = false;
  body_.clear();
  body_.shrink_to_fit();
  reader_.reset();
  return inbox_.empty() ? Result<void>{} : advance();
}

Result<void> RequestReader::take_head() {
  const Result<http::HeadState> state = reader_.read(inbox_, head_);
  if (!state) return fail(state.error());
  if (*state == http::HeadState::NeedMore) return {};
  head_bytes_ = inbox_.substr(0, head_.size);
  inbox_.erase(0, head_.size);
  // The head is read again from bytes that stay: its views must outlive the inbox.
  http::RequestHeadReader again;
  const Result<http::HeadState> same = again.read(head_bytes_, head_);
  if (!same) return fail(same.error());
  decoder_ = http::BodyDecoder(head_.framing);
  head_there_ = true;
  return {};
}

Result<void> RequestReader::advance() {
  if (!head_there_) {
    if (const Result<void> taken = take_head(); !taken) return fail(taken.error());
    if (!head_there_) return {};
  }
  std::size_t used = 0;
  while (!decoder_.finished() && used < inbox_.size()) {
    const Result<http::BodyDecoder::Piece> piece = decoder_.decode(std::string_view(inbox_).substr(used));
    if (!piece) return fail(piece.error());
    if (body_.size() + piece->content.size() > kMaxBody) {
      return fail(
          Error{.kind = ErrorKind::TooLarge, .status = 413, .code = "request_too_large", .message = "body too large"});
    }
    body_.append(piece->content);
    used += piece->consumed;
    if (piece->consumed == 0 || piece->finished) break;
  }
  inbox_.erase(0, used);
  complete_ = decoder_.finished();
  return {};
}

}  // namespace drover::mock
