// The load of the bench: sends chat completions over kept-alive connections and says what came back, as one line of
// JSON.
//
//   load --port 9000 --body FILE [--connections 64] [--seconds 3] [--warm-up 1] [--pids 1,2]
//        [--rate 5000]           requests per second on a schedule; latency counts from the scheduled time
//        [--stream 1]            answers are streams of timed events (upstream.cc)
//        [--hold 1]              streams stay open: prints "held" when each has had its first event, then waits for
//        stdin; "only N" when that takes longer than half a minute
//        [--signal PID --signal-after-ms N]   sends SIGUSR1 during the measurement
//
// `--pids` names the processes of the proxy: their CPU time (all threads, nanoseconds; user and system by the kernel's
// sampled ratio) is taken at both ends of the measured window, here, so that nothing lies between the two clocks.
#include <signal.h>
#include <sys/epoll.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <deque>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "message_end.h"
#include "sockets.h"

namespace {

using namespace rig;

constexpr std::string_view kTimeMark = "\"t\":\"";
constexpr std::size_t kTimeDigits = 19;
/// How long it waits until all streams that it holds have begun.
constexpr std::int64_t kHoldPatienceNs = 30'000'000'000;

struct Cpu {
  double total_us = 0;
  double user_ticks = 0;
  double system_ticks = 0;
};

Cpu cpu_of(const std::vector<long>& pids) {
  Cpu cpu;
  for (const long pid : pids) {
    const std::string folder = "/proc/" + std::to_string(pid);
    std::error_code none;
    for (const auto& task : std::filesystem::directory_iterator(folder + "/task", none)) {
      double nanoseconds = 0;
      std::ifstream(task.path() / "schedstat") >> nanoseconds;
      cpu.total_us += nanoseconds / 1000;
    }
    std::ifstream stat(folder + "/stat");
    std::string text((std::istreambuf_iterator<char>(stat)), {});
    std::istringstream rest(text.substr(std::min(text.size(), text.rfind(')') + 2)));
    std::string word;
    for (int at = 0; at < 11; ++at) rest >> word;
    double user = 0, system = 0;
    rest >> user >> system;
    cpu.user_ticks += user;
    cpu.system_ticks += system;
  }
  return cpu;
}

struct Samples {
  std::vector<std::int64_t> values;
  void add(std::int64_t value) { values.push_back(value); }
  /// In microseconds.
  [[nodiscard]] double at(double share) {
    if (values.empty()) return 0;
    const auto place = values.begin() + static_cast<std::ptrdiff_t>(share * static_cast<double>(values.size() - 1));
    std::nth_element(values.begin(), place, values.end());
    return static_cast<double>(*place) / 1000;
  }
};

struct Connection {
  int socket = -1;
  bool busy = false;
  bool in_body = false;
  bool good = false;
  std::int64_t due = 0;  ///< when its request was to be sent
  std::string in;
  std::string out;
  std::string event;  ///< the unfinished event of a stream
  Body body;
  std::size_t events = 0;
};

class Load {
 public:
  explicit Load(const Options& options);
  int run();

 private:
  void open(std::size_t index);
  void begin(Connection& connection, std::int64_t due);
  void flush(Connection& connection);
  void ready(std::size_t index);
  void take(Connection& connection, std::string_view bytes);
  void take_events(Connection& connection, std::string_view content);
  void ended(std::size_t index, bool good);
  void start_due(std::int64_t now);
  [[nodiscard]] bool measuring() const { return began_ != 0; }
  void report(double seconds, const Cpu& before, const Cpu& after);

