// One request of a caller, from its body to what became of it. Made on the caller's thread, run on a worker's.
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

/// What became of a call.
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

  // Set before it is submitted.
  upstream::UpstreamRequest request;
  const core::Route* route = nullptr;
  core::ProviderFence fence{};
  Duration timeout = kNoLimit;
  upstream::Gauge::Place place;
  /// On the worker's thread (or the one that closes), exactly once, when outcome() is there.
  std::function<void(Call&)> ended;

  // Any thread.

  /// Ends it soon, if it has not ended.
  void cancel();
  /// The reader of its stream has caught up.
  void caught_up();
  [[nodiscard]] Engine& engine() const { return *engine_; }
  [[nodiscard]] StreamAnswer* stream() { return stream_ ? &*stream_ : nullptr; }
  /// Behind `ended`.
  [[nodiscard]] Outcome& outcome() { return outcome_; }

  /// Before it is posted there.
  void assign(Worker& worker) { worker_ = &worker; }

  // The worker's thread.

  /// Runs it to its end.
  [[nodiscard]] static net::Awaitable<> run(std::shared_ptr<Call> call, Worker& worker);
  /// It ends with this error instead of what would have come.
  void give_up(v0::Error error);
  /// It will never run, or no longer: ends now.
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
  Worker* worker_ = nullptr;  ///< who runs it; set when it is submitted
  std::optional<WholeAnswer> whole_;
  std::optional<StreamAnswer> stream_;
  std::optional<upstream::Run> run_;  ///< behind what it writes to
  std::optional<v0::Error> given_up_;
  Outcome outcome_;
  std::string id_;        ///< empty: it never began
  std::string id_field_;  ///< how it reaches the answer's fields, and with them origin_of()
  Instant began_{};
  std::size_t slot_ = 0;  ///< where its worker keeps it
  bool finished_ = false;
};

/// The answer's fields as a list, without those that say who answered: those become target and attempts.
[[nodiscard]] v0::Origin origin_of(int status, std::string_view field_lines);

}  // namespace drover::client
