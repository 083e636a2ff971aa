#include "client/interface/errors.h"

#include <algorithm>
#include <chrono>
#include <utility>

DROVER_BEGIN

// Both lists have the same kinds: a kind that is added to one of them fails here or in errors_test.cc.
static_assert(static_cast<int>(ErrorKind::Resolve) == static_cast<int>(drover::ErrorKind::Resolve));
static_assert(static_cast<int>(ErrorKind::RateLimited) == static_cast<int>(drover::ErrorKind::RateLimited));
static_assert(static_cast<int>(ErrorKind::BadRequest) == static_cast<int>(drover::ErrorKind::BadRequest));
static_assert(static_cast<int>(ErrorKind::Internal) == static_cast<int>(drover::ErrorKind::Internal));

const char* to_string(ErrorKind kind) noexcept {
  return drover::to_string(static_cast<drover::ErrorKind>(kind)).data();  // the views are whole literals
}

std::string Error::to_string() const {
  std::string text = v0::to_string(kind);
  if (status != 0 || !code.empty()) {
    text.append(" (");
    if (status != 0) text.append(std::to_string(status));
    if (status != 0 && !code.empty()) text.append(", ");
    text.append(code).append(")");
  }
  if (!message.empty()) text.append(": ").append(message);
  if (attempts > 0) {
    text.append(" [").append(std::to_string(attempts)).append(attempts == 1 ? " attempt" : " attempts");
    if (!target.empty()) text.append(", last at ").append(target);
    text.append("]");
  }
  return text;
}

const char* version() noexcept {
  return DROVER_VERSION_TEXT;
}

DROVER_END

namespace drover::client {
namespace {

v0::Error given_up(std::string code, std::string message) {
  v0::Error error;
  error.kind = v0::ErrorKind::Cancelled;
  error.code = std::move(code);
  error.message = std::move(message);
  return error;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

}  // namespace

v0::ErrorKind public_kind(ErrorKind kind) {
  return static_cast<v0::ErrorKind>(kind);
}

v0::Error public_error(const Error& error) {
  v0::Error out;
  out.kind = public_kind(error.kind);
  out.status = error.status;
  out.code = error.code.empty() ? std::string(to_string(error.kind)) : error.code;
  out.message = error.message;
  if (error.retry_after) out.retry_after = std::chrono::ceil<std::chrono::milliseconds>(*error.retry_after);
  return out;
}

v0::Error closed_error() {
  return given_up("client_closed", "The client was destroyed while this call ran.");
}

v0::Error cancelled_error() {
  return given_up("cancelled", "The call was cancelled.");
}

v0::Error forked_error() {
  return given_up("forked", "This was made before fork(), in another process; make a new one after it.");
}

v0::Error bad_request(std::string code, std::string message) {
  v0::Error error;
  error.kind = v0::ErrorKind::BadRequest;
  error.status = 400;
  error.code = std::move(code);
  error.message = std::move(message);
  return error;
}

std::vector<v0::Field> fields_of(std::string_view lines) {
  std::vector<v0::Field> fields;
  while (!lines.empty()) {
    const std::size_t end = std::min(lines.find("\r\n"), lines.size());
    const std::string_view line = lines.substr(0, end);
    lines.remove_prefix(std::min(end + 2, lines.size()));
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    fields.push_back({std::string(line.substr(0, colon)), std::string(trimmed(line.substr(colon + 1)))});
  }
  return fields;
}

}  // namespace drover::client
