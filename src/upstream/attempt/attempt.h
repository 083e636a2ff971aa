// One try at one target: sends the request, reads and judges the answer, passes it on. It reports to its Run, which
// asks Dispatch what to do; it decides nothing about retries itself.
//
// step() does all that is possible without waiting and says what to wait for: the common request takes two waits.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/fixed_vector.h"
#include "base/quota_hints.h"
#include "core/dispatch/dispatch.h"
#include "dialect/answer/token_meter.h"
#include "dialect/answer/usage_edit.h"
#include "dialect/dialect.h"
#include "dialect/request/body_edits.h"
#include "http/body/content_coding.h"
#include "http/body/sse.h"
#include "net/exchange.h"
#include "net/socket/connector.h"
#include "upstream/catalog/catalog.h"
#include "upstream/connections/connection_pools.h"
#include "upstream/memory/memory_budget.h"
#include "upstream/translation/translation.h"
#include "upstream/translation/wire_api.h"

namespace drover::net {
class LoopMemory;
}

namespace drover::upstream {

class Run;

/// Bytes of an answer that one attempt reads before other requests of its loop get a turn: four reads, some 100 us.
inline constexpr std::size_t kBytesATurn = 256 * 1024;

class Attempt {
 public:
  /// What the attempt waits for. Turn: other requests of the loop go first.
  enum class Need : std::uint8_t { Nothing, UpstreamReadable, UpstreamWritten, ClientWritten, Turn };

  Attempt(Run& run, const core::StartAttempt& start);
  ~Attempt();
  Attempt(const Attempt&) = delete;
  Attempt& operator=(const Attempt&) = delete;

  /// Chooses the API by which the target is asked, and translates the request where it is another than the client's.
  /// False: the request cannot go there, and the attempt has failed.
  [[nodiscard]] bool prepare();
  /// Takes an idle connection when there is one (and a reused one is wanted). False: await connect() first.
  [[nodiscard]] bool take_connection();
  [[nodiscard]] net::Awaitable<> connect();

  /// Does all that is possible without waiting, and returns what to wait for. Need::Nothing: the attempt is over.
  [[nodiscard]] Need step();
  /// A wait ended with this error (anything but Cancelled by ourselves is the attempt's failure).
  void wait_failed(Error error);

  /// Stops at once; a wait in progress returns.
  void cancel();
  /// Dispatch made this attempt the answer.
  void forward();
  [[nodiscard]] bool forwards() const { return forwarding_; }

  [[nodiscard]] core::AttemptId id() const { return id_; }
  [[nodiscard]] net::ClientExchange& exchange() { return *exchange_; }
  [[nodiscard]] const Endpoint& endpoint() const { return *endpoint_; }
  [[nodiscard]] int status() const { return status_; }
  [[nodiscard]] const std::string& answer_fields() const { return fields_; }
  /// How the answer is framed for the client.
  [[nodiscard]] http::Framing answer_framing() const;
  [[nodiscard]] bool streams() const { return mode_ == Mode::Events; }
  /// Whether the bytes that the client has end between two events.
  [[nodiscard]] bool between_events() const { return mode_ == Mode::Events && !in_long_event_; }
  /// The answer is whole; only the upstream's body has not ended yet, and what still comes goes down.
  [[nodiscard]] bool in_tail() const { return phase_ == Phase::Tail; }
  /// In the tail: whether more of the answer itself may come, because nobody knows how many pictures were asked for.
  [[nodiscard]] bool may_go_on() const;
  /// Ends the tail, which has lasted long enough. Without a tail nothing happens.
  void cut_tail();
  /// It has ended, or was stopped.
  [[nodiscard]] bool stopped() const { return phase_ == Phase::Over; }

 private:
  enum class Phase : std::uint8_t { Connecting, Sending, Head, Body, Tail, Over };
  enum class Mode : std::uint8_t {
    Opaque,   ///< bytes go through as they come
    Look,     ///< held until the first bytes show what it is
    Judge,    ///< a plain JSON answer: held until whole or too long, then judged
    Events,   ///< a stream of events
    Failure,  ///< a non-2xx answer: held, classified, perhaps passed on later
  };

  /// The kind of answer that Content-Type names.
  enum class Label : std::uint8_t { Json, Events, Html, Other, Missing };

  /// How an answer in a content coding is handled. drover never asks for one.
  enum class Coded : std::uint8_t {
    No,
    Beside,  ///< passed on as it is, and unfolded only to be judged
    Unfold,  ///< unfolded for the client too
    Unread,  ///< a failure that cannot be read
  };

  // attempt.cc: the request's way up
  void send();
  void go_on_sending();
  void sent();
  [[nodiscard]] bool read_some_body();
  /// The request's body, as slices of what the request, the attempt and its edits keep.
  struct BodyPieces {
    FixedVector<std::string_view, net::kMaxPieces> pieces;
    std::uint64_t length = 0;
    void add(std::string_view piece);
  };
  [[nodiscard]] BodyPieces gather_body();
  void read_head();
  void complete();
  void fail_with(Error error, core::Stage stage, bool has_answer = false);
  [[nodiscard]] core::Stage stage_now() const;
  [[nodiscard]] Amount used() const;
  [[nodiscard]] net::LoopMemory& memory();
  [[nodiscard]] bool reading() const { return phase_ == Phase::Body || phase_ == Phase::Tail; }

