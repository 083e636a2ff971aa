// The process-wide bound on bodies kept for replay, the share of it that one client may hold, and a body that counts
// against both. Bytes are charged as they arrive: a length that is only announced takes nothing from anybody.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace drover::upstream {

/// A body up to this size is small. Large bodies leave room free for small ones; nearly every prompt is small.
inline constexpr std::uint64_t kSmallBody = 64 * 1024;

/// What one body counts as.
enum class BodySize : std::uint8_t { Small, Large };
enum class BodyStage : std::uint8_t {
  Receiving,  ///< not whole yet: its sender decides how long that takes
  Whole,      ///< kept for its request
};

/// Bytes held by some bodies, and how much more of each sort fits. Thread-safe.
class BodyBytes {
 public:
  /// What is asked for one body.
  struct Claim {
    std::uint64_t bytes = 0;  ///< beside what it holds
    std::uint64_t held = 0;
    /// Of both, what is not the body itself: how a coding is undone. A body that is alone fits beside it, up to the
    /// limit of bodies.
    std::uint64_t aside = 0;
    BodySize size = BodySize::Small;
    BodyStage stage = BodyStage::Whole;
  };

  /// Takes the claim when it fits. A smaller body, or one that is whole, may use more of the limit, so that slow and
  /// large bodies always leave room for small ones. A body that is alone may use all of it.
  [[nodiscard]] bool take(const Claim& claim, std::uint64_t limit) {
    const bool small = claim.size == BodySize::Small;
    const std::uint64_t alone = limit + claim.aside;
    if (!add(used_, claim, {alone, small ? limit : limit / 8 * 7})) return false;
    if (claim.stage == BodyStage::Whole || add(receiving_, claim, {alone, limit / 8 * (small ? 7 : 6)})) return true;
    give(claim.bytes, BodyStage::Whole);
    return false;
  }
  void give(std::uint64_t bytes, BodyStage stage) {
    used_.fetch_sub(bytes, std::memory_order_relaxed);
    if (stage == BodyStage::Receiving) now_whole(bytes);
  }
  void now_whole(std::uint64_t bytes) { receiving_.fetch_sub(bytes, std::memory_order_relaxed); }
  [[nodiscard]] std::uint64_t used() const { return used_.load(std::memory_order_relaxed); }
  [[nodiscard]] std::uint64_t receiving() const { return receiving_.load(std::memory_order_relaxed); }

 private:
  struct Limits {
    std::uint64_t alone;
    std::uint64_t together;
  };
  static bool add(std::atomic<std::uint64_t>& count, const Claim& claim, const Limits& limits) {
    const std::uint64_t before = count.fetch_add(claim.bytes, std::memory_order_relaxed);
    if (before + claim.bytes <= (before == claim.held ? limits.alone : limits.together)) return true;
    count.fetch_sub(claim.bytes, std::memory_order_relaxed);
    return false;
  }

  std::atomic<std::uint64_t> used_{0};
  std::atomic<std::uint64_t> receiving_{0};
};

/// Thread-safe. Counts bytes; never allocates.
class MemoryBudget {
 public:
  /// `greatest`: the longest body accepted; a client's share is never less.
  explicit MemoryBudget(std::uint64_t limit, std::uint64_t greatest = 0) : limit_(limit), greatest_(greatest) {}

  /// Takes from the budget and, where `client` is not null, from the half of it that one client may hold. False: one of
  /// them is spent, and nothing was taken.
  [[nodiscard]] bool take(const BodyBytes::Claim& claim, BodyBytes* client = nullptr) {
    const std::uint64_t whole = limit();
    const std::uint64_t share = std::max(whole / 2, std::min(whole, greatest_.load(std::memory_order_relaxed)));
    if (client != nullptr && !client->take(claim, share)) return refuse();
    if (all_.take(claim, whole)) return true;
    if (client != nullptr) client->give(claim.bytes, claim.stage);
    return refuse();
  }
  void give(std::uint64_t bytes, BodyBytes* client = nullptr, BodyStage stage = BodyStage::Whole) {
    all_.give(bytes, stage);
    if (client != nullptr) client->give(bytes, stage);
  }
  void now_whole(std::uint64_t bytes, BodyBytes* client) {
    all_.now_whole(bytes);
    if (client != nullptr) client->now_whole(bytes);
  }

