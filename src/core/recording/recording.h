// What happened to requests and their fleet, as text that plays again to the same commands (sim/replay.h): a line for
// each event with its time, followed by one for each command it led to. It holds no key, no prompt and no sentence.
//
//   drover-recording 3 program=0.2.0 fleet_seed=17 plan=6f1e...
//   request number=1 seed=99 id=req_... route=0 ...
//   event number=1 now=120000 what=attempt_connected attempt=1
//   > arm_timer timer=1 at=60000120000
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "core/dispatch/dispatch.h"

namespace drover::core {

/// The form of the lines. Another number needs another program.
inline constexpr int kRecordingForm = 3;

/// The first line.
struct RecordingHead {
  std::string program;           ///< the version of drover that wrote the recording
  std::uint64_t fleet_seed = 1;  ///< of the fleet's own jitter
  std::string plan;              ///< the same for the same plan
};

/// A request begins. `facts` has no id, plan, route, fence or bell: they are in `id`, `route` and `providers`, or the
/// player's own.
struct RecordedRequest {
  std::uint64_t number = 0;  ///< tells the requests of a recording apart
  std::uint64_t seed = 0;    ///< of the Random that is its alone
  std::string id{};
  std::uint32_t route = 0;  ///< its place in the plan
  std::string providers{};  ///< that it may use: "all", or their places in the plan ("0,64")
  DispatchRequest facts{};
};

/// Dispatch::on.
struct RecordedEvent {
  std::uint64_t number = 0;
  Instant now{};
  Event event{};
};

/// Fleet::on_probe.
struct RecordedProbe {
  Instant now{};
  KeyId key{};
  ServerId server{};
  std::optional<Duration> latency{};
  std::optional<Error> error{};
};

/// Dispatch::candidates.
struct RecordedLook {
  std::uint64_t number = 0;
  Instant now{};
};

/// The request is over, and its dispatch gone.
struct RecordedEnd {
  std::uint64_t number = 0;
};

/// One of the commands that the event before led to, as it stands in the line.
struct RecordedCommand {
  std::string_view text{};
};

/// The last line. A recording without it was cut off.
struct RecordingClosed {
  std::string why{};  ///< one word: "stopped", "full"
};

using RecordedLine = std::variant<RecordingHead, RecordedRequest, RecordedEvent, RecordedProbe, RecordedLook,
                                  RecordedEnd, RecordedCommand, RecordingClosed>;

/// What RecordedRequest::providers says of a request without a fence.
inline constexpr const char* kAllProviders = "all";
/// The providers that the line names when it is not kAllProviders; nothing: this plan does not have them.
[[nodiscard]] std::optional<ProviderSet> providers_of(const RecordedRequest& line, const Plan& plan);

/// The facts of a request as they are written down.
[[nodiscard]] RecordedRequest recorded(std::uint64_t number, std::uint64_t seed, const DispatchRequest& request);

/// Adds the line, with its end.
void append_line(std::string& out, const RecordedLine& line);
/// Adds a line for each command.
void append_commands(std::string& out, const Commands& commands);
/// A command as RecordedCommand has it.
[[nodiscard]] std::string command_text(const Command& command);

/// One line without its end. A RecordedCommand refers to `line`. Error: a sentence that says what is wrong with it.
/// Numbers of routes, keys and so on are not checked here: the caller, which has the plan, checks them.
[[nodiscard]] std::expected<RecordedLine, std::string> read_recorded(std::string_view line);

}  // namespace drover::core
