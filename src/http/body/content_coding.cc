#include "http/body/content_coding.h"

#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <array>
#include <optional>

#include "http/bytes.h"

namespace drover::http {
namespace {

/// Windows of 32 KiB, in the frame of RFC 1950 (zlib), RFC 1952 (gzip) or none.
constexpr int kZlibFrame = 15;
constexpr int kGzipFrame = 15 + 16;
constexpr int kNoFrame = -15;

Error undecodable(std::string code, std::string message) {
  return Error{.kind = ErrorKind::BadResponse,
               .scope = ErrorScope::Target,
               .retry = RetryClass::OtherKey,
               .status = 502,
               .code = std::move(code),
               .message = std::move(message)};
}

/// Takes the next element off a comma-separated list and trims it; nothing at the list's end.
std::optional<std::string_view> take_element(std::string_view& list) {
  if (list.empty()) return std::nullopt;
  const std::size_t comma = std::min(list.find(','), list.size());
  const std::string_view element = trim(list.substr(0, comma));
  list.remove_prefix(std::min(comma + 1, list.size()));
  return element;
}

/// A weight of zero refuses the coding (RFC 9110 section 12.4.2).
bool has_zero_weight(std::string_view parameters) {
  const std::size_t equals = parameters.find('=');
  if (equals == std::string_view::npos || !iequals(trim(parameters.substr(0, equals)), "q")) return false;
  const std::string_view weight = trim(parameters.substr(equals + 1));
  return !weight.empty() && weight.find_first_not_of("0.") == std::string_view::npos;
}

bool accepts(std::string_view accept_encoding, std::string_view coding) {
  bool any = false;
  while (const auto element = take_element(accept_encoding)) {
    const std::size_t end = std::min(element->find(';'), element->size());
    const std::string_view name = trim(element->substr(0, end));
    const bool refused = end < element->size() && has_zero_weight(element->substr(end + 1));
    if (iequals(name, coding)) return !refused;
    if (name == "*") any = !refused;
  }
  return any;
}

/// Whether the name is no coding, although providers write it there: a charset, a transfer coding, or a word for
/// "none".
bool is_none(std::string_view name) {
  constexpr auto kNone =
      std::to_array<std::string_view>({"", "identity", "none", "utf-8", "utf8", "us-ascii", "ascii", "iso-8859-1",
                                       "latin1", "binary", "8bit", "7bit", "aws-chunked", "chunked", "text", "json"});
  return std::ranges::any_of(kNone, [&](std::string_view none) { return iequals(name, none); });
}

Coding known(std::string_view name) {
  if (iequals(name, "gzip") || iequals(name, "x-gzip")) return Coding::Gzip;
  if (iequals(name, "deflate")) return Coding::Deflate;
  return Coding::Other;
}

}  // namespace

ContentCoding content_coding(const Fields& answer, std::string_view accept_encoding) {
  ContentCoding found;
  int codings = 0;
  for (const Field& field : answer) {
    if (!iequals(field.name, "content-encoding")) continue;
    std::string_view list = field.value;
    while (const auto name = take_element(list)) {
      if (is_none(*name)) continue;
      found.kind = ++codings == 1 ? known(*name) : Coding::Other;
      found.accepted = found.accepted && accepts(accept_encoding, *name);
    }
  }
  return found;
}

Coding request_coding(const Fields& request) {
  Coding found = Coding::Identity;
  if (!request.may_have("content-encoding")) return found;
  for (const Field& field : request) {
    if (!iequals(field.name, "content-encoding")) continue;
    std::string_view list = field.value;
    while (const auto name = take_element(list)) {
      if (name->empty() || iequals(*name, "identity")) continue;
      if (found != Coding::Identity) return Coding::Other;
      found = iequals(*name, "zstd") ? Coding::Zstd : known(*name);
    }
  }
  return found;
}

struct ContentDecoder::State {
  z_stream stream{};
  ZSTD_DCtx* zstd = nullptr;
  std::array<char, kDecodedPiece> output;
};

ContentDecoder::ContentDecoder(Coding coding) : coding_(coding), state_(std::make_unique<State>()) {}

ContentDecoder::~ContentDecoder() {
  if (coding_ == Coding::Zstd) {
    ZSTD_freeDCtx(state_->zstd);  // null is fine
  } else if (begun_) {
    inflateEnd(&state_->stream);
  }
}

void ContentDecoder::feed(std::string_view coded) {
  input_.erase(0, at_);
  at_ = 0;
  input_.append(coded);
}

/// Returns false when more bytes are needed to know the frame, or memory is short.
bool ContentDecoder::begin() {
  if (coding_ == Coding::Zstd) {
    state_->zstd = ZSTD_createDCtx();
    begun_ = state_->zstd != nullptr &&
             ZSTD_isError(ZSTD_DCtx_setParameter(state_->zstd, ZSTD_d_windowLogMax, kZstdWindowLog)) == 0;
    return begun_;
  }
  int frame = kGzipFrame;
  if (coding_ == Coding::Deflate) {
    if (input_.size() < 2) return false;
    const unsigned first = static_cast<unsigned char>(input_[0]);
    const unsigned second = static_cast<unsigned char>(input_[1]);
    const bool framed = (first & 0x0fU) == Z_DEFLATED && (first * 256 + second) % 31 == 0;  // RFC 1950 section 2.2
    frame = framed ? kZlibFrame : kNoFrame;
  }
  begun_ = inflateInit2(&state_->stream, frame) == Z_OK;
  return begun_;
}

ContentDecoder::Step ContentDecoder::inflate_some(std::string_view offered) {
  z_stream& stream = state_->stream;
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(offered.data()));  // zlib only reads it
  stream.avail_in = static_cast<uInt>(offered.size());
  stream.next_out = reinterpret_cast<Bytef*>(state_->output.data());
  stream.avail_out = static_cast<uInt>(kDecodedPiece);
  const int result = inflate(&stream, Z_NO_FLUSH);
  Step step{.used = offered.size() - stream.avail_in, .made = kDecodedPiece - stream.avail_out};
  step.more = stream.avail_out == 0;
  if (result == Z_STREAM_END) step.took = Took::FrameEnded;
  if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR) step.took = Took::Broken;
  return step;
}

