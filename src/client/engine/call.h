// One request of a caller, from its body to its outcome. The caller's thread makes it, a worker's thread runs it.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "client/engine/answer_store.h"
#include "drover/chat.h"
#include "drover/options.h"
#include "net/asio.h"
#include "upstream/memory/gauge.h"
#include "upstream/run/request.h"
#include "upstream/run/run.h"

namespace drover::client {

class Engine;
class Worker;

/// The outcome of a call.
struct Outcome {
  std::optional<v0::Error> error;
  v0::Origin origin;
  std::string body;  ///< of a whole answer
  v0::Usage usage;
};

class Call : public std::enable_shared_from_this<Call> {
 public:
  enum class Kind : std::uint8_t { Whole, Stream };

  Call(std::shared_ptr<Engine> engine, Kind kind);
  ~Call();
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;

  // Set before submit().
  upstream::UpstreamRequest request;
  const core::Route* route = nullptr;
  core::ProviderFence fence{};
  Duration timeout = kNoLimit;
  upstream::Gauge::Place place;
  /// Called exactly once, when outcome() is there, on the worker's thread or on the thread that closes.
  std::function<void(Call&)> ended;

  // Any thread.

  /// Ends the call soon, if it has not ended.
  void cancel();
  /// The reader of the stream has caught up.
  void caught_up();
  [[nodiscard]] Engine& engine() const { return *engine_; }
  [[nodiscard]] StreamAnswer* stream() { return stream_ ? &*stream_ : nullptr; }
  /// Valid after `ended`.
  [[nodiscard]] Outcome& outcome() { return outcome_; }

  /// Call it before the call is posted to the worker.
  void assign(Worker& worker) { worker_ = &worker; }

  // For the worker's thread.

  /// Runs the call to its end.
  [[nodiscard]] static net::Awaitable<> run(std::shared_ptr<Call> call, Worker& worker);
  /// Ends the call with this error.
  void give_up(v0::Error error);
  /// Ends the call now: it never runs, or runs no longer.
  void finish(Worker* worker);

 private:
  friend class Worker;

  [[nodiscard]] bool begin(Worker& worker);
  [[nodiscard]] AnswerStore& store();
  [[nodiscard]] std::optional<v0::Error> read_error();
  void add_attempts(v0::Error& error) const;
  void report(Worker& worker) const;
  void write_decision(Worker& worker);

  std::shared_ptr<Engine> engine_;
  Worker* worker_ = nullptr;  ///< the worker that runs it; set by submit()
  std::optional<WholeAnswer> whole_;
  std::optional<StreamAnswer> stream_;
  std::optional<upstream::Run> run_;  ///< after the store that it writes to
  std::optional<v0::Error> given_up_;
  Outcome outcome_;
  std::string id_;        ///< empty: it never began
  std::string id_field_;  ///< the id as a field of the answer, for origin_of()
  Instant began_{};
  std::size_t slot_ = 0;  ///< its place in the worker's list
  bool finished_ = false;
};

/// The answer's fields as a list, without the fields that name the target and the attempts: those are members of
/// Origin.
[[nodiscard]] v0::Origin origin_of(int status, std::string_view field_lines);

}  // namespace drover::client