  // attempt_answer.cc: the answer's way down
  void on_head(const http::ResponseHead& head);
  void tell_rates(const std::optional<QuotaHints>& hints);
  void note_upstream_id(const http::Fields& fields);
  [[nodiscard]] static Label label_of(const http::Fields& fields);
  [[nodiscard]] std::optional<Error> choose_mode(const http::ResponseHead& head);
  [[nodiscard]] bool is_other_form() const;
  void look(std::string_view bytes);
  void relabel(std::string_view type);
  void on_bytes(std::string_view bytes);
  void on_end();
  void judge_whole();
  [[nodiscard]] std::optional<Error> judge_front();
  void judge_failure();
  void doubt_path(ErrorKind kind);
  void hold(std::string_view bytes, std::string& in);
  [[nodiscard]] bool may_hold(std::size_t bytes);
  void release_charge();
  void deliver(net::Pieces pieces, net::More more);
  void learn_owner();

  // attempt_translation.cc: a target that does not speak the client's dialect
  [[nodiscard]] bool translates() const { return wire_.translated; }
  void take_translated_fields(const http::Fields& fields);
  void keep_note();
  void end_translated(Error error);
  [[nodiscard]] bool translate_whole(std::string_view text);
  [[nodiscard]] bool asks_another_way(const Error& failure);

  // attempt_coding.cc: answers in a content coding
  [[nodiscard]] std::optional<Error> choose_coding(const http::ResponseHead& head);
  void on_coded(std::string_view bytes);
  [[nodiscard]] bool unfold();
  [[nodiscard]] bool look_beside(std::string_view bytes);
  [[nodiscard]] bool coding_ended();

  // attempt_events.cc: streams
  void on_events(std::string_view bytes);
  void on_events_end();
  /// Takes a last event that has no blank line. False: the attempt is over.
  [[nodiscard]] bool take_last_event();
  /// Takes whole events off the front of `input`; returns how many bytes were taken.
  [[nodiscard]] std::size_t take_events(std::string_view input);
  /// Tells Dispatch of an event. False: the attempt was stopped by that.
  [[nodiscard]] bool tell(dialect::EventKind kind);
  [[nodiscard]] bool take_translated(const http::SseEvent& event, dialect::EventKind kind, Error& failure);
  void pass_translated();
  void pass_unread();
  void meter();
  void pass(std::string_view bytes, net::More more);
  void pass_held(std::string_view bytes, net::More more);
  [[nodiscard]] std::size_t pass_long_event(std::string_view bytes);

  // attempt_tail.cc: what comes behind the event that ends a stream
  void begin_tail();
  void add_to_tail(std::string_view bytes);
  void tail_pauses();
  void end_tail();

  Run& run_;
  core::AttemptId id_;
  core::TargetId target_;
  bool fresh_;
  const Endpoint* endpoint_;
  OriginPool* pool_;
  PooledConnection connection_;
  net::ClientExchange* exchange_ = nullptr;
  std::optional<net::Connecting> connecting_;

  Phase phase_ = Phase::Connecting;
  Mode mode_ = Mode::Opaque;
  Label label_ = Label::Missing;
  bool write_begun_ = false;
  std::uint64_t unsent_ = 0;     ///< bytes of the request that had not left at the last look
  std::size_t turn_ = 0;         ///< bytes of the answer read since other requests had a turn
  std::size_t tail_ = 0;         ///< bytes read behind the answer's end
  bool forwarding_ = false;      ///< Dispatch made this the answer
  bool client_blocked_ = false;  ///< the last write did not go out at once
  bool in_long_event_ = false;   ///< inside an event too long to be looked into
  bool too_long_ = false;        ///< a plain answer that was not held whole

  WireApi wire_;  ///< how the target is asked
  std::shared_ptr<const Translation> translation_;
  std::shared_ptr<const CleanedRequest> cleaned_;  ///< null: the client's own body goes up
  std::unique_ptr<translate::Answer> translator_;  ///< of the answer; from its head on
  std::string translated_;                         ///< events for the client that were not passed on yet

  dialect::BodyEdits edits_;  ///< own the replaced text until the request is sent

  int status_ = 0;
  std::string fields_;     ///< the answer's fields that may cross
  http::Framing framing_;  ///< the answer's, as the upstream framed it
  std::string held_;       ///< bytes held back: before the commit point, or behind the stream's end
  AnswerCharge charge_;    ///< for them, and for an unfinished event
  Coded coded_ = Coded::No;
  std::unique_ptr<http::ContentDecoder> decoder_;
  std::string beside_;            ///< Coded::Beside: what held_ unfolds to
  std::string carry_;             ///< the unfinished event at the end of what was read
  std::uint64_t line_break_ = 0;  ///< the last bytes of a long event, to find its end across reads
  http::SseScanner scanner_;
  std::string_view line_end_ = "\n";  ///< the stream's own
  dialect::KeyGuard guard_;
  dialect::AnswerState answer_;
  dialect::TokenMeter said_;  ///< in a stream
  std::optional<dialect::UsageEdit> edit_;
};

}  // namespace drover::upstream
