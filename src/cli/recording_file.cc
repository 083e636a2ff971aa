#include "cli/recording_file.h"

#include <array>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <utility>

#include "base/sha256.h"
#include "cli/commands/commands.h"
#include "config/yaml/report.h"
#include "core/recording/recording.h"
#include "gateway/process/snapshot.h"
#include "gateway/process/version.h"
#include "net/loop/seed.h"
#include "sim/replay.h"

namespace drover::cli {
namespace {

/// More bytes than any line of a recording has.
constexpr std::size_t kLongestLine = 4096;

/// A mark that is equal for settings that make the same plan.
std::string mark_of(const config::Settings& settings) {
  return hex(sha256(config::describe(settings)), 8);
}

std::string counted(std::uint64_t count, const char* what) {
  return std::to_string(count) + " " + what + (count == 1 ? "" : "s");
}

int tell(const std::string& path, const sim::Replay& replay) {
  const double seconds = std::chrono::duration<double>(replay.span()).count();
  char span[32];
  std::snprintf(span, sizeof span, "%.3f s", seconds);
  std::cout << path << ": " << counted(replay.requests(), "request") << ", " << counted(replay.events(), "event")
            << " and " << counted(replay.probes(), "probe") << " over " << span
            << (replay.closed().empty()     ? ", cut off"
                : replay.closed() == "full" ? ", ended by its limit"
                                            : "")
            << "\n";
  if (!replay.difference()) {
    std::cout << "played again: the same " << counted(replay.commands(), "command") << "\n";
    return kExitGood;
  }
  const sim::Difference& found = *replay.difference();
  const auto shown = [](const std::string& command) { return command.empty() ? std::string("nothing") : command; };
  std::cout << "line " << found.line << ": request " << config::shown(found.request) << " took another way\n"
            << "  event     " << found.event << "\n"
            << "  recorded  " << shown(found.recorded) << "\n"
            << "  played    " << shown(found.played) << "\n";
  return kExitFailed;
}

}  // namespace

Result<std::shared_ptr<upstream::Recorder>> record_to(const std::string& path, const config::Settings& settings,
                                                      std::uint64_t most_bytes) {
  const core::RecordingHead head{
      .program = std::string(gateway::version()), .fleet_seed = net::fresh_seed(), .plan = mark_of(settings)};
  return upstream::Recorder::create(path, head, most_bytes);
}

int replay(const std::string& path, const std::string& config_file) {
  const auto settings = config::load_file(config_file, config::real_environment());
  if (!settings) {
    for (const config::Problem& problem : settings.error()) std::cerr << problem.to_string() << "\n";
    return kExitMistake;
  }
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    std::cerr << "drover simulate: cannot read " << path << "\n";
    return kExitMistake;
  }
  sim::Replay replay(gateway::gateway_plan(*settings).plan, mark_of(*settings));
  std::array<char, kLongestLine> line;
  for (std::uint64_t number = 1; !file.eof() && !replay.difference(); ++number) {
    file.getline(line.data(), line.size());
    if (file.eof()) break;  // after the last line, or in a line that was cut off
    const auto problem =
        file.fail() ? std::optional<std::string>("longer than any line of a recording") : replay.play(line.data());
    if (problem) {
      std::cerr << path << ":" << number << ": " << *problem << "\n";
      return kExitMistake;
    }
  }
  replay.finish();
  return tell(path, replay);
}

}  // namespace drover::cli
