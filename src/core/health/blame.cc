#include "core/health/blame.h"

namespace drover::core {
namespace {

using Action = Charge::Action;

Level level_of(ErrorScope scope, Level otherwise) {
  switch (scope) {
    case ErrorScope::Target: return Level::Target;
    case ErrorScope::Key: return Level::Key;
    case ErrorScope::Quota: return Level::Quota;
    case ErrorScope::Server: return Level::Server;
    case ErrorScope::Provider: return Level::Provider;
    case ErrorScope::Request:
    case ErrorScope::Gateway: return otherwise;
  }
  return otherwise;
}

/// A limit is about one model at one quota unless the error says that it is about a whole server or provider.
Level limit_level(ErrorScope scope) {
  if (scope == ErrorScope::Server) return Level::Server;
  if (scope == ErrorScope::Provider) return Level::Provider;
  return Level::Lane;
}

}  // namespace

Charge charge_for(const Error& error, bool names_model) {
  if (error.scope == ErrorScope::Request || error.scope == ErrorScope::Gateway) return {};
  switch (error.kind) {
    case ErrorKind::Resolve:
    case ErrorKind::Connect:
    case ErrorKind::ConnectTimeout:
    case ErrorKind::Tls:
      // No key reaches this address.
      return {Action::Count, error.scope == ErrorScope::Provider ? Level::Provider : Level::Server};

    case ErrorKind::Overloaded:
      // A 503 or 529 with Retry-After asks us to stay away; without it, it is a failure like others. This key was told
      // so; whether the whole server is busy, other keys must confirm.
      if (error.retry_after) return {Action::Cool, error.scope == ErrorScope::Provider ? Level::Provider : Level::Lane};
      return {Action::Count, level_of(error.scope, Level::Target)};
    case ErrorKind::ServerError:
    case ErrorKind::ConnectionLost:
    case ErrorKind::HeadTimeout:
    case ErrorKind::FirstContentTimeout:
    case ErrorKind::IdleTimeout:
    case ErrorKind::TotalTimeout:
    case ErrorKind::BadResponse:
    case ErrorKind::Truncated:
    case ErrorKind::WrongContentType: return {Action::Count, level_of(error.scope, Level::Target)};

    case ErrorKind::RateLimited: return {Action::Cool, limit_level(error.scope)};
    case ErrorKind::QuotaExhausted:
      return {Action::RestQuota, error.scope == ErrorScope::Key ? Level::Key : Level::Quota};
    case ErrorKind::KeyRejected: return {Action::RestKey, Level::Key};
    case ErrorKind::ModelMissing: return {names_model ? Action::Missing : Action::None, Level::Target};

    // The client's or the gateway's own fault, or too unclear to charge a node (a 403 that does not name the key).
    case ErrorKind::LocalResource:
    case ErrorKind::StaleConnection:
    case ErrorKind::Forbidden:
    case ErrorKind::ContextTooLong:
    case ErrorKind::ContentPolicy:
    case ErrorKind::UserError:
    case ErrorKind::BadRequest:
    case ErrorKind::TooLarge:
    case ErrorKind::Unsupported:
    case ErrorKind::Unauthorized:
    case ErrorKind::NotFound:
    case ErrorKind::NoUpstream:
    case ErrorKind::Shed:
    case ErrorKind::ClientGone:
    case ErrorKind::Cancelled:
    case ErrorKind::BadConfig:
    case ErrorKind::Internal: return {};
  }
  return {};
}

RefusalKind refusal_kind(const Error& error) {
  switch (error.kind) {
    case ErrorKind::Forbidden:
    case ErrorKind::ModelMissing:
    case ErrorKind::ContextTooLong:
    case ErrorKind::UserError:
    case ErrorKind::BadRequest:
    case ErrorKind::TooLarge:
    case ErrorKind::Unsupported:
    case ErrorKind::Unauthorized:
    case ErrorKind::NotFound: break;
    case ErrorKind::ServerError:
      // An answer without content, by a rule that charges no node.
      if (error.scope == ErrorScope::Request) break;
      return RefusalKind::None;
    default: return RefusalKind::None;
  }
  if (error.status == 0 || error.scope == ErrorScope::Gateway) return RefusalKind::None;
  const bool sure = error.retry == RetryClass::Never && error.kind != ErrorKind::Unsupported;
  return sure ? RefusalKind::Sure : RefusalKind::Unsure;
}

bool refuses_credential(const Error& error) {
  const bool about_it = error.kind == ErrorKind::KeyRejected || error.kind == ErrorKind::QuotaExhausted;
  return about_it && error.status >= 400 && error.status < 500;
}

bool is_about_the_address(const Error& error) {
  return error.kind == ErrorKind::Resolve || error.kind == ErrorKind::Connect ||
         error.kind == ErrorKind::ConnectTimeout || error.kind == ErrorKind::Tls;
}

bool shows_server_well(const Error& error) {
  switch (error.kind) {
    case ErrorKind::ServerError:
    case ErrorKind::Overloaded:
    case ErrorKind::RateLimited:
    case ErrorKind::QuotaExhausted:
    case ErrorKind::KeyRejected:
    case ErrorKind::Forbidden:
    case ErrorKind::ModelMissing:
    case ErrorKind::ContextTooLong:
    case ErrorKind::ContentPolicy:
    case ErrorKind::UserError: return error.status != 0;
    default: return false;
  }
}

bool shows_key_accepted(const Error& error) {
  switch (error.kind) {
    // An edge in front of the provider refuses before it looks at the key.
    case ErrorKind::UserError: return error.status != 0 && error.retry == RetryClass::Never;
    case ErrorKind::RateLimited:
    case ErrorKind::ModelMissing:
    case ErrorKind::ContextTooLong:
    case ErrorKind::ContentPolicy: return error.status != 0;
    default: return false;
  }
}

}  // namespace drover::core
