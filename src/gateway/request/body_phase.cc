#include "gateway/request/body_phase.h"

#include <algorithm>
#include <string>
#include <utility>

#include "gateway/answers/request_error.h"
#include "gateway/process/worker.h"
#include "http/body/content_coding.h"
#include "http/head/header_rules.h"

namespace drover::gateway {
namespace {

std::unexpected<Error> no_memory(Worker& worker) {
  worker.admission().say_memory_full(worker.loop().now());
  return fail(shed_error("replay_memory_full",
                         "The gateway's memory for request bodies, or this client's half of it, is full "
                         "('limits.replay_memory'); try again shortly."));
}

Error unreadable_coding() {
  return request_error(
      415, ErrorKind::Unsupported, "content_encoding",
      "Request bodies are read in one of the content codings zstd, gzip and deflate, in one layer; send the "
      "body in one of these, or as it is.");
}

Error broken_coding() {
  return request_error(400, ErrorKind::BadRequest, "content_coding_broken",
                       "The request body is not whole, or not in the coding that its Content-Encoding names.");
}

Error coding_bomb() {
  return request_error(413, ErrorKind::TooLarge, std::string(http::kCodingBomb),
                       "The compressed request body unfolds to far too much.");
}

upstream::BodyBytes& bodies_of(Worker& worker, const RequestState& state) {
  ClientShares& shares = worker.admission().shares;
  return state.client != nullptr ? shares.bodies_of(state.client->principal) : shares.bodies_of_peer(state.peer);
}

Result<void> keep(Worker& worker, RequestState& state, std::string_view bytes) {
  const std::uint64_t limit = state.snapshot->settings.limits.body;
  if (state.request.body.view().size() + bytes.size() > limit) return fail(body_too_large(limit));
  if (!state.request.body.append(bytes)) return no_memory(worker);
  return {};
}

/// What the decoder itself holds, beside what it hands out.
std::uint64_t decoder_bytes(const RequestState& state) {
  if (state.decoder->coding() != http::Coding::Zstd) return http::kDecoderBytes;
  const std::uint64_t unfolded = state.request.body.view().size();
  return http::kDecoderBytes + std::min(unfolded, http::kZstdWindow);
}

/// Unfolds what was fed to the decoder, as far as one turn goes. True: it wants more.
Result<bool> unfold(Worker& worker, RequestState& state, std::size_t& turn) {
  while (turn < kBodyBytesATurn) {
    const auto piece = state.decoder->next();
    if (!piece) return fail(piece.error().code == http::kCodingBomb ? coding_bomb() : broken_coding());
    if (piece->empty()) return true;
    turn += piece->size();
    const Result<void> kept = keep(worker, state, *piece);
    if (!kept) return fail(kept.error());
    if (!state.request.body.set_aside(decoder_bytes(state))) return no_memory(worker);
  }
  return false;
}

Result<void> take_coded(Worker& worker, RequestState& state, std::string_view bytes) {
  const std::uint64_t limit = state.snapshot->settings.limits.body;
  if (state.decoder->fed() + bytes.size() > limit) return fail(body_too_large(limit));
  if (!state.request.body.set_aside(decoder_bytes(state))) return no_memory(worker);
  state.decoder->feed(bytes);
  return {};
}

Result<void> end_body(RequestState& state) {
  if (state.decoder && !state.decoder->complete()) return fail(broken_coding());
  state.decoder.reset();
  state.request.body.completed();
  return {};
}

}  // namespace

Result<void> begin_body(Worker& worker, RequestState& state) {
  const http::RequestHead& head = state.exchange->head();
  const http::Coding coding = state.request.has_body ? http::request_coding(head.fields) : http::Coding::Identity;
  if (coding == http::Coding::Other) {
    state.more_fields.append("Accept-Encoding: ").append(http::kRequestCodings).append("\r\n");
    return fail(unreadable_coding());
  }
  const bool is_coded = coding != http::Coding::Identity;
  if (is_coded) state.decoder = std::make_unique<http::ContentDecoder>(coding);
  if (head.fields.may_have("content-encoding")) http::drop_field(state.request.fields, "content-encoding");
  const bool announced = head.framing.kind == http::BodyKind::Length && !is_coded;
  state.request.body.begin(worker.admission().replay_memory, &bodies_of(worker, state),
                           announced ? head.framing.length : 0);
  return {};
}

Result<BodyRead> read_body(Worker& worker, RequestState& state) {
  if (!state.request.has_body) return BodyRead::Whole;
  std::size_t turn = 0;
  while (turn < kBodyBytesATurn) {
    if (state.decoder) {
      const Result<bool> hungry = unfold(worker, state, turn);
      if (!hungry) return fail(hungry.error());
      if (!*hungry) return BodyRead::Turn;
    }
    auto read = state.exchange->read_body();
    if (!read) return fail(std::move(read.error()));
    if (read->state == net::ReadState::Blocked) return BodyRead::Blocked;
    if (read->state == net::ReadState::End) {
      const Result<void> ended = end_body(state);
      if (!ended) return fail(ended.error());
      return BodyRead::Whole;
    }
    turn += read->bytes.size();
    const Result<void> taken =
        state.decoder ? take_coded(worker, state, read->bytes) : keep(worker, state, read->bytes);
    if (!taken) return fail(taken.error());
  }
  // The wait for more lets the others go first; what was fed and is not unfolded yet waits for nobody.
  return state.decoder ? BodyRead::Turn : BodyRead::Blocked;
}

Error body_too_large(std::uint64_t limit) {
  return request_error(
      413, ErrorKind::TooLarge, "body_too_large",
      "The request body is longer than this gateway accepts (" + std::to_string(limit) + " bytes, 'limits.body').");
}

Result<void> body_too_slow(Error error) {
  if (error.kind == ErrorKind::ClientGone) return fail(std::move(error));
  return fail(request_error(408, ErrorKind::BadRequest, "slow_body", "The request body did not arrive in time."));
}

}  // namespace drover::gateway
