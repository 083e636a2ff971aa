#include "core/dispatch/answer_table.h"

#include <algorithm>
#include <string>

namespace drover::core {
namespace {

struct Row {
  int status;
  const char* code;
  const char* message;
};

Row row_of(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::Resolve:
      return {502, "upstream_resolve",
              "The provider's host name could not be resolved. Check base_url and the resolver."};
    case ErrorKind::Connect:
      return {502, "upstream_connect", "No connection to the provider could be made. Check base_url and the network."};
    case ErrorKind::Tls: return {502, "upstream_tls", "The provider's certificate or TLS handshake was refused."};
    case ErrorKind::ConnectTimeout:
      return {504, "upstream_connect_timeout", "The provider did not accept a connection in time."};
    case ErrorKind::StaleConnection:
    case ErrorKind::ConnectionLost:
      return {502, "upstream_connection_lost", "The provider closed the connection before its answer was complete."};
    case ErrorKind::HeadTimeout: return {504, "upstream_head_timeout", "The provider did not begin to answer in time."};
    case ErrorKind::FirstContentTimeout:
      return {504, "upstream_first_content_timeout", "The provider sent no content in time."};
    case ErrorKind::IdleTimeout:
      return {504, "upstream_idle_timeout", "The provider stopped sending in the middle of its answer."};
    case ErrorKind::TotalTimeout:
      return {504, "deadline_passed", "No complete answer came within the request's deadline."};
    case ErrorKind::BadResponse:
      return {502, "upstream_bad_response", "The provider's answer could not be understood."};
    case ErrorKind::Truncated:
      return {502, "upstream_truncated", "The provider's answer ended before it was complete."};
    case ErrorKind::WrongContentType:
      return {502, "upstream_content_type", "The provider answered with something that is not an API answer."};
    case ErrorKind::RateLimited:
      return {429, "rate_limited",
              "Every key that could take this request is rate limited. Retry after the given time."};
    case ErrorKind::QuotaExhausted:
      return {503, "upstream_quota", "The allowance of every key for this model is used up. Top it up or add a key."};
    case ErrorKind::KeyRejected:
      return {503, "upstream_auth",
              "The provider refused the gateway's own key. Whoever runs the gateway must replace it."};
    case ErrorKind::ServerError: return {502, "upstream_error", "The provider failed to answer the request."};
    case ErrorKind::Overloaded: return {503, "upstream_overloaded", "The provider is overloaded. Retry shortly."};
    case ErrorKind::LocalResource:
      return {503, "gateway_resources", "The gateway is short of connections or memory. Retry shortly."};
    case ErrorKind::NoUpstream: return {503, "no_upstream", "No upstream can take this request now."};
    case ErrorKind::Shed: return {503, "shed", "The gateway takes no new work now. Retry shortly."};
    case ErrorKind::Forbidden: return {403, "forbidden", "The provider refuses this request."};
    case ErrorKind::ModelMissing:
    case ErrorKind::NotFound: return {404, "model_not_found", "The provider does not know this model."};
    case ErrorKind::ContextTooLong:
      return {400, "context_length_exceeded", "The request is longer than the model's context."};
    case ErrorKind::ContentPolicy:
      return {400, "content_policy", "The provider's content policy refused this request."};
    case ErrorKind::UserError:
    case ErrorKind::BadRequest: return {400, "invalid_request", "The provider refused the request as invalid."};
    case ErrorKind::TooLarge: return {413, "too_large", "The request is too large."};
    case ErrorKind::Unsupported: return {501, "unsupported", "The request asks for something that is not supported."};
    case ErrorKind::Unauthorized: return {401, "unauthorized", "The client's key is missing or unknown."};
    case ErrorKind::ClientGone:
    case ErrorKind::Cancelled: return {499, "cancelled", "The request was given up."};
    case ErrorKind::BadConfig:
    case ErrorKind::Internal: return {500, "internal", "The gateway made a mistake."};
  }
  return {500, "internal", "The gateway made a mistake."};
}

/// Whether the client gets the failure's own code ("tls_cert_expired"), which says more than the table's. A provider's
/// code about our key is kept from the client.
bool keeps_its_code(ErrorKind kind) {
  return kind != ErrorKind::KeyRejected && kind != ErrorKind::QuotaExhausted && kind != ErrorKind::RateLimited;
}

bool keeps_its_status(ErrorKind kind, int status) {
  if (kind == ErrorKind::ServerError || kind == ErrorKind::Overloaded) return status >= 500 && status <= 599;
  return answer_may_pass(kind) && status >= 400 && status <= 499 && status != 401 && status != 402;
}

/// Whether the failure's own sentence names the address that was connected to: the client is not to learn it.
bool names_an_address(ErrorKind kind) {
  return kind == ErrorKind::Resolve || kind == ErrorKind::Connect || kind == ErrorKind::ConnectTimeout ||
         kind == ErrorKind::Tls;
}

}  // namespace

