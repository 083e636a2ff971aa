#include "net/socket/stream.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <boost/asio/post.hpp>
#include <cerrno>
#include <cstring>
#include <utility>

#include "net/loop/loop.h"

namespace drover::net {

namespace {

/// Events of a socket whose peer sends no more, or whose connection is broken.
constexpr std::uint32_t kEnded = EPOLLRDHUP | EPOLLHUP | EPOLLERR;

/// Pieces of at most this size together are copied and sent as one: the kernel takes longer to read a list of pieces
/// than we to copy them.
constexpr std::size_t kGathered = 2048;

/// Copies the pieces one after the other; 0: they do not fit.
std::size_t gather(std::span<const iovec> pieces, std::array<char, kGathered>& into) {
  std::size_t size = 0;
  for (const iovec& piece : pieces) {
    if (piece.iov_len > into.size() - size) return 0;
    std::memcpy(into.data() + size, piece.iov_base, piece.iov_len);
    size += piece.iov_len;
  }
  return size;
}

void set(int descriptor, int level, int option) {
  const int on = 1;
  ::setsockopt(descriptor, level, option, &on, sizeof on);
}

}  // namespace

/// Reports bytes that had arrived before the wait for them began.
struct Stream::ReadAtOnce {
  std::shared_ptr<Stream*> stream;
  void operator()() const {
    if (*stream != nullptr) (*stream)->kernel_says(0);
  }
};

Stream::Stream(Loop& loop, TcpSocket socket, std::unique_ptr<TlsSession> session, StreamEvents& events)
    : loop_(loop),
      descriptor_(-1),
      session_(std::move(session)),
      events_(events),
      self_(std::make_shared<Stream*>(this)) {
  boost::system::error_code ignored;
  // The owner reads and writes by hand, so the descriptor itself must never block.
  socket.native_non_blocking(true, ignored);
  descriptor_ = socket.release(ignored);
  set(descriptor_, IPPROTO_TCP, TCP_NODELAY);
  set(descriptor_, SOL_SOCKET, SO_KEEPALIVE);
  if (session_) session_->attach(descriptor_, kernel_readable_, ended_);
  // A socket that the kernel does not watch cannot be served: it behaves like a closed connection.
  if (!loop_.poller().add(descriptor_, *this)) close();
}

Stream::~Stream() {
  close();
}

Moved Stream::read(std::span<char> into) {
  if (!is_open()) return Moved::failed(EBADF);
  Moved moved = session_ ? session_->read(into) : read_plain(into);
  blocked_ = moved.state == Io::Blocked;
  return moved;
}

Moved Stream::read_plain(std::span<char> into) {
  if (!kernel_readable_) return Moved::blocked();
  ssize_t got = 0;
  do {
    got = ::recv(descriptor_, into.data(), into.size(), 0);
  } while (got < 0 && errno == EINTR);
  if (got > 0) {
    // A short read means that the socket is empty now: the next wait reports bytes that come later.
    kernel_readable_ = ended_ || static_cast<std::size_t>(got) == into.size();
    return Moved::done(static_cast<std::size_t>(got));
  }
  if (got == 0) return Moved::end();
  if (errno == EAGAIN || errno == EWOULDBLOCK) {
    kernel_readable_ = false;
    return Moved::blocked();
  }
  return Moved::failed(errno);
}

Moved Stream::write(std::span<const iovec> pieces) {
  if (!is_open()) return Moved::failed(EBADF);
  return session_ ? session_->write(pieces) : write_plain(pieces);
}

Moved Stream::write_plain(std::span<const iovec> pieces) {
  std::array<char, kGathered> together;
  const std::size_t size = gather(pieces, together);
  msghdr message{};
  message.msg_iov = const_cast<iovec*>(pieces.data());
  message.msg_iovlen = pieces.size();
  ssize_t sent = 0;
  do {
    sent = size > 0 ? ::send(descriptor_, together.data(), size, MSG_NOSIGNAL)
                    : ::sendmsg(descriptor_, &message, MSG_NOSIGNAL);
  } while (sent < 0 && errno == EINTR);
  if (sent >= 0) return Moved::done(static_cast<std::size_t>(sent));
  if (errno == EAGAIN || errno == EWOULDBLOCK) return Moved::blocked();
  return Moved::failed(errno);
}

Moved Stream::handshake() {
  if (!is_open()) return Moved::failed(EBADF);
  if (!session_) return Moved::done(0);
  Moved moved = session_->handshake();
  blocked_ = moved.state == Io::Blocked;  // half a record in memory is no reason for a new try
  return moved;
}

bool Stream::wants_write() const {
  return session_ && session_->wants_write();
}

bool Stream::may_read() const {
  return !blocked_ && (kernel_readable_ || (session_ && session_->has_decrypted()));
}

void Stream::wait_readable() {
  if (read_armed_ || !is_open()) return;
  read_armed_ = true;
  if (kernel_readable_) asio::post(loop_.executor(), ReadAtOnce{self_});
}

void Stream::wait_writable() {
  // The kernel has just refused bytes, so it reports when it takes some again.
  write_armed_ = is_open();
}

void Stream::kernel_says(std::uint32_t events) {
  if ((events & kEnded) != 0) ended_ = true;
  if ((events & (EPOLLIN | kEnded)) != 0) kernel_readable_ = true;
  if (write_armed_ && (events & (EPOLLOUT | EPOLLHUP | EPOLLERR)) != 0) {
    const std::shared_ptr<Stream*> self = self_;
    write_armed_ = false;
    events_.on_writable();
    if (*self == nullptr) return;
  }
  if (!kernel_readable_) return;
  blocked_ = false;
  if (!read_armed_) return;
  read_armed_ = false;
  events_.on_readable();
}

bool Stream::peer_hung_up() const {
  pollfd poll{descriptor_, POLLRDHUP, 0};
  return !is_open() || (::poll(&poll, 1, 0) > 0 && (poll.revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0);
}

void Stream::shutdown_write() {
  if (!is_open()) return;
  if (session_) session_->send_close_notify();
  ::shutdown(descriptor_, SHUT_WR);
}

void Stream::close() {
  *self_ = nullptr;
  if (is_open()) {
    loop_.poller().remove(descriptor_, *this);
    ::close(std::exchange(descriptor_, -1));
  }
  read_armed_ = false;
  write_armed_ = false;
  kernel_readable_ = false;
}

void Stream::reset() {
  const linger now{.l_onoff = 1, .l_linger = 0};
  if (is_open()) ::setsockopt(descriptor_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
  close();
}

}  // namespace drover::net
