#include "sim/world/behaviour.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace drover::sim {
namespace {

using namespace std::chrono_literals;

Duration between(Duration least, Duration most, Random& random) {
  return least +
         Duration(static_cast<Duration::rep>(random.below(static_cast<std::uint64_t>((most - least).count()) + 1)));
}

/// Writes the script of an attempt from its beginning.
class Writer {
 public:
  Writer(const AttemptFacts& facts, Duration pace, Random& random) : facts_(facts), pace_(pace), random_(random) {}

  void connect() { beat(between(1ms, 20ms, random_), core::AttemptConnected{facts_.id}); }
  void send() {
    if (random_.below(8) == 0) take_in_parts();  // a long prompt
    beat(between(0ms, 5ms, random_), core::RequestSent{facts_.id});
  }
  /// The parts together take longer than a target may go without taking any.
  void take_in_parts() {
    for (int part = 0; part < 4; ++part) beat(between(100ms, 900ms, random_), core::Progress{facts_.id});
  }
  void hints(Fault fault) {
    QuotaHints hints;
    QuotaHint& requests = hints.of(QuotaDimension::AllRequests);
    requests = {.limit = 10, .remaining = static_cast<std::int64_t>(random_.below(3)), .reset = 5s};
    if (fault == Fault::Lies) {
      requests = {.limit = 10, .remaining = -1, .reset = 24h * 3650};
      hints.of(QuotaDimension::AllTokens) = {.limit = kMostTold, .remaining = kMostTold, .reset = -1h};
    }
    beat(0ms, core::QuotaHinted{facts_.id, hints});
  }
  void head() { beat(between(pace_ / 2, pace_ * 2, random_), core::HeadArrived{facts_.id}); }
  void lifecycle() { beat(between(0ms, 10ms, random_), core::LifecycleEvent{facts_.id}); }
  void content() {
    beat(between(0ms, pace_, random_), core::FirstContent{facts_.id});
    const std::uint64_t chunks = facts_.stream ? random_.below(8) : 0;
    for (std::uint64_t chunk = 0; chunk < chunks; ++chunk) beat(between(1ms, pace_, random_), core::Content{facts_.id});
  }
  void end() {
    Amount used{.input_tokens = {static_cast<std::int64_t>(random_.below(500))},
                .output_tokens = {static_cast<std::int64_t>(random_.below(500))}};
    beat(between(0ms, 20ms, random_), core::AttemptEnded{facts_.id, used});
  }
  void fail(ErrorKind kind, ErrorScope scope, RetryClass retry, int status, core::Stage stage) {
    core::AttemptFailed failed{.attempt = facts_.id};
    failed.error.kind = kind;
    failed.error.scope = scope;
    failed.error.retry = retry;
    failed.error.status = status;
    failed.stage = stage;
    failed.has_answer = status != 0;
    if (retry_after_ != Duration::min()) failed.error.retry_after = retry_after_;
    beat(between(0ms, 20ms, random_), std::move(failed));
  }
  void ask_to_stay_away(Duration span) { retry_after_ = span; }

  std::vector<Beat> take() { return std::move(beats_); }

 private:
  void beat(Duration after, core::Event event) { beats_.push_back({after, std::move(event)}); }

  static constexpr std::int64_t kMostTold = std::numeric_limits<std::int64_t>::max();

