#include "support/socket.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <utility>

namespace drover::test {
namespace {

sockaddr_in address_of(const std::string& host, std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  if (inet_pton(AF_INET, host.c_str(), &address.sin_addr) != 1)
    throw std::runtime_error("not an IPv4 address: " + host);
  return address;
}

void make_immediate(int descriptor) {
  const int on = 1;
  setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

}  // namespace

Socket::Socket(Socket&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

Socket& Socket::operator=(Socket&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

Socket Socket::connect(const std::string& host, std::uint16_t port, std::chrono::milliseconds patience,
                       const std::string& from) {
  Socket made(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!from.empty()) {
    const sockaddr_in source = address_of(from, 0);
    if (bind(made.descriptor_, reinterpret_cast<const sockaddr*>(&source), sizeof source) != 0) return {};
  }
  const sockaddr_in address = address_of(host, port);
  const int begun = ::connect(made.descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  if (begun != 0 && errno != EINPROGRESS) return {};
  if (!made.wait(POLLOUT, patience)) return {};
  int error = 0;
  socklen_t size = sizeof error;
  getsockopt(made.descriptor_, SOL_SOCKET, SO_ERROR, &error, &size);
  if (error != 0) return {};
  make_immediate(made.descriptor_);
  return made;
}

bool Socket::wait(short events, std::chrono::milliseconds patience) const {
  pollfd watched{.fd = descriptor_, .events = events, .revents = 0};
  const auto limit = Clock::now() + patience;
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(limit - Clock::now()).count();
    const int ready = poll(&watched, 1, left > 0 ? static_cast<int>(left) : 0);
    if (ready > 0) return true;
    if (ready == 0 || errno != EINTR) return false;
  }
}

Socket::Got Socket::read_some(std::string& out, std::chrono::milliseconds patience) const {
  std::array<char, 64 * 1024> buffer{};
  for (;;) {
    const ssize_t size = recv(descriptor_, buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (size > 0) {
      out.append(buffer.data(), static_cast<std::size_t>(size));
      return Got::Bytes;
    }
    if (size == 0) return Got::End;
    if (errno == EINTR) continue;
    if (errno != EAGAIN && errno != EWOULDBLOCK) return Got::Reset;
    if (!wait(POLLIN, patience)) return Got::Timeout;
  }
}

bool Socket::send(std::string_view bytes, std::chrono::milliseconds patience) const {
  while (!bytes.empty()) {
    const ssize_t size = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (size > 0) {
      bytes.remove_prefix(static_cast<std::size_t>(size));
      continue;
    }
    if (size < 0 && errno == EINTR) continue;
    if (size < 0 && errno != EAGAIN && errno != EWOULDBLOCK) return false;
    if (!wait(POLLOUT, patience)) return false;
  }
  return true;
}

void Socket::close_sending() const {
  shutdown(descriptor_, SHUT_WR);
}

void Socket::close() {
  if (descriptor_ >= 0) ::close(descriptor_);
  descriptor_ = -1;
}

void Socket::reset() {
  const linger abrupt{.l_onoff = 1, .l_linger = 0};
  setsockopt(descriptor_, SOL_SOCKET, SO_LINGER, &abrupt, sizeof abrupt);
  close();
}

Listener::Listener() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)) {
  sockaddr_in address = address_of("127.0.0.1", 0);
  socklen_t size = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  const bool listening = bind(socket_.descriptor(), generic, size) == 0 && listen(socket_.descriptor(), 1024) == 0 &&
                         getsockname(socket_.descriptor(), generic, &size) == 0;
  if (!listening) throw std::runtime_error(std::string("cannot listen: ") + std::strerror(errno));
  port_ = ntohs(address.sin_port);
}

Socket Listener::accept(std::chrono::milliseconds patience) const {
  pollfd watched{.fd = socket_.descriptor(), .events = POLLIN, .revents = 0};
  if (!socket_.open() || poll(&watched, 1, static_cast<int>(patience.count())) <= 0) return {};
  Socket accepted(accept4(socket_.descriptor(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (accepted.open()) make_immediate(accepted.descriptor());
  return accepted;
}

}  // namespace drover::test
