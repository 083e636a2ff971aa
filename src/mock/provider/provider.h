// The simulated provider: it takes a request and returns a script. It holds settings, faults, limits and the journal.
// It reads no clock and no socket; not thread-safe (the server guards it).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/instant.h"
#include "mock/answers/script.h"
#include "mock/faults/fault_plan.h"
#include "mock/provider/journal.h"
#include "mock/provider/rate_limits.h"
#include "mock/provider/settings.h"
#include "mock/provider/store.h"

namespace drover::mock {

/// A request as the connection read it. Its views are valid during the call.
struct Heard {
  std::size_t port = 0;
  std::uint64_t connection = 0;
  std::string_view method = {};
  std::string_view target = {};
  std::vector<std::pair<std::string_view, std::string_view>> fields = {};
  std::string_view body = {};
  Asked asked = {};
};

struct Now {
  Instant at{};
  std::int64_t unix_seconds = 0;
};

/// Most records in an answer of the mock's log.
inline constexpr std::size_t kMaxLogAnswer = 1000;

class Provider {
 public:
  Provider(Settings settings, Now start);

  /// A connection was accepted on this port. Returns the fault that strikes it, if any (ResetOnAccept, AcceptHang).
  [[nodiscard]] std::optional<FaultKind> accepted(std::size_t port, Instant now);
  /// The head of a request has arrived. Returns a script when it is answered without its body, which is empty then.
  [[nodiscard]] std::optional<Script> head_heard(const Heard& heard, Now now, std::uint64_t& ordinal);
  /// A whole request has arrived. `ordinal` is the number of its record; 0 for control requests, which have no record.
  [[nodiscard]] Script heard(const Heard& heard, Now now, std::uint64_t& ordinal);

  /// The end of an answer. `body`: the part of Script::body that was sent.
  struct End {
    Outcome outcome = Outcome::Sent;
    std::optional<Instant> first_byte = {};
    std::optional<Instant> client_gone = {};
  };
  void ended(std::uint64_t ordinal, const End& end, std::string_view body, Instant now);

  [[nodiscard]] bool refuses(std::size_t port, Instant now) const { return faults_.refuses(port, now); }
  [[nodiscard]] Instant next_port_change(Instant now) const { return faults_.next_change(now); }

  [[nodiscard]] const Settings& settings() const { return settings_; }
  void change(Settings settings, Instant now);
  void add_faults(const std::vector<Fault>& faults, Instant now);
  void set_faults(const std::vector<Fault>& faults, Instant now);
  [[nodiscard]] const Journal& journal() const { return journal_; }
  void forget_requests() {
    before_reset_ += journal_.total();
    journal_.clear();
  }
  /// Restores the settings that it was made with, and begins the faults, limits, journal and chances anew.
  void reset(Instant now);
  [[nodiscard]] Instant start() const { return start_.at; }
  [[nodiscard]] std::string faults_to_json() const;

 private:
  /// The key and the call of a request, read once.
  struct Caller {
    std::string_view path;
    std::string_view key;
    std::uint64_t ordinal = 0;
    Call call = Call::Unknown;
  };
  [[nodiscard]] static Caller caller_of(const Heard& heard);
  /// Opens the record and sets the caller's ordinal.
  Record& opened(const Heard& heard, Caller& caller, Instant now);
  /// The answer of a provider without faults, by key and limits, model and API.
  [[nodiscard]] Answer honest_answer(const Heard& heard, const Result<Ask>& ask, const Caller& caller, Now now);
  [[nodiscard]] Answer made_answer(const Heard& heard, const Caller& caller, const Ask& ask);
  /// The answer to a call about models only, also from inside a batch.
  [[nodiscard]] Answer model_answer_to(Call call, const Ask& ask, std::string_view body);
  [[nodiscard]] Answer responded(const Ask& ask);
  [[nodiscard]] Answer answer_in_batch(std::string_view path, std::string_view body);
  /// The refusal of a request that cannot be read, or that names an unknown model.
  [[nodiscard]] std::optional<Answer> refused_ask(Call call, const Result<Ask>& ask) const;
  [[nodiscard]] std::optional<Answer> refused_by_key(const Caller& caller, std::int64_t tokens, Now now);
  [[nodiscard]] Script played(const Heard& heard, Answer answer, const std::vector<Fault>& faults, Record& record,
                              Random& random) const;
  void apply_keys();

  Settings original_;
  Settings settings_;
  Now start_;
  FaultPlan faults_;
  Journal journal_;
  Store store_;
  std::map<std::string, RateLimits, std::less<>> limits_;
  std::map<std::uint64_t, std::string> admitted_;  ///< ordinal → key, while the request runs
  std::uint64_t accepted_ = 0;
  std::uint64_t before_reset_ = 0;  ///< ordinals of an earlier run
};

}  // namespace drover::mock
