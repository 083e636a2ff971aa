#include "telemetry/access_log/access_log.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <system_error>
#include <utility>

#include "telemetry/access_log/terminal_line.h"

namespace drover::telemetry {
namespace {

/// Longest sleep of the writer: it makes up for a wake-up that came while the writer fell asleep.
constexpr int kLongestSleepMs = 1000;
constexpr int kBatchMs = static_cast<int>(std::chrono::duration_cast<std::chrono::milliseconds>(kAccessBatch).count());
/// Longest wait for a pipe before the writer checks whether to give up.
constexpr int kPipeWaitMs = 100;
/// The owner writes the log; its group may read it.
constexpr mode_t kFileMode = 0640;

Error cannot_write(const std::string& path, int number) {
  return {.kind = ErrorKind::BadConfig,
          .code = "access_log",
          .message = "access_log: " + path + " cannot be written: " + std::system_category().message(number)};
}

}  // namespace

void AccessLog::Lane::write(const AccessRecord& record) {
  std::array<char, kMaxAccessLine> memory;  // not initialised: it is written before it is read
  const bool words = log_.words_.load(std::memory_order_relaxed);
  const std::string_view line = words ? terminal_line(record, memory) : access_line(record, memory);
  if (line.empty() || !ring_.push(line)) return dropped_.add();
  if (log_.asleep_.load(std::memory_order_relaxed)) {
    log_.asleep_.store(false, std::memory_order_relaxed);
    log_.wake();
  } else if (ring_.waiting() > kAccessRingBytes / 4 && !log_.urgent_.load(std::memory_order_relaxed)) {
    log_.urgent_.store(true, std::memory_order_relaxed);
    log_.wake();
  }
}

AccessLog::AccessLog() : wake_fd_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  thread_ = std::thread([this] { run(); });
}

AccessLog::~AccessLog() {
  flush();
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  giving_up_.store(true);
  wake();
  thread_.join();
  if (wake_fd_ >= 0) ::close(wake_fd_);
}

AccessLog::Opened::~Opened() {
  if (file_ >= 0) ::close(file_);
}

Result<AccessLog::Opened> AccessLog::open(const AccessDestination& destination) {
  using Kind = AccessDestination::Kind;
  if (destination.kind == Kind::Off) return Opened();
  const bool words = destination.kind == Kind::Terminal;
  const bool inherited = words || destination.kind == Kind::Stdout;
  const std::string name = words ? "the terminal" : inherited ? "standard output" : destination.path;
  // Non-blocking: a FIFO without a reader is an error here, and a full one must not stop the writer for ever.
  const int file = inherited ? ::fcntl(words ? destination.terminal : STDOUT_FILENO, F_DUPFD_CLOEXEC, 0)
                             : ::open(destination.path.c_str(),
                                      O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, kFileMode);
  if (file < 0) return fail(cannot_write(name, errno));
  struct stat about{};
  const bool regular = ::fstat(file, &about) == 0 && S_ISREG(about.st_mode);
  return Opened(file, regular, words);
}

void AccessLog::use(Opened destination) {
  flush();
  const bool wanted = destination.file_ >= 0;
  {
    giving_up_.store(true);  // a pipe that takes no bytes for so long does not keep us from closing it
    const std::lock_guard lock(file_mutex_);
    words_.store(destination.words_);
    std::swap(destination_, destination);
    giving_up_.store(false);
  }
  on_.store(wanted);
}

Result<void> AccessLog::use(const AccessDestination& destination) {
  auto opened = open(destination);
  if (!opened) return fail(std::move(opened.error()));
  use(std::move(*opened));
  return {};
}

AccessLog::Lane& AccessLog::add_lane() {
  const std::lock_guard lock(mutex_);
  return *lanes_.emplace_back(std::make_unique<Lane>(*this));
}

void AccessLog::flush() {
  std::unique_lock lock(mutex_);
  const std::uint64_t mine = ++flushes_asked_;
  wake();
  flushed_.wait_for(lock, kPatience, [&] { return flushes_done_ >= mine; });
}

std::uint64_t AccessLog::dropped() const {
  const std::lock_guard lock(mutex_);
  std::uint64_t total = lost_.load(std::memory_order_relaxed);
  for (const auto& lane : lanes_) total += lane->dropped_.value();
  return total;
}

void AccessLog::wake() {
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = ::write(wake_fd_, &one, sizeof one);  // full: the writer is awake
}

void AccessLog::run() {
  const auto doze = [this](int milliseconds) {
    pollfd waiting{.fd = wake_fd_, .events = POLLIN, .revents = 0};
    ::poll(&waiting, 1, milliseconds);
    std::uint64_t count = 0;
    [[maybe_unused]] const ssize_t got = ::read(wake_fd_, &count, sizeof count);
  };
  for (;;) {
    asleep_.store(true, std::memory_order_relaxed);
    doze(kLongestSleepMs);
    asleep_.store(false, std::memory_order_relaxed);
    std::uint64_t asked = 0;
    {
      const std::lock_guard lock(mutex_);
      if (stopping_) return;
      asked = flushes_asked_;
    }
    if (asked == flushes_done_) doze(kBatchMs);  // more lines will come: one write for many
    urgent_.store(false, std::memory_order_relaxed);
    {
      const std::lock_guard lock(mutex_);
      asked = flushes_asked_;
    }
    write_all();
    const std::lock_guard lock(mutex_);
    flushes_done_ = asked;
    flushed_.notify_all();
  }
}

void AccessLog::write_all() {
  std::vector<Lane*> lanes;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& lane : lanes_) lanes.push_back(lane.get());
  }
  const std::lock_guard lock(file_mutex_);
  for (Lane* lane : lanes) {
    std::size_t size = 0;
    for (const std::string_view piece : lane->ring_.peek()) {
      put(piece);
      size += piece.size();
    }
    lane->ring_.consume(size);
  }
}

void AccessLog::put(std::string_view bytes) {
  const int file = destination_.file_;
  const bool regular = destination_.regular_;
  if (file < 0) return;
  while (!bytes.empty()) {
    // A pipe that is ready takes PIPE_BUF bytes without a wait, also when it was opened as blocking.
    if (!regular && !wait_writable()) break;
    const std::size_t most = regular ? bytes.size() : std::min<std::size_t>(bytes.size(), PIPE_BUF);
    const ssize_t written = ::write(file, bytes.data(), most);
    if (written < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (written <= 0) break;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  lost_.fetch_add(static_cast<std::uint64_t>(std::ranges::count(bytes, '\n')), std::memory_order_relaxed);
}

bool AccessLog::wait_writable() const {
  while (!giving_up_.load(std::memory_order_relaxed)) {
    pollfd waiting{.fd = destination_.file_, .events = POLLOUT, .revents = 0};
    const int ready = ::poll(&waiting, 1, kPipeWaitMs);
    if (ready > 0) return (waiting.revents & (POLLERR | POLLHUP | POLLNVAL)) == 0;
    if (ready < 0 && errno != EINTR) return false;
  }
  return false;
}

}  // namespace drover::telemetry
