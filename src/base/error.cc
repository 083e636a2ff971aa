#include "base/error.h"

namespace drover {

std::string_view to_string(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::Resolve: return "resolve";
    case ErrorKind::Connect: return "connect";
    case ErrorKind::ConnectTimeout: return "connect_timeout";
    case ErrorKind::Tls: return "tls";
    case ErrorKind::LocalResource: return "local_resource";
    case ErrorKind::StaleConnection: return "stale_connection";
    case ErrorKind::ConnectionLost: return "connection_lost";
    case ErrorKind::HeadTimeout: return "head_timeout";
    case ErrorKind::FirstContentTimeout: return "first_content_timeout";
    case ErrorKind::IdleTimeout: return "idle_timeout";
    case ErrorKind::TotalTimeout: return "total_timeout";
    case ErrorKind::BadResponse: return "bad_response";
    case ErrorKind::Truncated: return "truncated";
    case ErrorKind::WrongContentType: return "wrong_content_type";
    case ErrorKind::RateLimited: return "rate_limited";
    case ErrorKind::QuotaExhausted: return "quota_exhausted";
    case ErrorKind::KeyRejected: return "key_rejected";
    case ErrorKind::Forbidden: return "forbidden";
    case ErrorKind::ModelMissing: return "model_missing";
    case ErrorKind::ContextTooLong: return "context_too_long";
    case ErrorKind::ContentPolicy: return "content_policy";
    case ErrorKind::UserError: return "user_error";
    case ErrorKind::Overloaded: return "overloaded";
    case ErrorKind::ServerError: return "server_error";
    case ErrorKind::BadRequest: return "bad_request";
    case ErrorKind::TooLarge: return "too_large";
    case ErrorKind::Unsupported: return "unsupported";
    case ErrorKind::Unauthorized: return "unauthorized";
    case ErrorKind::NotFound: return "not_found";
    case ErrorKind::NoUpstream: return "no_upstream";
    case ErrorKind::Shed: return "shed";
    case ErrorKind::ClientGone: return "client_gone";
    case ErrorKind::Cancelled: return "cancelled";
    case ErrorKind::BadConfig: return "bad_config";
    case ErrorKind::Internal: return "internal";
  }
  return "internal";
}

std::string_view to_string(ErrorScope scope) {
  switch (scope) {
    case ErrorScope::Request: return "request";
    case ErrorScope::Target: return "target";
    case ErrorScope::Key: return "key";
    case ErrorScope::Quota: return "quota";
    case ErrorScope::Server: return "server";
    case ErrorScope::Provider: return "provider";
    case ErrorScope::Gateway: return "gateway";
  }
  return "gateway";
}

std::string_view to_string(RetryClass retry) {
  switch (retry) {
    case RetryClass::Never: return "never";
    case RetryClass::SameTarget: return "same_target";
    case RetryClass::OtherKey: return "other_key";
    case RetryClass::OtherProvider: return "other_provider";
  }
  return "never";
}

}  // namespace drover
