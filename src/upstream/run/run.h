// Carries out one request: drives core::Dispatch with real attempts, timers and a real client. The gateway and the
// library both end their pipelines in this.
#pragma once

#include <array>
#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/fixed_vector.h"
#include "core/dispatch/dispatch.h"
#include "net/exchange.h"
#include "net/loop/ticker.h"
#include "net/loop/wakeup.h"
#include "upstream/attempt/attempt.h"
#include "upstream/attempt/pool_rates.h"
#include "upstream/catalog/catalog.h"
#include "upstream/catalog/owner_map.h"
#include "upstream/connections/connection_pools.h"
#include "upstream/run/recorder.h"
#include "upstream/run/request.h"
#include "upstream/run/run_record.h"
#include "upstream/translation/translation.h"

namespace drover::net {
class Loop;
class Resolver;
}  // namespace drover::net

namespace drover::upstream {

/// What a loop lends to its requests. Outlives them.
struct LoopTools {
  net::Loop* loop = nullptr;
  net::Resolver* resolver = nullptr;
  ConnectionPools* pools = nullptr;
};

/// An upstream's answer that was not passed on yet: it may still become the client's when nothing better comes.
struct HeldAnswer {
  core::AttemptId attempt{};
  ErrorKind kind = ErrorKind::ServerError;  ///< what it failed of
  int status = 0;
  std::string fields;  ///< the fields that may cross downstream
  std::string body;    ///< redacted, at most kMaxHeldBytes
};

/// Most held answers of one request. When there are more, the one that tells the client least is dropped, of equals the
/// oldest.
inline constexpr std::size_t kMaxHeldAnswers = 8;
/// Most bytes of a failure that are kept to be passed on; and of an answer that are held without being counted.
inline constexpr std::size_t kMaxHeldBytes = 64 * 1024;
/// Most bytes of an answer that one attempt holds in all, so that it can read them: a plain answer until it is judged,
/// an event until it is whole, the events before the first content, a failure until it is classified. Providers echo
/// instructions and tools (Codex: 256 KiB) and send pictures. Beyond kMaxHeldBytes they are charged to the memory
/// budget; what is longer, or finds no room there, goes down as it comes and is judged by its beginning. One write
/// (net::kMaxPendingBytes).
inline constexpr std::size_t kMaxReadBytes = 4 * 1024 * 1024;
/// How long in all, and how much, of what an upstream sends behind the end of a stream is passed on, until its body
/// ends and the connection can be used again.
inline constexpr Duration kTail = std::chrono::seconds(2);
/// A client that waits for the end waits no longer than this for an upstream that says nothing, and when its next
/// request is there already, no longer than this in all. Servers end a body in the same write, or a moment later.
inline constexpr Duration kQuietTail = std::chrono::milliseconds(200);
inline constexpr std::size_t kMaxTailBytes = kMaxReadBytes;

/// Is told when the request's own memory is no longer needed, and when its answer is about to end, so that a client
/// that asks again as soon as it has the last byte finds its place free.
class RunObserver {
 public:
  virtual void committed() = 0;
  virtual void ending() = 0;
  /// Lines for the head of an answer of which it is known already what it used.
  virtual void append_cost(core::TargetId target, const Amount& used, const dialect::Usage& usage,
                           std::string& fields) const {
    (void)target, (void)used, (void)usage, (void)fields;
  }

 protected:
  ~RunObserver() = default;
};

/// Watches what a streamed answer takes of its client's limits while it comes.
class Meter {
 public:
  /// `so_far`: what the request has used. Returns the error that ends the stream when its client may use no more.
  [[nodiscard]] virtual std::optional<Error> streamed(const Amount& so_far, Instant now) = 0;
  /// Whether the client has limits of which it is to be told what is left.
  [[nodiscard]] virtual bool limited() const = 0;
  /// Lowers what is told to be left to what these limits leave.
  virtual void lower(QuotaHints& left, Instant now) const = 0;

 protected:
  ~Meter() = default;
};

class Run final : private net::GoneObserver, private core::Bell {
 public:
  struct Parts {
    LoopTools tools;
    OwnerMap* owners = nullptr;            ///< learns which account made an object; null: not needed
    ReasoningMemory* reasoning = nullptr;  ///< learns thoughts that translated requests need again; null: not needed
    const Catalog* catalog = nullptr;
    core::FleetPort* fleet = nullptr;
    Recorder* recorder = nullptr;  ///< records events; null: nothing is recorded
    UpstreamRequest* request = nullptr;
    net::AnswerWriter* client = nullptr;
    RunObserver* observer = nullptr;
    Meter* meter = nullptr;         ///< null: nobody counts
    std::uint64_t maker = 0;        ///< OwnerMap::learn: whose the objects are that the answer makes
    std::string_view extra_fields;  ///< lines for the answer's head (x-request-id); outlive the run
  };

  Run(const Parts& parts, const core::DispatchRequest& dispatch);
  ~Run();
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;

  /// Returns when the request has ended. Then error() is the error that the client must still be told; nothing when the
  /// answer was passed on whole, or the client left.
  [[nodiscard]] net::Awaitable<> perform();