ContentDecoder::Step ContentDecoder::unfold_zstd(std::string_view offered) {
  ZSTD_inBuffer in{offered.data(), offered.size(), 0};
  ZSTD_outBuffer out{state_->output.data(), kDecodedPiece, 0};
  const std::size_t result = ZSTD_decompressStream(state_->zstd, &out, &in);
  Step step{.used = in.pos, .made = out.pos, .more = out.pos == kDecodedPiece};
  if (ZSTD_isError(result) != 0) {
    step.took = Took::Broken;
  } else if (result == 0) {
    step.took = Took::FrameEnded;
    step.more = false;
  }
  return step;
}

/// A gzip body may have several members (RFC 1952 section 2.2), and a zstd body several frames (RFC 8878 section 3),
/// which the zstd decoder begins by itself. Other bytes behind the end are not part of the body.
bool ContentDecoder::next_member() {
  return coding_ == Coding::Zstd || (coding_ == Coding::Gzip && inflateReset(&state_->stream) == Z_OK);
}

Result<std::string_view> ContentDecoder::next() {
  if (!begun_ && !begin()) return std::string_view();
  while (at_ < input_.size() || more_) {
    if (ended_) {
      if (at_ == input_.size()) break;
      if (!next_member()) {
        return fail(undecodable("content_coding_broken", "Bytes follow the end of the compressed answer."));
      }
      ended_ = false;
    }
    const std::string_view offered = std::string_view(input_).substr(at_);
    const Step step = coding_ == Coding::Zstd ? unfold_zstd(offered) : inflate_some(offered);
    at_ += step.used;
    coded_ += step.used;
    decoded_ += step.made;
    more_ = step.more;
    if (step.took == Took::Broken) {
      return fail(undecodable("content_coding_broken", "The upstream's compressed answer cannot be read."));
    }
    if (decoded_ > kMaxDecodedBytes || decoded_ > kDecodedGrace + kMaxDecodedRatio * coded_) {
      return fail(undecodable(std::string(kCodingBomb), "The upstream's compressed answer unfolds to far too much."));
    }
    ended_ = step.took == Took::FrameEnded;
    if (step.made > 0) return std::string_view(state_->output.data(), step.made);
    if (step.used == 0) break;
  }
  return std::string_view();
}

bool ContentDecoder::complete() const {
  return ended_ && at_ == input_.size();
}

}  // namespace drover::http