  const AttemptFacts& facts_;
  Duration pace_;
  Random& random_;
  Duration retry_after_ = Duration::min();
  std::vector<Beat> beats_;
};

void answer_well(const AttemptFacts& facts, Writer& writer, Random& random) {
  writer.head();
  if (facts.stream && random.below(2) == 0) writer.lifecycle();
  if (random.below(20) != 0) writer.content();  // one in twenty is empty, such as a 204
  writer.end();
}

/// Faults of an answer, after the request was sent.
void answer_badly(Fault fault, const AttemptFacts& facts, Writer& writer, Random& random) {
  using enum ErrorKind;
  constexpr RetryClass kElsewhere = RetryClass::OtherKey;
  switch (fault) {
    case Fault::KeyRejected: return writer.fail(KeyRejected, ErrorScope::Key, kElsewhere, 401, core::Stage::Refused);
    case Fault::QuotaExhausted:
      return writer.fail(QuotaExhausted, ErrorScope::Quota, kElsewhere, 429, core::Stage::Refused);
    case Fault::RateLimited:
      writer.ask_to_stay_away(between(0ms, 20s, random));
      return writer.fail(RateLimited, ErrorScope::Key, kElsewhere, 429, core::Stage::Refused);
    case Fault::RateLimitedSilent:
      return writer.fail(RateLimited, ErrorScope::Key, kElsewhere, 429, core::Stage::Refused);
    case Fault::Overloaded:
      if (random.below(2) == 0) writer.ask_to_stay_away(between(1s, 5s, random));
      return writer.fail(Overloaded, ErrorScope::Target, kElsewhere, 503, core::Stage::Refused);
    case Fault::ModelMissing:
      return writer.fail(ModelMissing, ErrorScope::Target, kElsewhere, 404, core::Stage::Refused);
    case Fault::Forbidden: return writer.fail(Forbidden, ErrorScope::Request, kElsewhere, 403, core::Stage::Refused);
    case Fault::ServerError:
      return writer.fail(ServerError, ErrorScope::Target, kElsewhere, 500, core::Stage::FailedAnswer);
    case Fault::LifecycleThenError:
      writer.head();
      if (facts.stream) writer.lifecycle();
      return writer.fail(Overloaded, ErrorScope::Target, kElsewhere, 529, core::Stage::FailedAnswer);
    case Fault::ErrorInside:
      writer.head();
      return writer.fail(ServerError, ErrorScope::Target, kElsewhere, 200, core::Stage::FailedAnswer);
    case Fault::CutStream:
      writer.head();
      if (random.below(4) != 0) writer.content();
      return writer.fail(Truncated, ErrorScope::Target, kElsewhere, 0, core::Stage::FailedAnswer);
    case Fault::StallStream: writer.head(); return writer.content();
    case Fault::HangAfterHead: return writer.head();
    case Fault::Reset:
      return writer.fail(ConnectionLost, ErrorScope::Target, kElsewhere, 0, core::Stage::FreshNoAnswer);
    default: return;  // hangs
  }
}

}  // namespace

std::string_view to_string(Fault fault) {
  constexpr std::string_view kNames[kFaults] = {"none",
                                                "refuse",
                                                "black_hole",
                                                "broken_before_send",
                                                "stale_reused",
                                                "reset",
                                                "hang",
                                                "hang_after_head",
                                                "stall_send",
                                                "key_rejected",
                                                "quota_exhausted",
                                                "rate_limited",
                                                "rate_limited_silent",
                                                "overloaded",
                                                "server_error",
                                                "error_inside",
                                                "lifecycle_then_error",
                                                "cut_stream",
                                                "stall_stream",
                                                "model_missing",
                                                "forbidden",
                                                "slow",
                                                "too_slow",
                                                "tells_limit",
                                                "lies"};
  return kNames[static_cast<std::size_t>(fault)];
}

std::vector<Beat> script_of(Fault fault, const AttemptFacts& facts, Random& random) {
  const Duration pace = fault == Fault::TooSlow ? Duration(10s) : fault == Fault::Slow ? Duration(2s) : Duration(200ms);
  Writer writer(facts, pace, random);
  if (fault == Fault::BlackHole) return {};
  if (fault == Fault::Refuse) {
    writer.fail(ErrorKind::Connect, ErrorScope::Server, RetryClass::OtherKey, 0, core::Stage::NotConnected);
    return writer.take();
  }
  writer.connect();
  if (fault == Fault::BrokenBeforeSend) {
    const ErrorKind kind = facts.fresh ? ErrorKind::ConnectionLost : ErrorKind::StaleConnection;
    writer.fail(kind, ErrorScope::Target, RetryClass::SameTarget, 0, core::Stage::Unsent);
    return writer.take();
  }
  if (fault == Fault::StallSend) {
    writer.take_in_parts();
    return writer.take();
  }
  writer.send();
  if (fault == Fault::StaleReused && !facts.fresh) {
    writer.fail(ErrorKind::StaleConnection, ErrorScope::Target, RetryClass::SameTarget, 0, core::Stage::ReusedNoAnswer);
    return writer.take();
  }
  if (fault == Fault::TellsLimit || fault == Fault::Lies) writer.hints(fault);
  const bool speaks = fault == Fault::None || fault == Fault::Slow || fault == Fault::TooSlow ||
                      fault == Fault::StaleReused || fault == Fault::TellsLimit || fault == Fault::Lies;
  if (!speaks) {
    answer_badly(fault, facts, writer, random);
  } else if (facts.wrong) {
    writer.fail(ErrorKind::UserError, ErrorScope::Request, RetryClass::Never, 400, core::Stage::Refused);
  } else if (facts.poisonous) {
    writer.fail(ErrorKind::ServerError, ErrorScope::Target, RetryClass::OtherKey, 500, core::Stage::FailedAnswer);
  } else {
    answer_well(facts, writer, random);
  }
  return writer.take();
}

}  // namespace drover::sim
