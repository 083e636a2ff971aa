// Writes a recording (core/recording/recording.h) of everything that happens to a fleet and its requests, so that a
// decision can be played again: `drover serve --record FILE`. While it records, the events of all threads take turns,
// so that the file has them in the order in which the fleet saw them.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "base/random.h"
#include "base/result.h"
#include "core/recording/recording.h"

namespace drover::core {
struct ProbeAnswer;
}

namespace drover::upstream {

/// Bytes after which a recording ends if nothing else was asked for: some 150,000 requests.
inline constexpr std::uint64_t kRecordingBytes = 256ULL * 1024 * 1024;

class Recorder {
 public:
  /// Creates or empties the file, which only its owner may read. Errors: BadConfig with a sentence.
  [[nodiscard]] static Result<std::shared_ptr<Recorder>> create(const std::string& path,
                                                                const core::RecordingHead& head,
                                                                std::uint64_t most_bytes = kRecordingBytes);
  /// Writes the remaining lines and the last one ("stopped").
  ~Recorder();
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;

  [[nodiscard]] std::uint64_t fleet_seed() const { return fleet_seed_; }

  /// Ends the recording for this reason (one word). Later events are not recorded.
  void end(const char* why);

  /// A probe's answer; `act` tells the fleet of it.
  void probe(const core::ProbeAnswer& answer, Instant now, const std::function<void()>& act);

 private:
  friend class RecordedRun;

  Recorder(int file, std::string path, const core::RecordingHead& head, std::uint64_t most_bytes);
  void write(const core::RecordedLine& line);
  void write(const core::Commands& commands);
  void event_ended(Instant now);
  void close(const char* why);
  void flush();
  /// A substitute for a hash: equal for equal values while this recording lasts, and meaningless to its readers,
  /// because a hash of a prompt must not stand in a file.
  [[nodiscard]] std::uint64_t hidden(std::uint64_t hash) const;

  std::mutex turn_;
  int file_;
  std::string path_;
  std::uint64_t fleet_seed_;
  std::uint64_t most_bytes_;
  std::uint64_t written_ = 0;
  std::uint64_t requests_ = 0;
  std::string waiting_;  ///< for the file
  Instant flushed_{};
  std::string secret_;
};

/// One request's part in a recording: stands between it and its dispatch.
class RecordedRun {
 public:
  RecordedRun(Recorder& recorder, const core::DispatchRequest& facts, std::uint64_t seed);

  /// The facts to make the dispatch from. Hashes of the client's content are replaced (hidden()).
  [[nodiscard]] const core::DispatchRequest& facts() const { return facts_; }

  /// The random numbers for the dispatch.
  [[nodiscard]] Random& random() { return random_; }

  [[nodiscard]] core::Commands on(core::Dispatch& dispatch, const core::Event& event, Instant now);
  [[nodiscard]] core::Candidates candidates(core::Dispatch& dispatch, Instant now);
  /// The last call.
  void end(core::Dispatch& dispatch);

 private:
  Recorder& recorder_;
  core::DispatchRequest facts_;
  Random random_;
  std::uint64_t number_ = 0;
};

}  // namespace drover::upstream
