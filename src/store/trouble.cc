#include "store/trouble.h"

#include <utility>

namespace drover::store {

namespace {

struct Meaning {
  std::string_view code;
  ErrorKind kind;
  int status;  // for a client of the admin API
};

constexpr Meaning kMeanings[] = {
    {kAway, ErrorKind::Connect, 503},          {kLocked, ErrorKind::LocalResource, 503},
    {kFull, ErrorKind::LocalResource, 507},    {kReadOnly, ErrorKind::LocalResource, 503},
    {kFileTrouble, ErrorKind::LocalResource, 503}, {kDamaged, ErrorKind::BadConfig, 503},
    {kForeign, ErrorKind::BadConfig, 503},     {kNewer, ErrorKind::BadConfig, 503},
    {kLogin, ErrorKind::BadConfig, 503},       {kEncoding, ErrorKind::BadConfig, 503},
    {kRefused, ErrorKind::BadRequest, 400},    {kConflict, ErrorKind::BadRequest, 409},
    {kVersionConflict, ErrorKind::BadRequest, 409}, {kNameTaken, ErrorKind::BadRequest, 409},
    {kKeyExists, ErrorKind::BadRequest, 409},  {kIdempotencyUsed, ErrorKind::BadRequest, 409},
    {kBadPlace, ErrorKind::BadConfig, 0},
};

}  // namespace

Error store_error(std::string_view code, std::string message) {
  Error error{.kind = ErrorKind::Internal, .status = 503, .code = std::string(code), .message = std::move(message)};
  for (const Meaning& each : kMeanings) {
    if (each.code != code) continue;
    error.kind = each.kind;
    error.status = each.status;
  }
  const bool passing = error.kind == ErrorKind::Connect || error.kind == ErrorKind::LocalResource;
  error.retry = passing ? RetryClass::SameTarget : RetryClass::Never;
  return error;
}

bool about_the_values(const Error& error) { return error.kind == ErrorKind::BadRequest; }

bool needs_a_person(const Error& error) { return error.kind == ErrorKind::BadConfig; }

}  // namespace drover::store
