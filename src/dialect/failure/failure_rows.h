// The forms of rows that the failure table is written in, each with its usual class.
#pragma once

#include <string_view>

#include "dialect/failure/failure_row.h"

namespace drover::dialect {

namespace rows {

using K = ErrorKind;
using S = ErrorScope;
using R = RetryClass;

constexpr FailureRow code(std::string_view name, K kind, S scope, R retry) {
  return {.code = name, .kind = kind, .scope = scope, .retry = retry};
}
constexpr FailureRow type(std::string_view name, K kind, S scope, R retry) {
  return {.type = name, .kind = kind, .scope = scope, .retry = retry};
}
constexpr FailureRow text(int status, std::string_view part, K kind, S scope, R retry) {
  return {.status = status, .text = part, .kind = kind, .scope = scope, .retry = retry};
}
constexpr FailureRow front(int status, std::string_view part, K kind, S scope, R retry) {
  return {.status = status, .front = part, .kind = kind, .scope = scope, .retry = retry};
}
constexpr FailureRow words(std::string_view part, K kind, S scope, R retry) {
  return {.words = part, .kind = kind, .scope = scope, .retry = retry};
}
/// Words by which a refusal is not about the request after all.
constexpr FailureRow excuse(std::string_view part, K kind, S scope) {
  return {.words = part, .as_request = true, .kind = kind, .scope = scope, .retry = R::OtherKey};
}
constexpr FailureRow page(int status, K kind, S scope, R retry) {
  return {.status = status, .html = true, .kind = kind, .scope = scope, .retry = retry};
}
constexpr FailureRow only(int status, K kind, S scope, R retry) {
  return {.status = status, .kind = kind, .scope = scope, .retry = retry};
}
constexpr FailureRow spent(std::string_view name) {
  return code(name, K::QuotaExhausted, S::Quota, R::OtherKey);
}
constexpr FailureRow no_money(std::string_view part) {
  return words(part, K::QuotaExhausted, S::Quota, R::OtherKey);
}
constexpr FailureRow dead_key(std::string_view part) {
  return words(part, K::KeyRejected, S::Key, R::OtherKey);
}
constexpr FailureRow not_here(std::string_view part) {
  return excuse(part, K::ModelMissing, S::Target);
}
constexpr FailureRow no_api(std::string_view part) {
  return excuse(part, K::Unsupported, S::Target);
}
constexpr FailureRow bad_key(std::string_view name) {
  return code(name, K::KeyRejected, S::Key, R::OtherKey);
}
constexpr FailureRow no_model(std::string_view name) {
  return code(name, K::ModelMissing, S::Target, R::OtherKey);
}
constexpr FailureRow too_long(std::string_view part) {
  return text(400, part, K::ContextTooLong, S::Request, R::Never);
}
constexpr FailureRow policy(std::string_view name) {
  return code(name, K::ContentPolicy, S::Request, R::Never);
}
constexpr FailureRow wrong(std::string_view name) {
  return code(name, K::UserError, S::Request, R::Never);
}
constexpr FailureRow limited(std::string_view name) {
  return code(name, K::RateLimited, S::Key, R::OtherKey);
}
constexpr FailureRow numbered(std::string_view number, K kind, S scope) {
  return {.code = number, .type = "base_resp", .kind = kind, .scope = scope, .retry = R::OtherKey};
}
constexpr FailureRow busy(std::string_view name) {
  return code(name, K::Overloaded, S::Server, R::OtherKey);
}

}  // namespace rows

}  // namespace drover::dialect
