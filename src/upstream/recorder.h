// Writes a recording (core/recording.h) of everything that happens to a fleet and its requests, for those who look into
// a decision later: `drover serve --record FILE`. While it records, the events of all threads take turns, so that they
// stand in the file in the order in which the fleet saw them.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "base/random.h"
#include "base/result.h"
#include "core/recording.h"

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
  /// Says that it was stopped, and writes what is left.
  ~Recorder();
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;

  [[nodiscard]] std::uint64_t fleet_seed() const { return fleet_seed_; }

  /// The recording ends here, for this reason (one word). What happens from now on is not written down.
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
  /// The same for the same value while this recording lasts, and of no use to those who only read it: a hash of a
  /// prompt must not stand in a file.
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

  /// What the dispatch is to be made from: hashes of what the client sent are hidden in it.
  [[nodiscard]] const core::DispatchRequest& facts() const { return facts_; }

  /// What the dispatch is to draw from.
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
