#include "net/trouble.h"

#include <cerrno>
#include <system_error>
#include <utility>

namespace drover::net {

namespace {

struct Nature {
  ErrorScope scope;
  RetryClass retry;
  int status;
};

Nature nature_of(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::Resolve:
    case ErrorKind::Connect:
    case ErrorKind::Tls: return {ErrorScope::Server, RetryClass::OtherKey, 502};
    case ErrorKind::ConnectTimeout: return {ErrorScope::Server, RetryClass::OtherKey, 504};
    // There was a connection. The server may treat this key so, and another key of it may work.
    case ErrorKind::ConnectionLost:
    case ErrorKind::BadResponse:
    case ErrorKind::Truncated: return {ErrorScope::Target, RetryClass::OtherKey, 502};
    case ErrorKind::StaleConnection: return {ErrorScope::Server, RetryClass::SameTarget, 502};
    // Our own shortage, and nothing was sent: another target may have an idle connection, or another address.
    case ErrorKind::LocalResource: return {ErrorScope::Gateway, RetryClass::OtherKey, 503};
    case ErrorKind::HeadTimeout:
    case ErrorKind::TotalTimeout: return {ErrorScope::Request, RetryClass::Never, 408};
    case ErrorKind::BadRequest: return {ErrorScope::Request, RetryClass::Never, 400};
    case ErrorKind::ClientGone:
    case ErrorKind::Cancelled:
    case ErrorKind::IdleTimeout: return {ErrorScope::Request, RetryClass::Never, 0};
    default: return {ErrorScope::Gateway, RetryClass::Never, 500};
  }
}

}  // namespace

Error trouble(ErrorKind kind, std::string code, std::string message) {
  Nature nature = nature_of(kind);
  Error error;
  error.kind = kind;
  error.scope = nature.scope;
  error.retry = nature.retry;
  error.status = nature.status;
  error.code = std::move(code);
  error.message = std::move(message);
  return error;
}

Error system_trouble(ErrorKind otherwise, int error_number, const std::string& doing) {
  std::string reason = std::generic_category().message(error_number);
  switch (error_number) {
    case EMFILE:
    case ENFILE:
    case ENOBUFS:
    case ENOMEM:
    case EADDRNOTAVAIL: return trouble(ErrorKind::LocalResource, "local_resource", doing + ": " + reason);
    default: return trouble(otherwise, {}, doing + ": " + reason);
  }
}

}  // namespace drover::net