Error told_to_client(const Error& error) {
  const Row row = row_of(error.kind);
  Error told = error;
  told.status = keeps_its_status(error.kind, error.status) ? error.status : row.status;
  if (told.code.empty() || !keeps_its_code(error.kind)) told.code = row.code;
  // A message about our own key may quote the provider's words about it, so the client gets the table's sentence.
  if (told.message.empty() || !keeps_its_code(error.kind) || names_an_address(error.kind)) told.message = row.message;
  return told;
}

bool answer_may_pass(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::UserError:
    case ErrorKind::Forbidden:
    case ErrorKind::ModelMissing:
    case ErrorKind::ContextTooLong:
    case ErrorKind::ContentPolicy:
    case ErrorKind::ServerError:
    case ErrorKind::Overloaded:
    case ErrorKind::NotFound:
    case ErrorKind::TooLarge:
    case ErrorKind::Unsupported: return true;
    default: return false;
  }
}

int telling(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::KeyRejected:
    case ErrorKind::QuotaExhausted: return 0;
    case ErrorKind::RateLimited: return 1;
    case ErrorKind::Resolve:
    case ErrorKind::Connect:
    case ErrorKind::ConnectTimeout:
    case ErrorKind::Tls:
    case ErrorKind::LocalResource: return 2;
    case ErrorKind::ServerError:
    case ErrorKind::Overloaded: return 4;
    default: return answer_may_pass(kind) ? 5 : 3;
  }
}

Error asker_limited(std::optional<Duration> soonest) {
  Error error = told_to_client({.kind = ErrorKind::RateLimited, .scope = ErrorScope::Request});
  error.code = "limit_reached";
  error.message = "The limit that this gateway sets for this client or model is reached. Retry after the given time.";
  if (soonest) error.retry_after = std::clamp(*soonest, Duration::zero(), kMaxToldRetryAfter);
  return error;
}

Error owner_gone() {
  Error error = told_to_client({.kind = ErrorKind::NotFound, .scope = ErrorScope::Request});
  error.code = "owner_gone";
  error.message =
      "The response or conversation that this request goes on with belongs to a key that cannot serve it here. "
      "Send the whole conversation instead.";
  return error;
}

Error waiting_room_full(WaitRefusal refusal, std::optional<Duration> soonest) {
  const bool of_client = refusal == WaitRefusal::ClientFull;
  Error error = told_to_client({.kind = of_client ? ErrorKind::RateLimited : ErrorKind::Shed,
                                .scope = of_client ? ErrorScope::Request : ErrorScope::Gateway});
  error.code = of_client ? "too_many_waiting" : "waiting_room_full";
  error.message = of_client ? "Too many requests of this client wait for capacity already. Retry after the given time."
                            : "Too many requests wait for capacity already. Retry after the given time.";
  constexpr Duration kLeast = std::chrono::seconds(1);
  error.retry_after = std::clamp(soonest.value_or(kLeast), kLeast, kMaxToldRetryAfter);
  return error;
}

Error no_upstream(bool rate_limited, ErrorKind why, std::optional<Duration> soonest) {
  if (soonest) soonest = std::clamp(*soonest, Duration::zero(), kMaxToldRetryAfter);
  if (rate_limited) {
    Error error = told_to_client({.kind = ErrorKind::RateLimited, .scope = ErrorScope::Quota});
    error.retry_after = soonest;
    return error;
  }
  Error error = told_to_client({.kind = ErrorKind::NoUpstream});
  error.retry_after = soonest;
  if (why == ErrorKind::KeyRejected || why == ErrorKind::QuotaExhausted) {
    const Row row = row_of(why);
    error.code = row.code;
    error.message = row.message;
    return error;
  }
  error.message =
      "No upstream can take this request now: every target of this model is out. The gateway's log says why and until "
      "when; add keys or a fallback model.";
  return error;
}

Error deadline_passed(ErrorScope scope) {
  Error error = told_to_client({.kind = ErrorKind::TotalTimeout, .scope = scope});
  return error;
}

}  // namespace drover::core
