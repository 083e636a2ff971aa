#include "upstream/attempt/attempt.h"

#include <algorithm>
#include <utility>

#include "dialect/answer/token_count.h"
#include "dialect/failure/redact.h"
#include "dialect/gemini/paths.h"
#include "http/head/header_rules.h"
#include "net/loop/loop.h"
#include "net/loop/memory.h"
#include "upstream/run/run.h"

namespace drover::upstream {
namespace {

Error connection_limit_reached() {
  return {.kind = ErrorKind::LocalResource,
          .scope = ErrorScope::Gateway,
          .retry = RetryClass::OtherKey,
          .code = "connection_limit",
          .message = "The limit of connections to this provider is reached (connections.max)."};
}

/// A body that the upstream may not read because it expects none there would be the next request on its connection, and
/// its answer somebody else's: with a method that mostly has none, or on a path that the API is not known to have.
bool may_be_ignored(const UpstreamRequest& request) {
  if (!request.has_body) return false;
  const bool changes = request.method == "POST" || request.method == "PUT" || request.method == "PATCH";
  return !changes || !request.dialect->lists(request.path);
}

/// What drover itself, and not the provider, calls bad about an answer: where such an answer ends is not to be relied
/// on.
bool is_malformed(ErrorKind kind) {
  return kind == ErrorKind::BadResponse || kind == ErrorKind::WrongContentType || kind == ErrorKind::Truncated;
}

}  // namespace

Attempt::Attempt(Run& run, const core::StartAttempt& start)
    : run_(run),
      id_(start.attempt),
      target_(start.target),
      fresh_(start.fresh),
      endpoint_(&run.parts_.catalog->endpoint(start.target)),
      pool_(&run.parts_.tools.pools->pool(endpoint_->server->origin, endpoint_->server->connections)) {
  answer_.rules = endpoint_->rules;
  answer_.choices_due = run.parts_.request->inspection.choices;
  charge_ = AnswerCharge(run.parts_.request->body.account());
}

Attempt::~Attempt() {
  AttemptRecord& record = run_.record_of(id_);
  record.connected = exchange_ != nullptr;
  record.reused = record.connected && exchange_->reused();
  if (forwarding_) {
    learn_owner();
    run_.record_.usage = answer_.usage;
    run_.record_.used = used();
  } else if (answer_.usage.known || said_.tokens() > 0) {
    const Amount spent = used();
    record.spent_input = static_cast<std::int32_t>(std::min(spent.input_tokens.value, dialect::kMaxTokensBelieved));
    record.spent_output = static_cast<std::int32_t>(std::min(spent.output_tokens.value, dialect::kMaxTokensBelieved));
  }
  memory().give(std::move(fields_));
  memory().give(std::move(held_));
  if (charge_.any() && run_.parts_.client->pending_bytes() > 0) run_.keep(std::move(charge_));
  connection_.give_back(run_.now());
}

void Attempt::forward() {
  forwarding_ = true;
  answer_.content_seen = true;  // from here on it cannot be found empty
  if (!translates()) return;
  run_.record_.dropped = translation_->losses;
  if (exchange_->sent()) translation_.reset();
}

void Attempt::learn_owner() {
  if (run_.parts_.owners == nullptr) return;
  for (std::uint64_t& made : answer_.made) {
    if (made == 0) continue;
    run_.parts_.owners->learn(std::exchange(made, 0), run_.parts_.catalog->owner_mark(target_), run_.parts_.maker);
  }
}

net::LoopMemory& Attempt::memory() {
  return run_.parts_.tools.loop->memory();
}

bool Attempt::take_connection() {
  if (fresh_) return false;
  connection_ = pool_->take();
  if (!connection_) return false;
  exchange_ = &connection_->open();
  phase_ = Phase::Sending;
  run_.emit(core::AttemptConnected{id_});
  return true;
}

net::Awaitable<> Attempt::connect() {
  Room room = pool_->reserve();
  if (!room) {
    fail_with(connection_limit_reached(), core::Stage::NotConnected);
    co_return;
  }
  connecting_.emplace(*run_.parts_.tools.loop, *run_.parts_.tools.resolver);
  // The deadline is Dispatch's Connect timer, which cancels.
  auto connected = co_await connecting_->run(endpoint_->server->origin, kNever);
  connecting_.reset();
  if (!connected) {
    if (!stopped()) fail_with(std::move(connected.error()), core::Stage::NotConnected);
    co_return;
  }
  connection_ = room.adopt(std::move(*connected));
  exchange_ = &connection_->open();
  if (stopped()) co_return;
  phase_ = Phase::Sending;
  run_.emit(core::AttemptConnected{id_});
}

Attempt::Need Attempt::step() {
  turn_ = 0;
  while (turn_ < kBytesATurn) {
    switch (phase_) {
      case Phase::Connecting:
      case Phase::Over: return Need::Nothing;
      case Phase::Sending:
        write_begun_ ? go_on_sending() : send();
        if (phase_ == Phase::Sending) return Need::UpstreamWritten;
        // The answer cannot be there yet: wait before the first read.
        if (phase_ == Phase::Head) return Need::UpstreamReadable;
        break;
      case Phase::Head:
        read_head();
        if (phase_ == Phase::Head) return Need::UpstreamReadable;
        break;
      case Phase::Body:
      case Phase::Tail: {
        if (std::exchange(client_blocked_, false)) return Need::ClientWritten;
        release_charge();
        if (coded_ == Coded::Unfold && unfold()) break;
        if (read_some_body()) break;
        if (in_tail()) tail_pauses();
        return stopped() ? Need::Nothing : Need::UpstreamReadable;
      }
    }
  }
  return Need::Turn;
}

/// False: there is nothing to read now.
bool Attempt::read_some_body() {
  const auto read = exchange_->read_body();
  if (!read) {
    fail_with(read.error(), stage_now());
  } else if (read->state == net::ReadState::Blocked) {
    return false;
  } else if (read->state == net::ReadState::Data) {
    turn_ += read->bytes.size();
    if (in_tail() && (tail_ += read->bytes.size()) > kMaxTailBytes) {
      cut_tail();
      return true;
    }
    coded_ == Coded::No ? on_bytes(read->bytes) : on_coded(read->bytes);
    // What is held back is none of the client's yet, but it has come.
    if (!forwarding_ && phase_ == Phase::Body) run_.emit(core::Progress{id_});
  } else if (coding_ended()) {
    on_end();
  }
  return true;
}

void Attempt::wait_failed(Error error) {
  if (stopped()) return;
  fail_with(std::move(error), stage_now());
}

void Attempt::cancel() {
  phase_ = Phase::Over;
  if (connecting_) connecting_->cancel();
  if (exchange_ != nullptr) exchange_->cancel();
}

void Attempt::BodyPieces::add(std::string_view piece) {
  if (piece.empty()) return;
  length += piece.size();
  [[maybe_unused]] const bool fits = pieces.push_back(piece);  // two edits at most: five pieces
}

Attempt::BodyPieces Attempt::gather_body() {
  BodyPieces gathered;
  const UpstreamRequest& request = *run_.parts_.request;
  if (translates()) {
    gathered.add(translation_->request.body);
    return gathered;
  }
  const std::string_view body = cleaned_ ? std::string_view(cleaned_->body) : request.body.view();
  const dialect::Inspection& inspection = cleaned_ ? cleaned_->inspection : request.inspection;
  const auto wish =
      endpoint_->provider->usage == core::UsageMode::Ask ? dialect::UsageWish::Ask : dialect::UsageWish::Observe;
  if (dialect::asks_for_usage(request.api, inspection, wish)) edit_.emplace();
  if (request.speaks == core::DialectKind::Gemini) {  // what it asks for stands in its path
    gathered.add(body);
    return gathered;
  }
  const core::Target& target = *endpoint_->target;
  const std::string renamed = target.rename.any() ? target.model_for(request.inspection.model) : std::string();
  const std::string& configured = target.rename.any() ? renamed : target.model;
  edits_ = dialect::body_edits(request.api, inspection, body,
                               configured.empty() ? request.inspection.model : configured, wish);

  std::size_t at = 0;
  for (const dialect::BodyEdit& edit : edits_) {
    gathered.add(body.substr(at, edit.begin - at));
    gathered.add(edit.text);
    at = edit.end;
  }
  gathered.add(body.substr(at));
  return gathered;
}

/// Gemini's paths name the model, which has another name there where the target says so.
void Attempt::append_path(std::string& out) const {
  if (translates()) return append_translated_path(out);
  const UpstreamRequest& request = *run_.parts_.request;
  const auto read =
      request.speaks == core::DialectKind::Gemini ? dialect::read_gemini_path(request.path) : std::nullopt;
  const std::string wanted = read ? endpoint_->target->model_for(read->model) : std::string();
  if (!read || wanted == read->model) return append_upstream_path(*endpoint_, request.path, request.query, out);
  append_upstream_path(*endpoint_, dialect::with_model(request.path, *read, wanted), request.query, out);
}

void Attempt::send() {
  write_begun_ = true;
  const UpstreamRequest& request = *run_.parts_.request;
  std::string text = memory().take_bytes();  // the path, and behind it the fields
  append_path(text);
  const std::size_t path_size = text.size();
  translates() ? append_translated_fields(request, *translation_, text) : void(text.append(request.fields));
  for (const std::string& name : *endpoint_->replaced) http::drop_field(text, name, path_size);
  text.append(endpoint_->fields->reveal());
  const std::string_view whole = text;
  const BodyPieces body = gather_body();
  exchange_->start(net::RequestStart{
      .method = request.method,
      .path = whole.substr(0, path_size),
      .authority = endpoint_->server->authority,
      .fields = whole.substr(path_size),
      .framing = request.has_body ? http::Framing{http::BodyKind::Length, body.length} : http::Framing{},
      .last = !translates() && may_be_ignored(request),
  });
  memory().give(std::move(text));
  auto written = exchange_->write({body.pieces.begin(), body.pieces.size()}, net::More::No, net::Keep::Borrow);
  if (!written) return fail_with(std::move(written.error()), stage_now());
  unsent_ = exchange_->pending_bytes();
  if (*written == net::WriteState::Done || unsent_ == 0) sent();
}

/// Some of the request has left, or the upstream has said something: an answer before it has read everything (413, 401)
/// means that the rest need not be sent; a TLS session ticket or an interim answer means nothing.
void Attempt::go_on_sending() {
  const std::uint64_t unsent = exchange_->pending_bytes();
  if (unsent == 0) return sent();
  if (std::exchange(unsent_, unsent) > unsent) run_.emit(core::Progress{id_});
  if (stopped()) return;
  const auto read = exchange_->read_head();
  if (!read) return fail_with(read.error(), stage_now());
  if (*read == net::HeadRead::Blocked) return;
  sent();
  if (!stopped()) on_head(exchange_->head());
}

void Attempt::sent() {
  phase_ = Phase::Head;
  run_.emit(core::RequestSent{id_});
}

void Attempt::read_head() {
  auto read = exchange_->read_head();
  if (!read) return fail_with(std::move(read.error()), stage_now());
  if (*read == net::HeadRead::Blocked) return;
  on_head(exchange_->head());
}

void Attempt::complete() {
  phase_ = Phase::Over;
  run_.emit(core::AttemptEnded{id_, used()});
}

void Attempt::fail_with(Error error, core::Stage stage, bool has_answer) {
  if (in_tail()) return cut_tail();  // the answer was whole before
  phase_ = Phase::Over;
  if (exchange_ != nullptr && is_malformed(error.kind)) exchange_->cancel();
  // A code may be the provider's own word, and goes to logs and pages: one that repeats the key does not.
  if (!error.code.empty()) error.code = dialect::redact(error.code, endpoint_->key->reveal());
  run_.attempt_failed(id_, error, stage);
  run_.emit(core::AttemptFailed{id_, std::move(error), stage, has_answer, used(), status_});
}

core::Stage Attempt::stage_now() const {
  if (forwarding_) return core::Stage::Committed;
  if (exchange_ == nullptr) return core::Stage::NotConnected;
  if (exchange_->answered_any()) return core::Stage::FailedAnswer;
  if (!exchange_->wrote_any()) return core::Stage::Unsent;
  return exchange_->reused() ? core::Stage::ReusedNoAnswer : core::Stage::FreshNoAnswer;
}

Amount Attempt::used() const {
  const dialect::Inspection& inspection = run_.parts_.request->inspection;
  const std::int64_t said = std::max(static_cast<std::int64_t>(answer_.content_events), said_.tokens());
  Amount amount;
  if (!answer_.usage.known) {
    amount.input_tokens = Tokens{inspection.input_tokens_estimate};
    amount.output_tokens = Tokens{said};
    return amount;
  }
  amount.input_tokens = Tokens{answer_.usage.input_tokens};
  amount.output_tokens = Tokens{answer_.usage.output_tokens};
  amount.cached_tokens = Tokens{answer_.usage.cached_tokens};
  amount.reported = true;
  // A stream that begins by telling its input knows nothing of its output yet.
  if (!answer_.finish_seen && !answer_.terminated && said > answer_.usage.output_tokens) {
    amount.output_tokens = Tokens{said};
    amount.reported = false;
  }
  return amount;
}

}  // namespace drover::upstream
