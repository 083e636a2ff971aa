#include "net/stream.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <cerrno>
#include <utility>

namespace drover::net {

struct Stream::ReadReady {
  std::shared_ptr<Stream*> stream;
  void operator()(const boost::system::error_code& error) const {
    if (error != asio::error::operation_aborted && *stream != nullptr) (*stream)->read_ready();
  }
};

struct Stream::WriteReady {
  std::shared_ptr<Stream*> stream;
  void operator()(const boost::system::error_code& error) const {
    if (error != asio::error::operation_aborted && *stream != nullptr) (*stream)->write_ready();
  }
};

Stream::Stream(TcpSocket socket, std::unique_ptr<TlsSession> session, StreamEvents& events)
    : socket_(std::move(socket)),
      descriptor_(socket_.native_handle()),
      session_(std::move(session)),
      events_(events),
      self_(std::make_shared<Stream*>(this)) {
  boost::system::error_code ignored;
  // The owner reads and writes by hand, so the descriptor itself must never block.
  socket_.non_blocking(true, ignored);
  socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
  socket_.set_option(asio::socket_base::keep_alive(true), ignored);
  if (session_) session_->attach(descriptor_, kernel_readable_);
}

Stream::~Stream() {
  close();
}

Moved Stream::read(std::span<char> into) {
  if (!socket_.is_open()) return Moved::failed(EBADF);
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
    // Less than asked for means that the socket is empty now: the next wait finds whatever came meanwhile.
    kernel_readable_ = static_cast<std::size_t>(got) == into.size();
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
  if (!socket_.is_open()) return Moved::failed(EBADF);
  return session_ ? session_->write(pieces) : write_plain(pieces);
}

Moved Stream::write_plain(std::span<const iovec> pieces) {
  msghdr message{};
  message.msg_iov = const_cast<iovec*>(pieces.data());
  message.msg_iovlen = pieces.size();
  ssize_t sent = 0;
  do {
    sent = ::sendmsg(descriptor_, &message, MSG_NOSIGNAL);
  } while (sent < 0 && errno == EINTR);
  if (sent >= 0) return Moved::done(static_cast<std::size_t>(sent));
  if (errno == EAGAIN || errno == EWOULDBLOCK) return Moved::blocked();
  return Moved::failed(errno);
}

Moved Stream::handshake() {
  if (!socket_.is_open()) return Moved::failed(EBADF);
  if (!session_) return Moved::done(0);
  Moved moved = session_->handshake();
  blocked_ = moved.state == Io::Blocked;  // half a record in hand is no reason to try again
  return moved;
}

bool Stream::wants_write() const {
  return session_ && session_->wants_write();
}

bool Stream::may_read() const {
  return !blocked_ && (kernel_readable_ || (session_ && session_->has_decrypted()));
}

void Stream::wait_readable() {
  if (read_armed_ || !socket_.is_open()) return;
  read_armed_ = true;
  socket_.async_wait(asio::socket_base::wait_read, ReadReady{self_});
}

void Stream::wait_writable() {
  if (write_armed_ || !socket_.is_open()) return;
  write_armed_ = true;
  socket_.async_wait(asio::socket_base::wait_write, WriteReady{self_});
}

void Stream::read_ready() {
  read_armed_ = false;
  kernel_readable_ = true;
  blocked_ = false;
  events_.on_readable();
}

void Stream::write_ready() {
  write_armed_ = false;
  events_.on_writable();
}

bool Stream::peer_hung_up() const {
  pollfd poll{descriptor_, POLLRDHUP, 0};
  return !socket_.is_open() || (::poll(&poll, 1, 0) > 0 && (poll.revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0);
}

bool Stream::kernel_has_something() const {
  if (!socket_.is_open()) return true;
  char byte = 0;
  ssize_t got = ::recv(descriptor_, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return got >= 0 || (errno != EAGAIN && errno != EWOULDBLOCK);
}

void Stream::shutdown_write() {
  if (!socket_.is_open()) return;
  if (session_) session_->send_close_notify();
  ::shutdown(descriptor_, SHUT_WR);
}

void Stream::close() {
  *self_ = nullptr;
  boost::system::error_code ignored;
  socket_.close(ignored);
  read_armed_ = false;
  write_armed_ = false;
  kernel_readable_ = false;
}

void Stream::reset() {
  boost::system::error_code ignored;
  socket_.set_option(asio::socket_base::linger(true, 0), ignored);
  close();
}

}  // namespace drover::net