  [[nodiscard]] std::uint64_t used() const { return all_.used(); }
  [[nodiscard]] std::uint64_t receiving() const { return all_.receiving(); }
  [[nodiscard]] std::uint64_t limit() const { return limit_.load(std::memory_order_relaxed); }
  /// How often it was refused since the start.
  [[nodiscard]] std::uint64_t refusals() const { return refusals_.load(std::memory_order_relaxed); }
  void set_limit(std::uint64_t limit, std::uint64_t greatest = 0) {
    limit_.store(limit, std::memory_order_relaxed);
    greatest_.store(greatest, std::memory_order_relaxed);
  }

 private:
  bool refuse() {
    refusals_.fetch_add(1, std::memory_order_relaxed);
    return false;
  }

  BodyBytes all_;
  std::atomic<std::uint64_t> limit_;
  std::atomic<std::uint64_t> greatest_;
  std::atomic<std::uint64_t> refusals_{0};
};

/// Where the bytes of one request are charged: the process's budget and, where there is one, the client's share.
struct MemoryAccount {
  MemoryBudget* budget = nullptr;  ///< null: nobody counts
  BodyBytes* client = nullptr;     ///< null: nobody in particular
};

/// The charge for bytes of an answer that are held to be read. They count like a large body that is still arriving, so
/// that answers, however many, leave room for requests.
class AnswerCharge {
 public:
  explicit AnswerCharge(MemoryAccount account = {}) : account_(account) {}
  AnswerCharge(AnswerCharge&& other) noexcept : account_(other.account_), bytes_(std::exchange(other.bytes_, 0)) {}
  AnswerCharge& operator=(AnswerCharge&& other) noexcept {
    if (this != &other) {
      free();
      account_ = other.account_;
      bytes_ = std::exchange(other.bytes_, 0);
    }
    return *this;
  }
  ~AnswerCharge() { free(); }

  /// Charges for `bytes` held in all, in steps. False: the budget or the client's share is spent.
  [[nodiscard]] bool hold(std::uint64_t bytes);
  void free();
  [[nodiscard]] bool any() const { return bytes_ != 0; }

 private:
  MemoryAccount account_;
  std::uint64_t bytes_ = 0;
};

/// A request body kept so that another attempt can send it again. Followed by readable padding for the JSON readers.
class ReplayBody {
 public:
  ReplayBody() = default;
  ReplayBody(ReplayBody&& other) noexcept : charge_(std::exchange(other.charge_, {})), text_(std::move(other.text_)) {}
  ReplayBody& operator=(ReplayBody&& other) noexcept {
    if (this != &other) {
      free();
      charge_ = std::exchange(other.charge_, {});
      text_ = std::move(other.text_);
    }
    return *this;
  }
  ~ReplayBody() { free(); }

  /// Starts a body of `announced` bytes (0: unknown) from `client` (null: not counted for any). Charges nothing yet.
  void begin(MemoryBudget& budget, BodyBytes* client, std::uint64_t announced);
  /// Charges, in steps, what has arrived. False: the budget or the client's share is spent.
  [[nodiscard]] bool append(std::string_view bytes);
  /// Charges what is held beside it while it arrives, `bytes` in all, until completed(). False: as append().
  [[nodiscard]] bool set_aside(std::uint64_t bytes);
  /// The body is whole.
  void completed();
  /// Gives the memory back.
  void free();

  [[nodiscard]] std::string_view view() const { return text_; }
  /// Where it was charged; also when it has been freed.
  [[nodiscard]] MemoryAccount account() const { return charge_.account; }

 private:
  struct Charge {
    MemoryAccount account;
    std::uint64_t bytes = 0;
    std::uint64_t aside = 0;
    std::uint64_t announced = 0;
    BodyStage stage = BodyStage::Receiving;
  };

  [[nodiscard]] bool charge(std::uint64_t wanted);
  void give_aside();

  Charge charge_;
  std::string text_;
};

}  // namespace drover::upstream
