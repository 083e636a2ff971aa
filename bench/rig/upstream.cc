// A cheap upstream for the bench: answers chat completions, plain or as a stream with a fixed pace, with or without
// TLS.
//
//   upstream --port 9101 [--answer 750] [--chunks 50 --chunk 200 --pace-us 20000] [--cert FILE --key FILE]
//
// A request whose body says "stream":true gets the stream; each event carries the time it was sent at ("t"), so that
// the receiver can tell its delay. SIGUSR1: from now on every connection is reset, the open ones and new ones (a
// machine that dies). SIGTERM: prints what it has seen as JSON and ends.
#include <openssl/ssl.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>

#include <cerrno>
#include <cstring>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "message_end.h"
#include "sockets.h"

namespace {

using namespace rig;

constexpr std::string_view kStreamWish = "\"stream\":true";
constexpr std::size_t kTimeDigits = 19;

struct Connection {
  int socket = -1;
  std::uint64_t serial = 0;  ///< tells a timer of an earlier connection with the same descriptor
  SSL* tls = nullptr;
  std::string in;    ///< an unfinished head
  std::string seen;  ///< the first bytes of the body
  std::string out;   ///< what the kernel did not take
  Body body;
  bool in_body = false;
  long chunks_left = 0;
};

class Upstream {
 public:
  explicit Upstream(const Options& options);
  void run();

 private:
  struct Due {
    std::int64_t at;
    int socket;
    std::uint64_t serial;
  };

  void accept_all();
  void handle_signal();
  void ready(Connection& connection);
  void take(Connection& connection, std::string_view bytes);
  void answer(Connection& connection);
  void send_due();
  void send_chunk(Connection& connection, std::int64_t now);
  void send(Connection& connection, std::string_view bytes);
  void close(Connection& connection, bool reset);