  int port_;
  double rate_;
  bool stream_, hold_;
  std::int64_t warm_up_, length_;
  long victim_, signal_after_;
  std::vector<long> pids_;
  std::string request_;
  int epoll_ = epoll_create1(0);
  std::vector<Connection> connections_;
  std::deque<std::size_t> spare_;  ///< connections without a request
  std::deque<std::int64_t> waiting_;
  std::int64_t next_due_ = 0;
  std::int64_t began_ = 0;
  bool over_ = false;
  std::uint64_t done_ = 0, failed_ = 0, chunks_ = 0, held_ = 0;
  std::int64_t signalled_ = 0, last_failure_ = 0;
  Samples latency_, delay_, gap_;
  std::string scratch_ = std::string(256 * 1024, '\0');
};

Load::Load(const Options& options)
    : port_(static_cast<int>(options.number("port", 9000))),
      rate_(static_cast<double>(options.number("rate", 0))),
      stream_(options.number("stream", 0) != 0),
      hold_(options.number("hold", 0) != 0),
      warm_up_(options.number("warm-up-ms", 500) * 1'000'000),
      length_(options.number("milliseconds", 3000) * 1'000'000),
      victim_(options.number("signal", 0)),
      signal_after_(options.number("signal-after-ms", 1000)) {
  std::istringstream pids(options.text("pids"));
  for (std::string pid; std::getline(pids, pid, ',');) pids_.push_back(std::atol(pid.c_str()));
  std::ifstream file(options.text("body"));
  const std::string body((std::istreambuf_iterator<char>(file)), {});
  request_ =
      "POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: load\r\nAuthorization: Bearer client\r\n"
      "Content-Type: application/json\r\nAccept: application/json\r\nContent-Length: " +
      std::to_string(body.size()) + "\r\n\r\n" + body;
  connections_.resize(static_cast<std::size_t>(options.number("connections", 64)));
  latency_.values.reserve(1 << 20);
  delay_.values.reserve(1 << 22);
}

void Load::open(std::size_t index) {
  Connection& connection = connections_[index];
  if (connection.socket >= 0) ::close(connection.socket);
  connection = Connection{};
  connection.socket = socket(AF_INET, SOCK_STREAM, 0);
  const sockaddr_in address = loopback(port_);
  if (connect(connection.socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) die("connect");
  fcntl(connection.socket, F_SETFL, O_NONBLOCK);
  prepare(connection.socket);
  epoll_event wanted{.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, .data = {.u64 = index}};
  epoll_ctl(epoll_, EPOLL_CTL_ADD, connection.socket, &wanted);
}

void Load::begin(Connection& connection, std::int64_t due) {
  connection.busy = true;
  connection.due = due;
  connection.out = request_;
  flush(connection);
}

void Load::flush(Connection& connection) {
  while (!connection.out.empty()) {
    const ssize_t sent = send(connection.socket, connection.out.data(), connection.out.size(), MSG_NOSIGNAL);
    if (sent < 0) return;  // full, or broken: then the next read says so
    connection.out.erase(0, static_cast<std::size_t>(sent));
  }
}

void Load::ready(std::size_t index) {
  Connection& connection = connections_[index];
  if (!connection.out.empty()) flush(connection);
  for (;;) {
    const ssize_t got = recv(connection.socket, scratch_.data(), scratch_.size(), 0);
    if (got < 0 && errno == EAGAIN) return;
    if (got <= 0) {
      const bool was_busy = connection.busy;
      open(index);
      if (was_busy) ended(index, false);
      return;
    }
    take(connection, {scratch_.data(), static_cast<std::size_t>(got)});
    if (connection.busy && connection.in_body && connection.body.done()) ended(index, connection.good);
    if (static_cast<std::size_t>(got) < scratch_.size()) return;
  }
}

void Load::take(Connection& connection, std::string_view bytes) {
  if (!connection.in_body) {
    const std::size_t before = connection.in.size();
    connection.in.append(bytes);
    const std::size_t end = connection.in.find("\r\n\r\n");
    if (end == std::string::npos) return;
    bytes.remove_prefix(end + 4 - before);
    connection.in.resize(end + 2);
    connection.good = connection.in.compare(9, 3, "200") == 0;
    connection.body.begin(connection.in);
    connection.in_body = true;
  }
  connection.body.feed(bytes, [&](std::string_view content) {
    if (stream_) take_events(connection, content);
  });
}

/// An event's delay is the time from the upstream's write to our read of its last byte.
void Load::take_events(Connection& connection, std::string_view content) {
  connection.event.append(content);
  std::size_t at = 0;
  for (std::size_t end; (end = connection.event.find("\n\n", at)) != std::string::npos; at = end + 2) {
    const std::size_t mark = connection.event.find(kTimeMark, at);
    if (mark == std::string::npos || mark > end) continue;
    if (++connection.events == 1 && hold_) ++held_;
    if (!measuring()) continue;
    ++chunks_;
    const std::string sent = connection.event.substr(mark + kTimeMark.size(), kTimeDigits);
    delay_.add(now_ns() - std::atoll(sent.c_str()));
  }
  connection.event.erase(0, at);
}

void Load::ended(std::size_t index, bool good) {
  Connection& connection = connections_[index];
  const std::int64_t now = now_ns();
  if (measuring()) {
    ++(good ? done_ : failed_);
    if (good) latency_.add(now - connection.due);
    if (!good) last_failure_ = now;
  }
  connection.busy = connection.in_body = false;
  connection.in.clear();
  connection.event.clear();
  connection.events = 0;
  if (over_) return;
  if (rate_ == 0) return begin(connection, now);
  if (waiting_.empty()) {
    spare_.push_back(index);
    return;
  }
  begin(connection, waiting_.front());
  waiting_.pop_front();
}

void Load::start_due(std::int64_t now) {
  const auto every = static_cast<std::int64_t>(1e9 / rate_);
  for (; next_due_ <= now; next_due_ += every) {
    if (spare_.empty()) {
      waiting_.push_back(next_due_);
      continue;
    }
    begin(connections_[spare_.front()], next_due_);
    spare_.pop_front();
  }
}

int Load::run() {
  for (std::size_t index = 0; index < connections_.size(); ++index) open(index);
  const std::int64_t start = now_ns();
  next_due_ = start;
  Cpu before;
  // Streams begin spread over one pace, as those of strangers would.
  std::size_t begun = 0;
  if (rate_ > 0) {
    for (std::size_t index = 0; index < connections_.size(); ++index) spare_.push_back(index);
    begun = connections_.size();
  }
  std::vector<epoll_event> events(512);
  for (;;) {
    const std::int64_t now = now_ns();
    const std::size_t wanted =
        stream_ ? static_cast<std::size_t>(static_cast<double>(now - start) / 1e9 * 25000) + 1 : connections_.size();
    for (; begun < std::min(wanted, connections_.size()); ++begun) begin(connections_[begun], now);
    if (rate_ > 0 && !over_) start_due(now);
    if (!measuring() && !hold_ && now - start >= warm_up_) {
      before = cpu_of(pids_);
      began_ = now_ns();
    }
    if (measuring() && victim_ != 0 && signalled_ == 0 && now - began_ >= signal_after_ * 1'000'000) {
      kill(static_cast<pid_t>(victim_), SIGUSR1);
      signalled_ = now;
    }
    if (hold_ && held_ == connections_.size()) {
      std::puts("held");
      std::fflush(stdout);
      return std::getchar() == EOF ? 0 : 0;
    }
    if (hold_ && now - start > kHoldPatienceNs) {
      std::printf("only %llu\n", static_cast<unsigned long long>(held_));
      return 1;
    }
    if (measuring() && now - began_ >= length_) {
      const Cpu after = cpu_of(pids_);
      report(static_cast<double>(now_ns() - began_) / 1e9, before, after);
      return 0;
    }
    std::int64_t next = now + 10'000'000;
    if (rate_ > 0) next = std::min(next, next_due_);
    if (begun < connections_.size()) next = std::min(next, now + 1'000'000);
    const std::int64_t left = std::max<std::int64_t>(0, next - now_ns());
    const timespec wait{.tv_sec = 0, .tv_nsec = std::min<std::int64_t>(left, 999'999'999)};
    const int count = epoll_pwait2(epoll_, events.data(), static_cast<int>(events.size()), &wait, nullptr);
    for (int at = 0; at < count; ++at) ready(events[static_cast<std::size_t>(at)].data.u64);
  }
}

void Load::report(double seconds, const Cpu& before, const Cpu& after) {
  const double ticks = after.user_ticks + after.system_ticks - before.user_ticks - before.system_ticks;
  const double user = ticks == 0 ? 0 : (after.user_ticks - before.user_ticks) / ticks;
  const double after_signal =
      signalled_ == 0 || last_failure_ < signalled_ ? 0 : static_cast<double>(last_failure_ - signalled_) / 1e6;
  std::printf(
      "{\"seconds\": %.4f, \"requests\": %lu, \"failed\": %lu, \"chunks\": %lu, \"cpu_us\": %.1f, \"user_share\": "
      "%.4f, "
      "\"p50_us\": %.1f, \"p99_us\": %.1f, \"p999_us\": %.1f, \"delay_p50_us\": %.1f, \"delay_p99_us\": %.1f, "
      "\"delay_p999_us\": %.1f, \"last_failure_ms\": %.1f}\n",
      seconds, done_, failed_, chunks_, after.total_us - before.total_us, user, latency_.at(0.5), latency_.at(0.99),
      latency_.at(0.999), delay_.at(0.5), delay_.at(0.99), delay_.at(0.999), after_signal);
}

}  // namespace

int main(int count, char** words) {
  signal(SIGPIPE, SIG_IGN);
  Load load{Options(count, words)};
  return load.run();
}
