// Evidence against a target whose answers look like the client's mistakes (a 400, a 403, a 404): what other targets
// answer to the same requests. A target that refuses what its siblings answer is wrong, whatever its status says. What
// a class of failure is charged with is in blame.h.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "base/instant.h"
#include "base/window_count.h"

namespace drover::core {

/// After this many refusals without an answer in between, a target is doubted: its next refusal is believed only after
/// another target was asked the same.
inline constexpr std::uint32_t kDoubtFrom = 2;
/// After this many, a contradiction counts as a failure of the target: a target that refuses now and then may be right,
/// or only differ from the other.
inline constexpr std::uint32_t kContradictionsCountFrom = 3;
/// The body and the client of a contradiction, to tell a target's contradictions apart.
struct Witness {
  std::uint64_t body = 0;    ///< hash of the request's body; 0: unknown
  std::uint32_t client = 0;  ///< index of the principal; kNobody: no clients are configured
};

/// One target's refusals since its last answer, and how many of them were contradicted.
class Doubt {
 public:
  /// The target refused a request.
  void refused(Instant now) {
    if (refusals_ == 0) since_ = now;
    if (refusals_ < kMost) ++refusals_;
  }
  /// The target answered a request that was taken at `taken`. An answer to an older request than the first refusal says
  /// nothing about what the target does now.
  void answered(Instant taken) {
    if (refusals_ > 0 && taken >= since_) clear();
  }
  /// Clears the doubt: other targets refuse the same, so the refusals were right.
  void clear() {
    refusals_ = 0;
    contradictions_ = 0;
  }
  [[nodiscard]] bool doubted() const { return refusals_ >= kDoubtFrom; }

  /// Notes that a refused request is being asked of another target.
  void asks(Instant now) {
    ++asked_;
    asked_at_ = now;
  }
  void learned() {
    asked_ -= asked_ > 0 ? 1 : 0;
    if (asked_ == 0) credential_ = false;
  }
  /// The same for a refused credential: one refusal is enough to doubt the target.
  void asks_for_credential(Instant now) {
    asks(now);
    credential_ = true;
  }
  /// While a doubted target's last refusal is being checked elsewhere, the target gets no further request; where the
  /// other target does not answer, not for long.
  [[nodiscard]] bool barred(Instant now) const {
    return asked_ > 0 && (doubted() || credential_) && now - asked_at_ < kLongestCheck;
  }

  /// Another target answered what this one refused. True: that counts as a failure of this one. The same body again, or
  /// the same client where there are several, counts every second time only: that client may be the odd one.
  bool contradicted(const Witness& by, bool several_clients) {
    const bool known_body = by.body != 0 && by.body == last_.body;
    const bool known_client = several_clients && by.client == last_.client;
    const bool repeated = contradictions_ > 0 && (known_body || known_client);
    last_ = by;
    if (contradictions_ < kMost) ++contradictions_;
    repeats_ = repeated ? repeats_ + 1 : 0;
    return refusals_ >= kContradictionsCountFrom && repeats_ % 2 == 0;
  }

 private:
  static constexpr std::uint32_t kMost = 1'000'000;
  static constexpr Duration kLongestCheck = std::chrono::seconds(5);

  Instant since_ = Instant::min();  ///< of the first of refusals_
  std::uint32_t refusals_ = 0;
  std::uint32_t asked_ = 0;
  Instant asked_at_ = Instant::min();  ///< when the latest of asked_ began
  std::uint32_t contradictions_ = 0;
  std::uint32_t repeats_ = 0;
  bool credential_ = false;  ///< one of asked_ refused the credential
  Witness last_{};
};

/// How many refused requests may be asked elsewhere in vain: a share of all requests and a few in any case, so that
/// clients that are wrong, or an outage in which every target refuses, do not double the traffic.
class SecondOpinions {
 public:
  void count_request(Instant now) { requests_.add(now, 1); }
  /// Takes one from the share. `doubted`: the target that refused is doubted; half of the share is kept for such
  /// targets.
  [[nodiscard]] bool take(bool doubted, Instant now) {
    const double share = static_cast<double>(requests_.total(now)) * kShare * (doubted ? 1.0 : 0.5);
    const std::int64_t most = std::max<std::int64_t>(doubted ? kLeast : kLeast - 1, static_cast<std::int64_t>(share));
    if (taken_.total(now) >= most) return false;
    taken_.add(now, 1);
    return true;
  }
  /// Gives back one that was taken at `at`, because the other target answered.
  void give_back(Instant at) { taken_.add(at, -1); }

 private:
  static constexpr double kShare = 0.10;
  static constexpr std::int64_t kLeast = 5;  ///< in kSpan
  static constexpr Duration kSpan = std::chrono::seconds(10);

  WindowCount<10> requests_{kSpan};
  WindowCount<10> taken_{kSpan};
};

}  // namespace drover::core
