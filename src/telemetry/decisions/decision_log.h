// The decision records of the latest requests, found by request id. Each thread writes into a bounded store of its own
// without an allocation. Only a search takes a store's lock beside it, never another thread's requests.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string_view>
#include <vector>

#include "telemetry/decisions/decision_record.h"

namespace drover::telemetry {

/// The bounds of all stores together, divided evenly among the threads. The first bound that is reached counts.
struct DecisionBounds {
  std::size_t records = 10'000;
  std::size_t bytes = std::size_t{64} << 20;
};
/// The bounds of a client of the library, which uses its caller's memory.
inline constexpr DecisionBounds kLibraryDecisions{.records = 1'000, .bytes = std::size_t{8} << 20};
/// Most records of one id that are shown: a client may use an id as often as it likes.
inline constexpr std::size_t kMaxFound = 16;

/// One thread's records. Successes are forgotten before failures. Failures take at most three quarters of the room, so
/// that the newest successes can always be found. Requests that were refused before their client was known take at most
/// a sixteenth: a flood of them costs no key and must not push out other records. Memory is touched only when it is
/// needed.
class DecisionStore {
 public:
  explicit DecisionStore(const DecisionBounds& bounds);

  /// The owning thread: lists for the next write().
  [[nodiscard]] DecisionSpace& space() { return *space_; }
  /// The owning thread. Never allocates; forgets older records for room.
  void write(const DecisionRecord& record);

  /// Any thread: appends the records of this id, at most the newest kMaxFound.
  void find(std::string_view id, std::vector<KeptDecision>& found) const;
  /// Any thread.
  [[nodiscard]] std::size_t size() const;

 private:
  using Index = std::uint32_t;
  static constexpr Index kNone = ~Index{0};

  struct Slot {
    Index first_cell = kNone;
    Index next = kNone;  ///< in its queue, or in the list of free slots
    std::uint32_t bytes = 0;
    bool used = false;
    std::uint64_t written = 0;  ///< number of the write: higher is newer
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
  std::unique_ptr<char[]> scratch_;  ///< the owning thread writes a record here before it takes the lock

  mutable std::mutex mutex_;  // guards what follows
  std::unique_ptr<char[]> cells_;
  std::vector<std::uint64_t> hashes_;  ///< hashes of the ids, one for each slot: a search looks through these
  std::vector<Slot> slots_;
  Index fresh_slot_ = 0;  ///< slots from this one on were never used
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

  /// The store of one more thread, one of `threads` in all. It lives as long as this object. Control thread, before
  /// find().
  [[nodiscard]] DecisionStore& add_thread(unsigned threads);

  /// Any thread: newest first, at most kMaxFound.
  [[nodiscard]] std::vector<KeptDecision> find(std::string_view id) const;

 private:
  const DecisionBounds bounds_;
  std::vector<std::unique_ptr<DecisionStore>> stores_;
};

}  // namespace drover::telemetry
