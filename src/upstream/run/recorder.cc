#include "upstream/run/recorder.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

#include "base/sha256.h"
#include "core/fleet/fleet.h"
#include "net/loop/seed.h"
#include "telemetry/log/log.h"

namespace drover::upstream {
namespace {

constexpr std::size_t kBatchBytes = std::size_t{64} * 1024;
/// While there are events, nothing waits longer for the file.
constexpr Duration kLongestWait = std::chrono::seconds(1);

std::string some_secret() {
  std::string secret;
  for (int word = 0; word < 4; ++word) {
    const std::uint64_t drawn = net::fresh_seed();
    secret.append(reinterpret_cast<const char*>(&drawn), sizeof drawn);
  }
  return secret;
}

Error cannot_write(const std::string& path, int number) {
  return {.kind = ErrorKind::BadConfig,
          .code = "recording",
          .message = "The recording " + path + " cannot be written: " + std::system_category().message(number) + "."};
}

}  // namespace

Result<std::shared_ptr<Recorder>> Recorder::create(const std::string& path, const core::RecordingHead& head,
                                                   std::uint64_t most_bytes) {
  const int file =
      ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOCTTY | O_NOFOLLOW, S_IRUSR | S_IWUSR);
  if (file < 0) return fail(cannot_write(path, errno));
  struct stat about{};
  const bool regular = ::fstat(file, &about) == 0 && S_ISREG(about.st_mode);
  if (!regular || ::fchmod(file, S_IRUSR | S_IWUSR) != 0) {  // one that was there may have been open to others
    const int number = regular ? errno : EINVAL;
    ::close(file);
    return fail(cannot_write(path, number));
  }
  return std::shared_ptr<Recorder>(new Recorder(file, path, head, most_bytes));
}

Recorder::Recorder(int file, std::string path, const core::RecordingHead& head, std::uint64_t most_bytes)
    : file_(file),
      path_(std::move(path)),
      fleet_seed_(head.fleet_seed),
      most_bytes_(most_bytes),
      secret_(some_secret()) {
  write(head);
}

Recorder::~Recorder() {
  close("stopped");
}

void Recorder::probe(const core::ProbeAnswer& answer, Instant now, const std::function<void()>& act) {
  const std::lock_guard turn(turn_);
  core::RecordedProbe line{.now = now, .key = answer.key, .server = answer.server, .latency = answer.latency};
  if (answer.error != nullptr) line.error = *answer.error;
  write(line);
  act();
  event_ended(now);
}

void Recorder::end(const char* why) {
  const std::lock_guard turn(turn_);
  close(why);
}

void Recorder::write(const core::RecordedLine& line) {
  if (file_ >= 0) core::append_line(waiting_, line);
}

void Recorder::write(const core::Commands& commands) {
  if (file_ >= 0) core::append_commands(waiting_, commands);
}

/// The file grows by whole events only.
void Recorder::event_ended(Instant now) {
  if (file_ < 0) return;
  if (written_ + waiting_.size() > most_bytes_) return close("full");
  if (waiting_.size() < kBatchBytes && now - flushed_ < kLongestWait) return;
  flush();
  flushed_ = now;
}

void Recorder::close(const char* why) {
  if (file_ < 0) return;
  write(core::RecordingClosed{why});
  flush();
  if (file_ < 0) return;
  ::close(std::exchange(file_, -1));
  telemetry::log(telemetry::Level::Info, "the recording " + path_ + " has ended (" + why +
                                             "): " + std::to_string(requests_) + " requests, " +
                                             std::to_string(written_) + " bytes");
}

void Recorder::flush() {
  std::string_view rest = waiting_;
  while (!rest.empty()) {
    const ssize_t size = ::write(file_, rest.data(), rest.size());
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) {
      telemetry::log(telemetry::Level::Error, cannot_write(path_, errno).message + " It ends here.");
      ::close(std::exchange(file_, -1));
      break;
    }
    written_ += static_cast<std::uint64_t>(size);
    rest.remove_prefix(static_cast<std::size_t>(size));
  }
  waiting_.clear();
}

std::uint64_t Recorder::hidden(std::uint64_t hash) const {
  if (hash == 0) return 0;
  std::string text = secret_;
  text.append(reinterpret_cast<const char*>(&hash), sizeof hash);
  const auto digest = sha256(text);
  std::uint64_t value = 0;
  std::memcpy(&value, digest.data(), sizeof value);
  return value == 0 ? 1 : value;
}

RecordedRun::RecordedRun(Recorder& recorder, const core::DispatchRequest& facts, std::uint64_t seed)
    : recorder_(recorder), facts_(facts), random_(seed) {
  facts_.affinity = recorder_.hidden(facts.affinity);
  facts_.body = recorder_.hidden(facts.body);
  const std::lock_guard turn(recorder_.turn_);
  number_ = ++recorder_.requests_;
  recorder_.write(core::recorded(number_, seed, facts_));
}

core::Commands RecordedRun::on(core::Dispatch& dispatch, const core::Event& event, Instant now) {
  const std::lock_guard turn(recorder_.turn_);
  recorder_.write(core::RecordedEvent{.number = number_, .now = now, .event = event});
  core::Commands commands = dispatch.on(event, now);
  recorder_.write(commands);
  recorder_.event_ended(now);
  return commands;
}

core::Candidates RecordedRun::candidates(core::Dispatch& dispatch, Instant now) {
  const std::lock_guard turn(recorder_.turn_);
  recorder_.write(core::RecordedLook{.number = number_, .now = now});
  return dispatch.candidates(now);
}

void RecordedRun::end(core::Dispatch& dispatch) {
  const std::lock_guard turn(recorder_.turn_);
  recorder_.write(core::RecordedEnd{.number = number_});
  dispatch.stop_waiting();
}

}  // namespace drover::upstream