  [[nodiscard]] const std::optional<core::EndWithError>& error() const { return error_; }
  /// The upstream's answer to pass on when error()->pass_answer says so; null when it was not kept.
  [[nodiscard]] const HeldAnswer* answer_to_pass() const;
  /// What the upstream said in the failure that error() is about, also where the client is told our own sentence
  /// instead. Null when it said nothing, or that was not kept.
  [[nodiscard]] const HeldAnswer* told_answer() const;
  /// The upstream's own error event has already been passed on; only the end of the stream is missing.
  [[nodiscard]] bool error_event_sent() const { return error_event_sent_; }
  /// And it was the last event that the dialect has for a failed stream (Dialect::failure_end).
  [[nodiscard]] bool failure_end_sent() const { return failure_end_sent_; }
  [[nodiscard]] bool client_left() const { return client_left_; }
  /// The run ended while the client was not reading, so the client may not take more.
  [[nodiscard]] bool client_blocked() const { return client_blocked_; }
  /// The deadline of the request, and of the part of its answer that is still on its way to the client.
  [[nodiscard]] Instant ends_at() const;
  [[nodiscard]] const RunRecord& record() const { return record_; }
  [[nodiscard]] const core::Dispatch& dispatch() const { return dispatch_; }

  /// Ends the request now with an error, because the process stops and cannot wait; in-band when the head was sent.
  /// False: it had ended before.
  bool expire();

  /// "x-drover-target", "x-drover-upstream-request-id" and "x-drover-attempts" with the extra fields, as lines: for
  /// every answer, ours included.
  void append_routing_fields(std::string& fields) const;
  /// What is left for this client, as lines in the words of its dialect: the least of what the keys of the pool have
  /// left and of what drover's own limits of client and model leave. Nothing where neither is known.
  void append_rates(std::string& fields) const;

 private:
  friend class Attempt;

  // for Attempt
  void emit(const core::Event& event);
  [[nodiscard]] Instant now() const;
  void downstream_gone() override;
  void request_behind() override;
  void client_failed(const Error& error);
  void ring() override;
  void start_answer(const Attempt& attempt);
  void attempt_answered(core::AttemptId id, int status);
  void attempt_failed(core::AttemptId id, const Error& error, core::Stage stage);
  void hold(HeldAnswer answer);
  void end_now(Error error);
  void answer_ends(const Attempt& attempt);
  [[nodiscard]] Result<std::shared_ptr<const Translation>> translation(translate::Form back, const std::string& model);
  void remember(translate::ReasoningNote note);
  [[nodiscard]] std::string_view request_id() const { return id_; }
  [[nodiscard]] PoolRates::Answer rates_of(core::TargetId target) const;
  void append_rates(core::TargetId target, std::string& fields) const;
  /// What an attempt that is over has charged for and the client has not taken yet.
  void keep(AnswerCharge charge) { unsent_answer_ = std::move(charge); }

  /// Where attempts are made, one after the other. The second is there while two run, in a coroutine of its own.
  struct Lane {
    std::optional<core::StartAttempt> next;
    std::optional<Attempt> attempt;
    [[nodiscard]] bool busy() const { return next || (attempt && !attempt->stopped()); }
  };
  struct RaceEnded;

  [[nodiscard]] FixedVector<Lane*, 2> lanes();
  [[nodiscard]] net::Awaitable<> drive(Lane& lane);
  void begin();
  void end();
  [[nodiscard]] bool goes_on(const Lane& lane) const;
  void start_attempt(const core::StartAttempt& start);
  void cancel_attempt(const core::CancelAttempt& cancel);
  [[nodiscard]] AttemptRecord& record_of(core::AttemptId id) { return record_.attempts[id.value - 1]; }
  [[nodiscard]] Attempt* answering();
  void apply(const core::Commands& commands);
  [[nodiscard]] core::Candidates candidates();
  void arm(const core::ArmTimer& timer);
  void timers_due();
  void end_waits();
  void bound_tail(const Attempt& attempt, Attempt::Need need);
  void cut_tail();
  void waits(core::TimerKind what);
  void waits_no_more();
  void commit(Attempt& attempt);
  void begin_attempt(Lane& lane);
  void end_attempt(Lane& lane);
  void send_early_head();
  void send_comment();
  [[nodiscard]] bool over() const { return dispatch_.state() == core::Dispatch::State::Ended; }
  static void timer_expired(void* self) { static_cast<Run*>(self)->timers_due(); }

  /// A note from other threads to this run. The loop checks whether the run still exists; `run` is for the loop's
  /// thread only.
  struct Letterbox {
    explicit Letterbox(Run* owner) : run(owner) {}
    Run* run;
    std::atomic<bool> full = false;  ///< it holds a note that the loop has not read yet
  };

  Parts parts_;
  std::shared_ptr<Letterbox> letterbox_;  ///< made by the first ring; guarded by the fleet's lock while it may be rung
  std::unique_ptr<RecordedRun> recorded_;
  core::Dispatch dispatch_;
  std::optional<core::EndWithError> error_;
  std::vector<HeldAnswer> held_;
  AnswerCharge unsent_answer_;
  RunRecord record_;
  Translator translator_;
  std::string_view id_;  ///< the request's
  std::array<Instant, core::kTimerKinds> timers_;
  net::Deadline timer_;
  net::Wakeup wakeup_;
  ErrorKind cancelled_by_ = ErrorKind::Cancelled;  ///< what an attempt cancelled now is said to have failed of
  const core::ProviderSet* within_ = nullptr;      ///< the request's; null: all providers
  core::Asker asker_;
  const core::Route* route_;
  bool tells_pool_ = false;  ///< what the pool's keys have left is what this request can use
  bool limited_ = false;     ///< client or model have limits of drover's own
  bool error_event_sent_ = false;
  bool failure_end_sent_ = false;
  bool client_left_ = false;
  bool client_blocked_ = false;
  Instant tail_began_ = kNever;
  Instant stalled_at_ = kNever;  ///< the Blocked timer: only the client's own side sees whether it reads
  bool waiting_ = false;         ///< the last of record_.waits is going on
  bool racing_ = false;          ///< the second lane's coroutine runs; the run does not end before it
  Lane first_lane_;
  std::unique_ptr<Lane> second_lane_;  ///< from the first race on
};

}  // namespace drover::upstream
