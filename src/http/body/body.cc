#include "http/body/body.h"

#include <algorithm>
#include <charconv>

#include "http/bytes.h"

namespace drover::http {
namespace {

constexpr std::string_view kBadChunk = "bad_chunk";
constexpr std::string_view kChunkOverhead = "chunk_overhead";
constexpr std::string_view kBadTrailer = "bad_trailer";

Error body_error(std::string_view code) {
  std::string_view message = "a chunk of the body is not framed as RFC 9112 section 7.1 says";
  if (code == kChunkOverhead) message = "the chunk extensions of the body outweigh its data";
  if (code == kBadTrailer) message = "the trailer of the body is malformed or over 8 KiB";
  return {.kind = ErrorKind::BadRequest,
          .scope = ErrorScope::Request,
          .retry = RetryClass::Never,
          .status = 400,
          .code = std::string(code),
          .message = std::string(message)};
}

}  // namespace

BodyDecoder::BodyDecoder(Framing framing) : framing_(framing) {
  switch (framing.kind) {
    case BodyKind::None: break;
    case BodyKind::Length:
      remaining_ = framing.length;
      state_ = remaining_ > 0 ? State::Data : State::Done;
      break;
    case BodyKind::Chunked: state_ = State::SizeFirst; break;
    case BodyKind::UntilClose: state_ = State::Data; break;
  }
}

Result<BodyDecoder::Piece> BodyDecoder::decode(std::string_view input) {
  std::size_t at = 0;
  while (at < input.size() && state_ != State::Done) {
    if (state_ == State::Data) return take_data(input, at);
    if (state_ == State::Failed) return fail(body_error(fault_));
    state_ = after(input[at++]);
  }
  if (state_ == State::Failed) return fail(body_error(fault_));
  return Piece{.consumed = at, .content = {}, .finished = state_ == State::Done};
}

/// Takes data up to the end of the chunk or of the input. The next call reads the framing behind it.
BodyDecoder::Piece BodyDecoder::take_data(std::string_view input, std::size_t at) {
  std::string_view content = input.substr(at);
  if (framing_.kind != BodyKind::UntilClose) {
    content = content.substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(remaining_, content.size())));
    remaining_ -= content.size();
    data_seen_ += content.size();
    if (remaining_ == 0) state_ = framing_.kind == BodyKind::Length ? State::Done : State::DataCr;
  }
  return {.consumed = at + content.size(), .content = content, .finished = state_ == State::Done};
}

/// The state after one byte of chunk framing.
BodyDecoder::State BodyDecoder::after(char byte) {
  switch (state_) {
    case State::SizeFirst:
    case State::Size: return after_size_byte(byte);
    case State::Extension:
    case State::ExtensionQuoted:
    case State::ExtensionEscaped: return after_extension_byte(byte);
    case State::SizeLf:
      if (byte != '\n') return refuse(kBadChunk);
      return remaining_ > 0 ? State::Data : State::TrailerStart;
    case State::DataCr: return byte == '\r' ? State::DataLf : refuse(kBadChunk);
    case State::DataLf: return byte == '\n' ? State::SizeFirst : refuse(kBadChunk);
    case State::TrailerStart:
    case State::TrailerName:
    case State::TrailerValue:
    case State::TrailerLf: return after_trailer_byte(byte);
    case State::EndLf: return byte == '\n' ? State::Done : refuse(kBadTrailer);
    case State::Data:
    case State::Done:
    case State::Failed: break;
  }
  return state_;
}

/// Takes digits only: servers read a sign, "0x" and blanks in different ways.
BodyDecoder::State BodyDecoder::after_size_byte(char byte) {
  const int digit = hex_value(byte);
  if (state_ == State::SizeFirst) {
    if (digit < 0) return refuse(kBadChunk);
    size_digits_ = 0;
  }
  if (digit >= 0) {
    if (++size_digits_ > kMaxChunkSizeDigits) return refuse(kBadChunk);
    remaining_ = remaining_ << 4 | static_cast<std::uint64_t>(digit);
    return State::Size;
  }
  if (byte == '\r') return State::SizeLf;
  if (byte == ';') return after_extension_byte(byte);
  return refuse(kBadChunk);
}

/// Extensions are read and dropped. A CR inside quotes is refused: a reader that knows quoted strings would read on,
/// and one that does not would end the line.
BodyDecoder::State BodyDecoder::after_extension_byte(char byte) {
  if (byte == '\r') return state_ == State::Extension ? State::SizeLf : refuse(kBadChunk);
  if (!is(byte, kValue)) return refuse(kBadChunk);
  if (++extension_bytes_ > kMaxChunkOverhead + data_seen_) return refuse(kChunkOverhead);
  if (state_ == State::ExtensionEscaped) return State::ExtensionQuoted;
  if (state_ == State::ExtensionQuoted) {
    if (byte == '\\') return State::ExtensionEscaped;
    return byte == '"' ? State::Extension : State::ExtensionQuoted;
  }
  return byte == '"' ? State::ExtensionQuoted : State::Extension;
}

/// Trailer fields are checked like the fields of a head and dropped: none of them may frame, route or authorise.
BodyDecoder::State BodyDecoder::after_trailer_byte(char byte) {
  if (++trailer_bytes_ > kMaxTrailerBytes) return refuse(kBadTrailer);
  if (state_ == State::TrailerLf) return byte == '\n' ? State::TrailerStart : refuse(kBadTrailer);
  if (state_ == State::TrailerValue) {
    if (byte == '\r') return State::TrailerLf;
    return is(byte, kValue) ? State::TrailerValue : refuse(kBadTrailer);
  }
  if (state_ == State::TrailerStart && byte == '\r') return State::EndLf;
  if (is(byte, kToken)) return State::TrailerName;
  return state_ == State::TrailerName && byte == ':' ? State::TrailerValue : refuse(kBadTrailer);
}

BodyDecoder::State BodyDecoder::refuse(std::string_view code) {
  fault_ = code;
  return State::Failed;
}

bool BodyDecoder::closed() {
  if (framing_.kind == BodyKind::UntilClose) state_ = State::Done;
  return finished();
}

bool BodyDecoder::finished() const {
  return state_ == State::Done;
}

ChunkHeader::ChunkHeader(std::size_t size) {
  char* const end = std::to_chars(text_.data(), text_.data() + text_.size(), size, 16).ptr;
  end[0] = '\r';
  end[1] = '\n';
  size_ = static_cast<std::size_t>(end - text_.data()) + 2;
}

}  // namespace drover::http
