#include "telemetry/decisions/decision_log.h"

#include <algorithm>
#include <cstring>
#include <functional>
#include <utility>

#include "base/hash.h"

namespace drover::telemetry {
namespace {

/// A record is a chain of cells; an ordinary one needs two.
constexpr std::size_t kCellBytes = 192;
constexpr std::size_t kCellRoom = kCellBytes - sizeof(std::uint32_t);

constexpr std::size_t cells_for(std::size_t bytes) {
  return (bytes + kCellRoom - 1) / kCellRoom;
}
/// Every store has room for the longest record.
constexpr std::size_t kLeastCells = cells_for(kMaxDecisionBytes) * 2;

/// Most of the room for failures, and for requests of unknown origin.
constexpr std::size_t failure_share(std::size_t whole) {
  return whole - whole / 4;
}
constexpr std::size_t stranger_share(std::size_t whole) {
  return std::max<std::size_t>(whole / 16, 1);
}

}  // namespace

DecisionStore::DecisionStore(const DecisionBounds& bounds)
    : max_cells_(std::max(bounds.bytes / kCellBytes, kLeastCells)),
      space_(std::make_unique<DecisionSpace>()),
      scratch_(std::make_unique_for_overwrite<char[]>(kMaxDecisionBytes)),
      cells_(std::make_unique_for_overwrite<char[]>(max_cells_ * kCellBytes)),
      hashes_(std::max<std::size_t>(bounds.records, 1)),
      slots_(hashes_.size()) {}

void DecisionStore::write(const DecisionRecord& record) {
  const std::string_view bytes = write_decision(record, {scratch_.get(), kMaxDecisionBytes});
  if (bytes.empty()) return;
  const std::uint64_t hash = hash64(record.id.substr(0, kMaxDecisionText));
  const std::lock_guard lock(mutex_);
  Queue& queue = queue_of(record);
  make_room(queue, cells_for(bytes.size()));
  put(bytes, hash, queue);
}

DecisionStore::Queue& DecisionStore::queue_of(const DecisionRecord& record) {
  if (record.stranger) return strangers_;
  return record.keep ? failures_ : successes_;
}

bool DecisionStore::room_for(std::size_t cells) const {
  return successes_.records + failures_.records + strangers_.records < slots_.size() &&
         successes_.cells + failures_.cells + strangers_.cells + cells <= max_cells_;
}

void DecisionStore::make_room(Queue& queue, std::size_t cells) {
  const auto share = [&](std::size_t whole) {
    return &queue == &failures_ ? failure_share(whole) : &queue == &strangers_ ? stranger_share(whole) : whole;
  };
  const auto over_share = [&] {
    return queue.records + 1 > share(slots_.size()) || queue.cells + cells > share(max_cells_);
  };
  while (queue.records > 0 && over_share()) forget_oldest(queue);
  while (!room_for(cells)) {
    forget_oldest(successes_.records > 0 ? successes_ : failures_.records > 0 ? failures_ : strangers_);
  }
}

void DecisionStore::forget_oldest(Queue& queue) {
  const Index at = queue.head;
  Slot& slot = slots_[at];
  queue.head = slot.next;
  if (queue.head == kNone) queue.tail = kNone;
  --queue.records;
  for (Index cell = slot.first_cell; cell != kNone;) {
    const Index next = next_of(cell);
    set_next(cell, free_cell_);
    free_cell_ = cell;
    --queue.cells;
    cell = next;
  }
  slot = {.next = free_slot_};
  free_slot_ = at;
}

void DecisionStore::put(std::string_view bytes, std::uint64_t hash, Queue& queue) {
  const Index at = free_slot_ != kNone ? std::exchange(free_slot_, slots_[free_slot_].next) : fresh_slot_++;
  hashes_[at] = hash;
  Slot& slot = slots_[at];
  slot = {.bytes = static_cast<std::uint32_t>(bytes.size()), .used = true, .written = ++written_};
  Index last = kNone;
  while (!bytes.empty()) {
    const Index cell = take_cell();
    const std::string_view piece = bytes.substr(0, kCellRoom);
    std::memcpy(cells_.get() + cell * kCellBytes + sizeof(Index), piece.data(), piece.size());
    bytes.remove_prefix(piece.size());
    last == kNone ? void(slot.first_cell = cell) : set_next(last, cell);
    last = cell;
    ++queue.cells;
  }
  set_next(last, kNone);
  (queue.tail == kNone ? queue.head : slots_[queue.tail].next) = at;
  queue.tail = at;
  ++queue.records;
}

DecisionStore::Index DecisionStore::take_cell() {
  if (free_cell_ == kNone) return fresh_cell_++;
  const Index cell = free_cell_;
  free_cell_ = next_of(cell);
  return cell;
}

DecisionStore::Index DecisionStore::next_of(Index cell) const {
  Index next = kNone;
  std::memcpy(&next, cells_.get() + cell * kCellBytes, sizeof next);
  return next;
}

void DecisionStore::set_next(Index cell, Index next) {
  std::memcpy(cells_.get() + cell * kCellBytes, &next, sizeof next);
}

std::vector<char> DecisionStore::bytes_of(const Slot& slot) const {
  std::vector<char> bytes(slot.bytes);
  std::size_t at = 0;
  for (Index cell = slot.first_cell; cell != kNone; cell = next_of(cell)) {
    const std::size_t size = std::min(kCellRoom, bytes.size() - at);
    std::memcpy(bytes.data() + at, cells_.get() + cell * kCellBytes + sizeof(Index), size);
    at += size;
  }
  return bytes;
}

void DecisionStore::find(std::string_view id, std::vector<KeptDecision>& found) const {
  const std::uint64_t wanted = hash64(id);
  std::vector<std::vector<char>> taken;
  {
    const std::lock_guard lock(mutex_);
    std::vector<Index> same;
    for (Index at = 0; at < fresh_slot_; ++at) {
      if (hashes_[at] == wanted && slots_[at].used) same.push_back(at);
    }
    const std::size_t shown = std::min(same.size(), kMaxFound);
    std::ranges::partial_sort(same, same.begin() + static_cast<std::ptrdiff_t>(shown), std::greater{},
                              [this](Index at) { return slots_[at].written; });
    for (std::size_t at = 0; at < shown; ++at) taken.push_back(bytes_of(slots_[same[at]]));
  }
  for (std::vector<char>& bytes : taken) {
    auto kept = read_decision(std::move(bytes));
    if (kept && kept->record.id == id) found.push_back(std::move(*kept));
  }
}

std::size_t DecisionStore::size() const {
  const std::lock_guard lock(mutex_);
  return successes_.records + failures_.records + strangers_.records;
}

DecisionStore& DecisionLog::add_thread(unsigned threads) {
  const std::size_t shares = std::max(threads, 1U);
  stores_.push_back(std::make_unique<DecisionStore>(
      DecisionBounds{.records = bounds_.records / shares, .bytes = bounds_.bytes / shares}));
  return *stores_.back();
}

std::vector<KeptDecision> DecisionLog::find(std::string_view id) const {
  std::vector<KeptDecision> found;
  for (const auto& store : stores_) store->find(id, found);
  // Not stable_sort: clang warns that a part of libstdc++'s is deprecated. Two records of one millisecond may come in
  // either order.
  std::ranges::sort(found, std::greater{}, [](const KeptDecision& kept) { return kept.record.unix_milliseconds; });
  if (found.size() > kMaxFound) found.erase(found.begin() + kMaxFound, found.end());
  return found;
}

}  // namespace drover::telemetry
