// The simulated provider as a whole: a request goes in, a script comes out. Keeps settings, faults, limits and the
// journal. Reads no clock and no socket; not thread-safe (the server guards it).
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

/// A request as the connection read it. Views live as long as the call.
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

/// Everything the mock serves under /_mock/ and is not provider traffic; longest log answer.
inline constexpr std::size_t kMaxLogAnswer = 1000;

class Provider {
 public:
  Provider(Settings settings, Now start);

  /// A connection was accepted on this port: what strikes it, if anything does (ResetOnAccept, AcceptHang).
  [[nodiscard]] std::optional<FaultKind> accepted(std::size_t port, Instant now);
  /// The head of a request is there; a script if it is answered without its body. body is empty then.
  [[nodiscard]] std::optional<Script> head_heard(const Heard& heard, Now now, std::uint64_t& ordinal);
  /// A whole request is there. `ordinal` names its record; 0 for control requests, which leave none.
  [[nodiscard]] Script heard(const Heard& heard, Now now, std::uint64_t& ordinal);

  /// How the answer went. `body` is what was sent of Script::body.
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
  /// Back to the settings it was made with: faults, limits, the journal and the sequence of chances too.
  void reset(Instant now);
  [[nodiscard]] Instant start() const { return start_.at; }
  [[nodiscard]] std::string faults_to_json() const;

 private:
  /// Who asks for what, read once.
  struct Caller {
    std::string_view path;
    std::string_view key;
    std::uint64_t ordinal = 0;
    Call call = Call::Unknown;
  };
  [[nodiscard]] static Caller caller_of(const Heard& heard);
  /// Opens the record; the caller's ordinal is set.
  Record& opened(const Heard& heard, Caller& caller, Instant now);
  /// Key and limits, model and API: what a provider without faults answers.
  [[nodiscard]] Answer honest_answer(const Heard& heard, const Result<Ask>& ask, const Caller& caller, Now now);
  [[nodiscard]] Answer made_answer(const Heard& heard, const Caller& caller, const Ask& ask);
  /// What is asked about models only: also from inside a batch.
  [[nodiscard]] Answer model_answer_to(Call call, const Ask& ask, std::string_view body);
  [[nodiscard]] Answer responded(const Ask& ask);
  [[nodiscard]] Answer answer_in_batch(std::string_view path, std::string_view body);
  /// What cannot be read, and models that are not there.
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