  int epoll_ = epoll_create1(0);
  int listener_ = -1;
  int signals_ = -1;
  SSL_CTX* tls_ = nullptr;
  std::string plain_, stream_head_, event_;
  std::size_t time_at_ = 0;  ///< where the time stands in event_
  long chunks_;
  std::int64_t pace_;
  std::vector<std::unique_ptr<Connection>> connections_;
  std::deque<Due> due_;  ///< the pace is the same for all, so this is in order
  std::uint64_t accepted_ = 0, requests_ = 0, chunks_sent_ = 0;
  std::int64_t died_at_ = 0, last_after_death_ = 0;
  std::uint64_t after_death_ = 0;
  std::string scratch_ = std::string(256 * 1024, '\0');
};

std::string padded(std::string head, const std::string& tail, std::size_t size) {
  if (head.size() + tail.size() < size) head.append(size - head.size() - tail.size(), 'x');
  return head + tail;
}

Upstream::Upstream(const Options& options)
    : chunks_(options.number("chunks", 50)), pace_(options.number("pace-us", 20000) * 1000) {
  const std::string body = padded(
      R"({"id":"chatcmpl-1","object":"chat.completion","created":1700000000,"model":"bench","choices":[{"index":0,)"
      R"("message":{"role":"assistant","content":")",
      R"("},"finish_reason":"stop"}],"usage":{"prompt_tokens":50,"completion_tokens":100,"total_tokens":150}})",
      static_cast<std::size_t>(options.number("answer", 750)));
  plain_ = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
           "\r\n\r\n" + body;
  stream_head_ = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";
  const std::string front = R"(data: {"id":"chatcmpl-1","object":"chat.completion.chunk","t":")";
  std::string event =
      padded(front + std::string(kTimeDigits, '0') + R"(","choices":[{"index":0,"delta":{"content":")",
             "\"},\"finish_reason\":null}]}\n\n", static_cast<std::size_t>(options.number("chunk", 200)));
  char size[16];
  const int digits = std::snprintf(size, sizeof size, "%zx\r\n", event.size());
  event_ = size + event + "\r\n";
  time_at_ = static_cast<std::size_t>(digits) + front.size();

  if (!options.text("cert").empty()) {
    tls_ = SSL_CTX_new(TLS_server_method());
    if (SSL_CTX_use_certificate_chain_file(tls_, options.text("cert").c_str()) != 1 ||
        SSL_CTX_use_PrivateKey_file(tls_, options.text("key").c_str(), SSL_FILETYPE_PEM) != 1) {
      die("certificate");
    }
    SSL_CTX_set_mode(tls_,
                     SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
  }
  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  const int on = 1;
  setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  const sockaddr_in address = loopback(static_cast<int>(options.number("port", 9101)));
  if (bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) die("bind");
  listen(listener_, 4096);
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGUSR1);
  sigaddset(&set, SIGTERM);
  sigprocmask(SIG_BLOCK, &set, nullptr);
  signals_ = signalfd(-1, &set, SFD_NONBLOCK);
  for (const int source : {listener_, signals_}) {
    epoll_event event_wanted{.events = EPOLLIN, .data = {.fd = source}};
    epoll_ctl(epoll_, EPOLL_CTL_ADD, source, &event_wanted);
  }
}

void Upstream::run() {
  std::vector<epoll_event> events(512);
  for (;;) {
    timespec wait{};
    const timespec* timeout = nullptr;
    if (!due_.empty()) {
      const std::int64_t left = std::max<std::int64_t>(0, due_.front().at - now_ns());
      wait = {.tv_sec = left / 1'000'000'000, .tv_nsec = left % 1'000'000'000};
      timeout = &wait;
    }
    const int count = epoll_pwait2(epoll_, events.data(), static_cast<int>(events.size()), timeout, nullptr);
    for (int at = 0; at < count; ++at) {
      const int source = events[static_cast<std::size_t>(at)].data.fd;
      if (source == listener_) {
        accept_all();
      } else if (source == signals_) {
        handle_signal();
      } else if (connections_[static_cast<std::size_t>(source)]) {
        ready(*connections_[static_cast<std::size_t>(source)]);
      }
    }
    send_due();
  }
}

void Upstream::accept_all() {
  for (;;) {
    const int socket = accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK);
    if (socket < 0) return;
    ++accepted_;
    prepare(socket);
    if (connections_.size() <= static_cast<std::size_t>(socket))
      connections_.resize(static_cast<std::size_t>(socket) + 1);
    auto connection = std::make_unique<Connection>();
    connection->socket = socket;
    connection->serial = accepted_;
    if (died_at_ != 0) {
      ++after_death_;
      last_after_death_ = now_ns();
      close(*connection, true);
      continue;
    }
    if (tls_ != nullptr) {
      connection->tls = SSL_new(tls_);
      SSL_set_fd(connection->tls, socket);
      SSL_set_accept_state(connection->tls);
    }
    epoll_event wanted{.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, .data = {.fd = socket}};
    epoll_ctl(epoll_, EPOLL_CTL_ADD, socket, &wanted);
    connections_[static_cast<std::size_t>(socket)] = std::move(connection);
  }
}

void Upstream::handle_signal() {
  signalfd_siginfo info{};
  if (::read(signals_, &info, sizeof info) != static_cast<ssize_t>(sizeof info)) return;
  if (info.ssi_signo == SIGUSR1) {
    died_at_ = now_ns();
    for (auto& connection : connections_) {
      if (connection) close(*connection, true);
    }
    return;
  }
  const double last_ms = last_after_death_ == 0 ? 0 : static_cast<double>(last_after_death_ - died_at_) / 1e6;
  std::printf(
      "{\"connections\": %lu, \"requests\": %lu, \"chunks\": %lu, \"after_death\": %lu, \"last_after_death_ms\": "
      "%.1f}\n",
      accepted_, requests_, chunks_sent_, after_death_, last_ms);
  std::fflush(stdout);
  std::_Exit(0);
}

void Upstream::ready(Connection& connection) {
  if (!connection.out.empty()) {
    const std::string rest = std::exchange(connection.out, {});
    send(connection, rest);
  }
  for (;;) {
    ssize_t got = 0;
    if (connection.tls != nullptr) {
      got = SSL_read(connection.tls, scratch_.data(), static_cast<int>(scratch_.size()));
      if (got <= 0) {
        const int why = SSL_get_error(connection.tls, static_cast<int>(got));
        if (why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE) return;
        return close(connection, false);
      }
    } else {
      got = recv(connection.socket, scratch_.data(), scratch_.size(), 0);
      if (got < 0 && errno == EAGAIN) return;
      if (got <= 0) return close(connection, false);
    }
    take(connection, {scratch_.data(), static_cast<std::size_t>(got)});
    // A short read has emptied the socket; the end of the connection comes as an event of its own.
    if (connection.tls == nullptr && static_cast<std::size_t>(got) < scratch_.size()) return;
  }
}

void Upstream::take(Connection& connection, std::string_view bytes) {
  while (!bytes.empty()) {
    if (!connection.in_body) {
      const std::size_t before = connection.in.size();
      connection.in.append(bytes);
      const std::size_t end = connection.in.find("\r\n\r\n");
      if (end == std::string::npos) return;
      bytes.remove_prefix(end + 4 - before);
      connection.in.resize(end + 2);
      connection.body.begin(connection.in);
      connection.in.clear();
      connection.seen.clear();
      connection.in_body = true;
    }
    const std::size_t used = connection.body.feed(bytes, [&](std::string_view content) {
      if (connection.seen.size() < 512) connection.seen.append(content.substr(0, 512));
    });
    bytes.remove_prefix(used);
    if (!connection.body.done()) return;
    connection.in_body = false;
    answer(connection);
  }
}

void Upstream::answer(Connection& connection) {
  ++requests_;
  if (connection.seen.find(kStreamWish) == std::string::npos) return send(connection, plain_);
  connection.chunks_left = chunks_;
  send(connection, stream_head_);
  send_chunk(connection, now_ns());
}

void Upstream::send_due() {
  const std::int64_t now = now_ns();
  while (!due_.empty() && due_.front().at <= now) {
    const Due due = due_.front();
    due_.pop_front();
    Connection* connection = connections_[static_cast<std::size_t>(due.socket)].get();
    if (connection != nullptr && connection->serial == due.serial) send_chunk(*connection, now_ns());
  }
}

void Upstream::send_chunk(Connection& connection, std::int64_t now) {
  char digits[kTimeDigits + 1];
  std::snprintf(digits, sizeof digits, "%019lld", static_cast<long long>(now));
  std::memcpy(event_.data() + time_at_, digits, kTimeDigits);
  ++chunks_sent_;
  if (--connection.chunks_left > 0) {
    due_.push_back({now + pace_, connection.socket, connection.serial});
    return send(connection, event_);
  }
  send(connection, event_ + "e\r\ndata: [DONE]\n\n\r\n0\r\n\r\n");
}

void Upstream::send(Connection& connection, std::string_view bytes) {
  if (!connection.out.empty()) {
    connection.out.append(bytes);
    return;
  }
  while (!bytes.empty()) {
    ssize_t sent = 0;
    if (connection.tls != nullptr) {
      sent = SSL_write(connection.tls, bytes.data(), static_cast<int>(bytes.size()));
    } else {
      sent = ::send(connection.socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    }
    if (sent <= 0) break;  // full, or broken: then the next read says so
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  connection.out.append(bytes);
}

void Upstream::close(Connection& connection, bool reset) {
  if (reset) {
    const linger now{.l_onoff = 1, .l_linger = 0};
    setsockopt(connection.socket, SOL_SOCKET, SO_LINGER, &now, sizeof now);
  }
  if (connection.tls != nullptr) SSL_free(connection.tls);
  ::close(connection.socket);
  connections_[static_cast<std::size_t>(connection.socket)].reset();
}

}  // namespace

int main(int count, char** words) {
  signal(SIGPIPE, SIG_IGN);
  Upstream upstream{Options(count, words)};
  upstream.run();
}
