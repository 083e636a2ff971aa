// The access log: one line per request (JSON, or words at a terminal), written by a thread of its own. A request copies
// its line into a bounded ring of its own thread and goes on. A disk or pipe that is too slow costs lines, which are
// counted, and never time.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/result.h"
#include "telemetry/access_log/access_line.h"
#include "telemetry/access_log/byte_ring.h"
#include "telemetry/metrics/counter.h"

namespace drover::telemetry {

/// Most bytes of lines that wait in each thread: about 2,500 requests.
inline constexpr std::size_t kAccessRingBytes = std::size_t{1} << 20;
/// Longest time that lines are collected before they are written together.
inline constexpr Duration kAccessBatch = std::chrono::milliseconds(100);

struct AccessDestination {
  enum class Kind : std::uint8_t { Off, Stdout, File, Terminal };
  Kind kind = Kind::Off;
  std::string path{};  ///< for File
  int terminal = -1;   ///< for Terminal: its descriptor, borrowed
};

class AccessLog {
 public:
  /// The way of one thread's lines into the log.
  class Lane {
   public:
    explicit Lane(AccessLog& log) : log_(log), ring_(kAccessRingBytes) {}
    /// Whether the log is on.
    [[nodiscard]] bool on() const { return log_.on_.load(std::memory_order_relaxed); }
    /// Never waits, never allocates. For the lane's own thread.
    void write(const AccessRecord& record);

   private:
    friend class AccessLog;
    AccessLog& log_;
    ByteRing ring_;
    Counter dropped_;
  };

  AccessLog();
  ~AccessLog();
  AccessLog(const AccessLog&) = delete;
  AccessLog& operator=(const AccessLog&) = delete;

  /// An open destination. It closes when its last user goes.
  class Opened {
   public:
    Opened() = default;  ///< Kind::Off
    Opened(int file, bool regular, bool words) : file_(file), regular_(regular), words_(words) {}
    Opened(Opened&& other) noexcept
        : file_(std::exchange(other.file_, -1)), regular_(other.regular_), words_(other.words_) {}
    Opened& operator=(Opened&& other) noexcept {
      std::swap(file_, other.file_);
      std::swap(regular_, other.regular_);
      std::swap(words_, other.words_);
      return *this;
    }
    ~Opened();

   private:
    friend class AccessLog;
    int file_ = -1;
    bool regular_ = true;
    bool words_ = false;  ///< for a person, not JSON
  };

  // Control thread.

  /// Opens a destination, also a file anew that was moved away (logrotate). Writes nothing yet. Errors: BadConfig with
  /// the path and the reason.
  [[nodiscard]] static Result<Opened> open(const AccessDestination& destination);
  /// Sends later lines there; lines that wait go to the destination that they were written for.
  void use(Opened destination);
  /// open() and use(). Errors: those of open(); then nothing has changed.
  [[nodiscard]] Result<void> use(const AccessDestination& destination);
  /// A lane for one more thread. It lives as long as this object.
  [[nodiscard]] Lane& add_lane();
  /// Waits until earlier lines are with the kernel, or cannot be written (at most kPatience).
  void flush();

  /// Any thread: lines lost because a ring was full, one was too long, or writing failed.
  [[nodiscard]] std::uint64_t dropped() const;

 private:
  /// How long flush() and the destructor wait for a destination that takes no more bytes.
  static constexpr Duration kPatience = std::chrono::seconds(2);

  void wake();
  void run();
  void write_all();
  void put(std::string_view bytes);
  [[nodiscard]] bool wait_writable() const;

  const int wake_fd_;
  std::atomic<bool> on_{false};
  std::atomic<bool> words_{false};
  std::atomic<bool> asleep_{false};
  std::atomic<bool> urgent_{false};
  std::atomic<bool> giving_up_{false};
  std::atomic<std::uint64_t> lost_{0};  ///< lost by the writer

  mutable std::mutex mutex_;  ///< guards what follows
  std::condition_variable flushed_;
  std::vector<std::unique_ptr<Lane>> lanes_;
  std::uint64_t flushes_asked_ = 0;
  std::uint64_t flushes_done_ = 0;
  bool stopping_ = false;

  std::mutex file_mutex_;  ///< held while writing; guards what is below
  Opened destination_;
  std::thread thread_;
};

}  // namespace drover::telemetry
