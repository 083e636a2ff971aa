// Plays a recording of the real gateway (core/recording/recording.h) with a new fleet and new dispatches of the same
// plan, and checks that every event leads to the recorded commands.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/fleet/fleet.h"
#include "core/recording/recording.h"

namespace drover::sim {

/// The first place where the played fleet did something else. Later differences may follow from it.
struct Difference {
  std::uint64_t line = 0;  ///< of the recording, counted from 1
  std::string request{};   ///< its id
  std::string event{};     ///< the line of the event
  std::string recorded{};  ///< the command; empty: none
  std::string played{};    ///< the command that was played; empty: none
};

class Replay {
 public:
  /// `plan_mark`: RecordingHead::plan of the plan.
  Replay(std::shared_ptr<const core::Plan> plan, std::string plan_mark);
  ~Replay();
  Replay(const Replay&) = delete;
  Replay& operator=(const Replay&) = delete;

  /// Plays the next line, without its end. Nothing: go on. Else a sentence that says why the rest cannot be played.
  /// After a difference() no more lines are played.
  [[nodiscard]] std::optional<std::string> play(std::string_view line);
  /// After the last line.
  void finish();

  [[nodiscard]] const std::optional<Difference>& difference() const { return difference_; }
  [[nodiscard]] std::uint64_t requests() const { return requests_; }
  [[nodiscard]] std::uint64_t events() const { return events_; }
  [[nodiscard]] std::uint64_t commands() const { return commands_; }
  [[nodiscard]] std::uint64_t probes() const { return probes_; }
  /// From the first event to the last.
  [[nodiscard]] Duration span() const { return first_ == kNever ? Duration::zero() : last_ - first_; }
  /// Why the recording ended ("stopped", "full"); empty: it was cut off.
  [[nodiscard]] const std::string& closed() const { return closed_; }

 private:
  struct Request;

  std::optional<std::string> act(const core::RecordingHead& line);
  std::optional<std::string> act(const core::RecordedRequest& line);
  std::optional<std::string> act(const core::RecordedEvent& line);
  std::optional<std::string> act(const core::RecordedProbe& line);
  std::optional<std::string> act(const core::RecordedLook& line);
  std::optional<std::string> act(const core::RecordedEnd& line);
  std::optional<std::string> act(const core::RecordedCommand& line);
  std::optional<std::string> act(const core::RecordingClosed& line);
  void nothing_more_was_recorded();
  void differ(std::string_view recorded, std::string_view played);

  std::shared_ptr<const core::Plan> plan_;
  std::string plan_mark_;
  std::unique_ptr<core::Fleet> fleet_;
  std::map<std::uint64_t, std::unique_ptr<Request>> open_;
  std::vector<std::string> expected_;  ///< the commands of the last event here
  std::size_t seen_ = 0;               ///< how many of `expected_` the recording has so far
  std::string event_line_;
  std::string event_request_;
  std::optional<Difference> difference_;
  std::string closed_;
  std::uint64_t line_ = 0;
  std::uint64_t requests_ = 0;
  std::uint64_t events_ = 0;
  std::uint64_t commands_ = 0;
  std::uint64_t probes_ = 0;
  Instant first_ = kNever;
  Instant last_{};
};

}  // namespace drover::sim
