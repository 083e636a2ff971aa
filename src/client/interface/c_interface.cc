// drover.h: the library for other languages. No exception leaves a function: its text becomes the last error. Functions
// that destroy a handle need no guard: destructors throw nothing, and deleting NULL does nothing.
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <new>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "drover/balancer.h"
#include "drover/client.h"
#include "drover/drover.h"

struct drover_client {
  drover::v0::Client client;
};
struct drover_stream {
  drover::v0::ChatStream stream;
  std::string piece;
};
struct drover_balancer {
  drover::v0::Balancer balancer;
};
struct drover_lease {
  drover::v0::Lease lease;
};

namespace drover::client {
namespace {

v0::Error& last_error() {
  thread_local v0::Error error;
  return error;
}

std::string& last_sentence() {
  thread_local std::string sentence;
  return sentence;
}

void say(v0::Error error) {
  last_sentence() = error.to_string();
  last_error() = std::move(error);
}

/// Keeps the text of a caught exception as the last error. Without memory for it, the previous error stays.
void say_thrown(const char* what) noexcept {
  try {
    v0::Error error;
    error.kind = v0::ErrorKind::LocalResource;
    error.message = what;
    say(std::move(error));
  } catch (...) {
    return;
  }
}

/// Runs `work`. On an exception, its text becomes the last error and `otherwise` is returned.
template <class Value, class Work>
Value guarded(Value otherwise, Work&& work) noexcept {
  try {
    return work();
  } catch (const std::exception& thrown) {
    say_thrown(thrown.what());
  } catch (...) {
    say_thrown("something that is no exception was thrown");
  }
  return otherwise;
}

/// A copy, which drover_free() frees.
char* owned(const std::string& text) {
  char* copy = static_cast<char*>(std::malloc(text.size() + 1));
  if (copy == nullptr) throw std::bad_alloc();
  std::memcpy(copy, text.c_str(), text.size() + 1);
  return copy;
}

v0::ChatRequest request_of(const char* model, const char* text) {
  v0::ChatRequest request(text == nullptr ? "" : text);
  if (model != nullptr) request.model = model;
  return request;
}

/// The same for a call on a handle. NULL gives an error and no crash.
template <class Value, class Handle, class Work>
Value guarded(Handle* handle, Value otherwise, Work&& work) noexcept {
  return guarded(otherwise, [&]() -> Value {
    if (handle != nullptr) return work(*handle);
    v0::Error error;
    error.kind = v0::ErrorKind::BadRequest;
    error.code = "null_handle";
    error.message = "The handle is NULL: what made it failed.";
    say(std::move(error));
    return otherwise;
  });
}

const char* text_or_none(const char* text) {
  return text == nullptr ? "" : text;
}

/// The value; null on an error, which becomes the last error.
template <class Handle, class T>
Handle* handle_of(v0::Result<T> made) {
  if (made) return new Handle{std::move(*made)};
  say(std::move(made.error()));
  return nullptr;
}

}  // namespace
}  // namespace drover::client

using namespace drover;
using client::guarded;

extern "C" {

const char* drover_version(void) {
  return v0::version();
}
const char* drover_last_error(void) {
  return client::last_sentence().c_str();
}
const char* drover_last_code(void) {
  return client::last_error().code.c_str();
}
const char* drover_last_body(void) {
  return client::last_error().body.c_str();
}
int drover_last_status(void) {
  return client::last_error().status;
}
void drover_free(char* text) {
  std::free(text);
}

drover_client* drover_client_create(const char* file) {
  return guarded<drover_client*>(nullptr, [file] {
    return client::handle_of<drover_client>(file == nullptr ? v0::Client::from_env() : v0::Client::from_file(file));
  });
}
void drover_client_destroy(drover_client* client) {
  delete client;
}

char* drover_chat(drover_client* client, const char* model, const char* text) {
  return guarded<char*>(client, nullptr, [=](drover_client& known) -> char* {
    auto reply = known.client.chat(client::request_of(model, text));
    if (reply) return client::owned(reply->text);
    client::say(std::move(reply.error()));
    return nullptr;
  });
}

char* drover_post(drover_client* client, const char* path, const char* json) {
  return guarded<char*>(client, nullptr, [=](drover_client& known) -> char* {
    auto answer = known.client.post(client::text_or_none(path), client::text_or_none(json));
    if (answer) return client::owned(answer->body);
    client::say(std::move(answer.error()));
    return nullptr;
  });
}

drover_stream* drover_chat_stream(drover_client* client, const char* model, const char* text) {
  return guarded<drover_stream*>(client, nullptr, [=](drover_client& known) {
    return new drover_stream{known.client.stream(client::request_of(model, text)), {}};
  });
}

const char* drover_stream_next(drover_stream* stream) {
  return guarded<const char*>(stream, nullptr, [](drover_stream& known) -> const char* {
    for (auto event = known.stream.next(); event; event = known.stream.next()) {
      if (event->text.empty()) continue;
      known.piece = std::move(event->text);
      return known.piece.c_str();
    }
    return nullptr;
  });
}

int drover_stream_failed(drover_stream* stream) {
  return guarded<int>(stream, 1, [](drover_stream& known) {
    const v0::Error* error = known.stream.error();
    if (error == nullptr) return 0;
    client::say(*error);
    return 1;
  });
}
void drover_stream_destroy(drover_stream* stream) {
  delete stream;
}

drover_balancer* drover_balancer_create(const char* file) {
  return guarded<drover_balancer*>(nullptr, [file] {
    return client::handle_of<drover_balancer>(file == nullptr ? v0::Balancer::from_env()
                                                              : v0::Balancer::from_file(file));
  });
}
void drover_balancer_destroy(drover_balancer* balancer) {
  delete balancer;
}

drover_lease* drover_pick(drover_balancer* balancer, const char* model) {
  return guarded<drover_lease*>(balancer, nullptr, [=](drover_balancer& known) {
    return client::handle_of<drover_lease>(known.balancer.pick(client::text_or_none(model)));
  });
}
const char* drover_lease_key(const drover_lease* lease) {
  return guarded<const char*>(lease, nullptr, [](const drover_lease& known) { return known.lease.key().c_str(); });
}
const char* drover_lease_base_url(const drover_lease* lease) {
  return guarded<const char*>(lease, nullptr, [](const drover_lease& known) { return known.lease.base_url().c_str(); });
}
const char* drover_lease_model(const drover_lease* lease) {
  return guarded<const char*>(lease, nullptr, [](const drover_lease& known) { return known.lease.model().c_str(); });
}
const char* drover_lease_target(const drover_lease* lease) {
  return guarded<const char*>(lease, nullptr, [](const drover_lease& known) { return known.lease.target().c_str(); });
}

void drover_lease_succeeded(drover_lease* lease, double seconds) {
  // A negative or absurd time, or NaN, is the caller's mistake and no latency.
  constexpr double kMostSeconds = 86'400;
  const double kept = seconds > 0 && seconds < kMostSeconds ? seconds : 0;
  (void)guarded<int>(lease, 1, [kept](drover_lease& known) {
    known.lease.succeeded(std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::duration<double>(kept)));
    return 0;
  });
}

int drover_lease_failed(drover_lease* lease, int status, const char* retry_after) {
  return guarded<int>(lease, 0, [=](drover_lease& known) {
    std::vector<v0::Field> fields;
    if (retry_after != nullptr) fields.push_back({"retry-after", retry_after});
    return known.lease.failed(status, fields) ? 1 : 0;
  });
}
void drover_lease_destroy(drover_lease* lease) {
  delete lease;
}

}  // extern "C"
