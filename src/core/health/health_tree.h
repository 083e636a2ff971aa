// The health of all that targets stand on: a node for each provider, server, key, quota, lane and target of a plan,
// with its name, the cause of its latest failure and the parts that accuse it; and the changes of their state. A
// target's path names its node at each level. Who is charged is decided in blame.h and targets/evidence.h.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/health/accusers.h"
#include "core/health/blame.h"
#include "core/health/cause.h"
#include "core/health/change_log.h"
#include "core/health/health.h"

namespace drover::core {

class HealthTree {
 public:
  /// A node for each level, from the widest to the target's own.
  using Path = std::array<std::uint32_t, kLevels>;
  /// Stands in a path at a level where the target has no node; it is never changed.
  static constexpr std::uint32_t kAlwaysOpen = 0;

  HealthTree() { (void)add("", "", Level::Target); }
  void reserve(std::size_t nodes);
  /// `name` is the same for the same thing in every plan, `label` is for people and safe to print. Returns the node.
  std::uint32_t add(std::string name, std::string label, Level level);
  /// How many independent parts can accuse the node.
  void divide(std::uint32_t node, std::uint32_t parts) { accusers_[node].of(parts); }
  /// Of the next node that is added.
  [[nodiscard]] std::uint32_t next() const { return static_cast<std::uint32_t>(nodes_.size()); }

  [[nodiscard]] HealthNode& operator[](std::uint32_t node) { return nodes_[node]; }
  [[nodiscard]] const HealthNode& operator[](std::uint32_t node) const { return nodes_[node]; }
  /// Of the last failure that counted at the node.
  [[nodiscard]] Cause& cause(std::uint32_t node) { return causes_[node]; }
  [[nodiscard]] const Cause& cause(std::uint32_t node) const { return causes_[node]; }
  [[nodiscard]] Level level(std::uint32_t node) const { return levels_[node]; }
  [[nodiscard]] const std::string& label(std::uint32_t node) const { return labels_[node]; }
  /// Of every node, in the order of nodes.
  [[nodiscard]] const std::vector<std::string>& names() const { return names_; }

  /// Whether one part of the node speaks for all of it.
  [[nodiscard]] bool undivided(std::uint32_t node) const { return accusers_[node].alone(); }
  /// Notes that a part says the node is at fault. True: enough parts do.
  bool accuse(std::uint32_t node, std::uint32_t part) {
    accused_ = true;
    return accusers_[node].accuse(part);
  }
  /// Takes over who has accused the same node in another plan's tree.
  void take_accusers(std::uint32_t node, const HealthTree& other, std::uint32_t there) {
    accusers_[node].take(other.accusers_[there]);
    accused_ = accused_ || other.accused_;
  }
  /// Notes that a request that was sent at `began` went well at the node. True: that brought the node back.
  bool succeed(std::uint32_t node, const HealthSettings& settings, Instant began, Instant now);

  /// Tells the log of a change of the node's state, with the time until which it is out and its cause where it is.
  void tell(StateChange::What what, std::uint32_t node, Instant now);
  /// The same with another time and cause than the node's own.
  void tell(StateChange::What what, std::uint32_t node, Instant now, Instant until, const Cause& cause) {
    changes_.add({.what = what, .level = levels_[node], .node = node, .at = now, .until = until, .cause = cause});
  }
  /// The changes that no caller has taken yet.
  [[nodiscard]] ChangeLog& changes() { return changes_; }
  [[nodiscard]] const ChangeLog& changes() const { return changes_; }

  /// Until when some node may be in its slow start.
  [[nodiscard]] Instant recovering_until() const { return recovering_until_; }
  void recover_until(Instant until) { recovering_until_ = std::max(recovering_until_, until); }

  /// Whether every node of the path is open, with no trial to pass.
  [[nodiscard]] bool clear(const Path& path, Instant now) const;
  /// Whether no node of the path is out or cooling: the target may be used, perhaps on trial.
  [[nodiscard]] bool admits(const Path& path, Instant now) const;
  /// The same for an attempt that has begun the trials of `trial_levels` (level_bit()) itself.
  [[nodiscard]] bool admits(const Path& path, std::uint8_t trial_levels, Instant now) const;
  /// Whether a node of the path is ejected, so that the target is used only when nothing else is left.
  [[nodiscard]] bool ejected(const Path& path, Instant now) const;
  /// The least share in slow start of the path's nodes, 1 when none is in it.
  [[nodiscard]] double share(const Path& path, Instant now) const {
    return now >= recovering_until_ ? 1.0 : least_share(path, now);
  }
  /// Scales a cost by that share.
  [[nodiscard]] double by_share(double amount, const Path& path, Instant now) const {
    return now >= recovering_until_ ? amount : amount / least_share(path, now);
  }
  /// Of the path's nodes, the return that is over last.
  [[nodiscard]] Comeback comeback(const Path& path, Instant now) const;
  /// Ends the trials that an attempt taken at `taken` began. Returns the levels at which its trial still counted.
  std::uint8_t end_trials(const Path& path, std::uint8_t trial_levels, Instant taken);

 private:
  [[nodiscard]] double least_share(const Path& path, Instant now) const;

  std::vector<HealthNode> nodes_;
  std::vector<Cause> causes_;
  std::vector<Accusers> accusers_;  ///< not used for targets
  std::vector<Level> levels_;
  std::vector<std::string> names_;
  std::vector<std::string> labels_;
  bool accused_ = false;  ///< some node may have accusers
  Instant recovering_until_ = Instant::min();
  ChangeLog changes_;
};

}  // namespace drover::core
