#include "gateway/answers/replies.h"

#include <algorithm>
#include <chrono>

#include "config/yaml/scalar.h"
#include "gateway/request/client_deadline.h"
#include "gateway/request/request_state.h"
#include "http/head/header_rules.h"

namespace drover::gateway {
namespace {

void append_retry_after(const Error& error, std::string& fields) {
  if (!error.retry_after) return;
  const Duration told = std::clamp(*error.retry_after, Duration(std::chrono::milliseconds(1)), kMaxToldWait);
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(told).count();
  const auto milliseconds = std::chrono::ceil<std::chrono::milliseconds>(told).count();
  fields.append("Retry-After: ").append(std::to_string(seconds)).append("\r\n");
  fields.append("retry-after-ms: ").append(std::to_string(milliseconds)).append("\r\n");
}

bool is_chunked_stream(const RequestState& state) {
  return state.request.inspection.stream;
}

/// Before the last byte goes out: a client that has it may ask again at once. No attempt holds the body any more.
void give_back(RequestState& state) {
  state.ending();
  state.request.body.free();
}

/// The head is out: only the stream itself can still say that something went wrong.
void end_in_band(RequestState& state, const Error& error) {
  net::ServerExchange& exchange = *state.exchange;
  give_back(state);
  // What we say in plain text would only spoil a stream that went down in a coding.
  const bool coded = state.run && state.run->record().unread_coding;
  if (coded || !is_chunked_stream(state)) return exchange.abort();
  const dialect::ErrorReply told{
      .status = error.status, .code = error.code, .message = error.message, .request_id = state.id};
  const dialect::Dialect& dialect = *state.request.dialect;
  std::string event;
  if (!state.run || !state.run->error_event_sent()) event = dialect.error_event(state.request.api, told);
  if (!state.run || !state.run->failure_end_sent()) event += dialect.failure_end(state.request.api, told);
  const std::string_view piece = event;
  const auto written = exchange.write({&piece, 1}, net::More::No, net::Keep::Copy);
  if (!written) exchange.abort();
}

/// What ended the run, in words that say whose deadline it was.
Error told_error(const RequestState& state) {
  Error error = state.run->error()->error;
  if (ended_by_client_deadline(state)) {
    error.message = "No complete answer came within the " + config::format_duration(client_deadline(state)) +
                    " that the client gave this request (x-stainless-timeout or x-drover-timeout).";
  }
  return error;
}

}  // namespace

Reply error_reply(const dialect::Dialect& dialect, const Error& error, std::string_view more_fields,
                  std::string_view request_id) {
  Reply reply;
  reply.status = error.status != 0 ? error.status : 500;
  reply.body = dialect.error_body({.status = reply.status,
                                   .code = error.code.empty() ? to_string(error.kind) : std::string_view(error.code),
                                   .message = error.message,
                                   .request_id = request_id});
  reply.fields.append("Content-Type: application/json\r\n").append(more_fields);
  if (const std::string_view name = dialect.request_id_field(); name != "x-request-id" && !request_id.empty()) {
    reply.fields.append(name).append(": ").append(request_id).append("\r\n");
  }
  append_retry_after(error, reply.fields);
  // Some agents take any 401 for a token that has run out, and repeat the request with the same one for minutes.
  if (reply.status == 401) reply.fields.append("WWW-Authenticate: Bearer\r\nx-should-retry: false\r\n");
  return reply;
}

void send_reply(net::ServerExchange& exchange, const Reply& reply, net::Keep keep) {
  const bool head_only = exchange.head().method == "HEAD";
  exchange.start({.status = reply.status,
                  .fields = reply.fields,
                  .framing = {http::BodyKind::Length, head_only ? 0 : reply.body.size()}});
  const std::string_view body = head_only ? std::string_view() : std::string_view(reply.body);
  const auto written = exchange.write({&body, 1}, net::More::No, keep);
  if (!written) exchange.abort();
}

void send_reply(RequestState& state, const Reply& reply, net::Keep keep) {
  give_back(state);
  state.own_status = reply.status;
  state.own_bytes = reply.body.size();
  send_reply(*state.exchange, reply, keep);
}

void end_with_error(RequestState& state, const Error& error) {
  if (error.kind == ErrorKind::ClientGone) return;
  if (state.exchange->started()) return end_in_band(state, error);
  std::string fields = state.own_fields + state.more_fields;
  if (state.run) {
    fields.clear();
    state.run->append_routing_fields(fields);
    if (state.run->error() && state.run->error()->retries_spent) fields.append("x-should-retry: false\r\n");
    if (error.status == 429) state.run->append_rates(fields);
  }
  send_reply(state, error_reply(*state.request.dialect, error, fields, state.id));
}

void end_run(RequestState& state) {
  const auto& ended = state.run->error();
  if (state.run->client_left()) return state.exchange->abort();
  if (!ended) return;
  const upstream::HeldAnswer* answer = state.run->answer_to_pass();
  if (answer == nullptr || state.exchange->started()) return end_with_error(state, told_error(state));
  Reply reply{.status = answer->status, .fields = answer->fields, .body = answer->body};
  state.run->append_routing_fields(reply.fields);
  if (ended->retries_spent) {
    http::drop_field(reply.fields, "x-should-retry");
    reply.fields.append("x-should-retry: false\r\n");
  }
  send_reply(state, reply);
}

}  // namespace drover::gateway
