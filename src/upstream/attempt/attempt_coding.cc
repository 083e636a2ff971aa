// An answer in a content coding although drover asks for none: read anyway, so that failures, usage and cuts are seen.
// A plain answer goes down as it came when the client accepts the coding; what drover has to look into event by event,
// or take its key out of, goes down unfolded.
#include <utility>

#include "http/head/header_rules.h"
#include "upstream/attempt/attempt.h"
#include "upstream/run/run.h"

namespace drover::upstream {
namespace {

Error unexpected_coding() {
  return Error{.kind = ErrorKind::WrongContentType,
               .scope = ErrorScope::Target,
               .retry = RetryClass::OtherKey,
               .status = 502,
               .code = "unexpected_content_coding",
               .message =
                   "The upstream sent its answer in a content coding that nobody asked for and the client does "
                   "not accept."};
}

}  // namespace

std::optional<Error> Attempt::choose_coding(const http::ResponseHead& head) {
  if (framing_.kind == http::BodyKind::None) return std::nullopt;
  const http::ContentCoding coding = http::content_coding(head.fields, run_.parts_.request->accept_encoding);
  if (coding.kind == http::Coding::Identity) {
    http::drop_field(fields_, "content-encoding");  // "utf-8" and the like: clients would look for a decoder
    return std::nullopt;
  }
  const bool readable = coding.kind != http::Coding::Other;
  if (!readable) {
    run_.record_.unread_coding = true;
    if (mode_ == Mode::Failure) {
      coded_ = Coded::Unread;
      return std::nullopt;
    }
    if (!coding.accepted) return unexpected_coding();
    mode_ = Mode::Opaque;
    return std::nullopt;
  }
  if (mode_ == Mode::Look && coding.accepted && label_ != Label::Events && !run_.parts_.request->inspection.stream) {
    mode_ = Mode::Judge;
  }
  const bool goes_as_it_is = coding.accepted && (mode_ == Mode::Judge || mode_ == Mode::Opaque);
  if (goes_as_it_is && mode_ == Mode::Opaque) return std::nullopt;  // it would not be looked into anyway
  coded_ = goes_as_it_is ? Coded::Beside : Coded::Unfold;
  decoder_ = std::make_unique<http::ContentDecoder>(coding.kind);
  if (coded_ == Coded::Unfold) http::drop_field(fields_, "content-encoding");
  // Under the upstream's length a coding that turns out to be cut would look whole.
  if (framing_.kind == http::BodyKind::Length) framing_ = {http::BodyKind::Chunked, 0};
  return std::nullopt;
}

void Attempt::on_coded(std::string_view bytes) {
  switch (coded_) {
    case Coded::No: return on_bytes(bytes);
    case Coded::Beside:
      if (look_beside(bytes)) on_bytes(bytes);
      return;
    case Coded::Unfold: return decoder_->feed(bytes);
    case Coded::Unread: return judge_failure();
  }
}

/// Passes on the next piece of what was fed to the decoder. False: there is none, read more.
bool Attempt::unfold() {
  const auto piece = decoder_->next();
  if (!piece) {
    if (mode_ == Mode::Failure) {
      judge_failure();  // by its status and what could be read
    } else {
      fail_with(piece.error(), stage_now());
    }
    return true;
  }
  if (piece->empty()) return false;
  turn_ += piece->size();
  on_bytes(*piece);
  return true;
}

/// Unfolds what is about to be passed on as it is. False: the attempt has failed.
bool Attempt::look_beside(std::string_view bytes) {
  decoder_->feed(bytes);
  for (;;) {
    const auto piece = decoder_->next();
    if (!piece && piece.error().code == http::kCodingBomb) {
      // The client accepts the coding and may have its answer; we look no further.
      coded_ = Coded::No;
      decoder_.reset();
      too_long_ = true;
      run_.record_.unread_coding = true;
      return true;
    }
    if (!piece) {
      fail_with(piece.error(), stage_now());
      return false;
    }
    if (piece->empty()) return true;
    if (mode_ != Mode::Judge || too_long_) continue;
    hold(*piece, beside_);
    too_long_ = !may_hold(held_.size() + beside_.size());
  }
}

/// At the end of the body: whether the coding ends there too. False: it was cut, and the attempt has failed.
bool Attempt::coding_ended() {
  if (!decoder_ || decoder_->complete() || mode_ == Mode::Failure) return true;
  fail_with(Error{.kind = ErrorKind::Truncated,
                  .scope = ErrorScope::Target,
                  .retry = RetryClass::OtherKey,
                  .status = 502,
                  .code = "content_coding_cut",
                  .message = "The upstream's compressed answer ended before it was complete."},
            stage_now());
  return false;
}

}  // namespace drover::upstream
