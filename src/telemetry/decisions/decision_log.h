// The decision records of the last requests, to be asked for by request id. Each thread writes into a bounded store of
// its own, without an allocation; the lock there is met only by somebody who asks, never by another thread's requests.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string_view>
#include <vector>

#include "telemetry/decisions/decision_record.h"

namespace drover::telemetry {

/// Kept in all, shared evenly by the threads: whichever bound is met first.
struct DecisionBounds {
  std::size_t records = 10'000;
  std::size_t bytes = std::size_t{64} << 20;
};
/// What a client of the library keeps: it shares its caller's memory.
inline constexpr DecisionBounds kLibraryDecisions{.records = 1'000, .bytes = std::size_t{8} << 20};
/// Records of one id that are shown; a client may use an id as often as it likes.
inline constexpr std::size_t kMaxFound = 16;

/// One thread's records. A success goes before a failure does; failures take at most three quarters of the room, so
/// that the newest successes can always be asked for, and requests that were refused before anybody knew whose they are
/// take at most a sixteenth: a flood of them costs no key and shall make nobody forget. Memory is touched only as it is
/// needed.
class DecisionStore {
 public:
  explicit DecisionStore(const DecisionBounds& bounds);

  /// The owning thread: lists for the next write().
  [[nodiscard]] DecisionSpace& space() { return *space_; }
  /// The owning thread. Never allocates; makes room by forgetting.
  void write(const DecisionRecord& record);

  /// Any thread: appends what is kept under this id, at most the newest kMaxFound.
  void find(std::string_view id, std::vector<KeptDecision>& found) const;
  /// Any thread.
  [[nodiscard]] std::size_t size() const;

 private:
  using Index = std::uint32_t;
  static constexpr Index kNone = ~Index{0};

  struct Slot {
    Index first_cell = kNone;
    Index next = kNone;  ///< in its queue, or among the free ones
    std::uint32_t bytes = 0;
    bool used = false;
    std::uint64_t written = 0;  ///< counts the writes: the higher, the newer
  };
  /// Oldest first.
  struct Queue {
    Index head = kNone;
    Index tail = kNone;
    std::size_t records = 0;
    std::size_t cells = 0;
  };

  [[nodiscard]] Queue& queue_of(const DecisionRecord& record);
  [[nodiscard]] bool room_for(std::size_t cells) const;
  void forget_oldest(Queue& queue);
  void make_room(Queue& queue, std::size_t cells);
  void put(std::string_view bytes, std::uint64_t hash, Queue& queue);
  [[nodiscard]] Index take_cell();
  [[nodiscard]] Index next_of(Index cell) const;
  void set_next(Index cell, Index next);
  [[nodiscard]] std::vector<char> bytes_of(const Slot& slot) const;

  const std::size_t max_cells_;
  std::unique_ptr<DecisionSpace> space_;
  std::unique_ptr<char[]> scratch_;  ///< where the owning thread writes a record before it takes the lock

  mutable std::mutex mutex_;  // guards what follows
  std::unique_ptr<char[]> cells_;
  std::vector<std::uint64_t> hashes_;  ///< of the ids, beside slots_: what a search runs over
  std::vector<Slot> slots_;
  Index fresh_slot_ = 0;  ///< those from here on were never used
  Index free_slot_ = kNone;
  Index fresh_cell_ = 0;
  Index free_cell_ = kNone;
  std::uint64_t written_ = 0;
  Queue successes_;
  Queue failures_;
  Queue strangers_;
};

class DecisionLog {
 public:
  explicit DecisionLog(const DecisionBounds& bounds = {}) : bounds_(bounds) {}

  /// The store of one more thread, one of `threads` in all. Lives as long as this. Control thread, before find().
  [[nodiscard]] DecisionStore& add_thread(unsigned threads);

  /// Any thread: newest first, at most kMaxFound.
  [[nodiscard]] std::vector<KeptDecision> find(std::string_view id) const;

 private:
  const DecisionBounds bounds_;
  std::vector<std::unique_ptr<DecisionStore>> stores_;
};

}  // namespace drover::telemetry
