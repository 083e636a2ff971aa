#include "net/socket/listeners.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <cerrno>
#include <new>
#include <optional>
#include <utility>

#include "net/loop/loop.h"
#include "net/loop/ticker.h"
#include "net/trouble.h"

namespace drover::net {

namespace {

using Endpoint = asio::ip::tcp::endpoint;
using Acceptor = asio::basic_socket_acceptor<asio::ip::tcp, Executor>;

/// Connections that the kernel completes before we accept them; net.core.somaxconn caps it.
constexpr int kBacklog = 4096;
/// How long accepting pauses when descriptors or memory have run out.
constexpr Duration kPause = std::chrono::milliseconds(100);

/// Owns a descriptor.
class Descriptor {
 public:
  explicit Descriptor(int descriptor = -1) : descriptor_(descriptor) {}
  Descriptor(Descriptor&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
  }
  ~Descriptor() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  [[nodiscard]] int get() const { return descriptor_; }
  [[nodiscard]] int release() { return std::exchange(descriptor_, -1); }

 private:
  int descriptor_;
};

std::string text_of(const Address& address) {
  bool v6 = address.host.find(':') != std::string::npos;
  return (v6 ? "[" + address.host + "]" : address.host) + ":" + std::to_string(address.port);
}

Result<Endpoint> endpoint_of(const Address& address) {
  boost::system::error_code error;
  std::string host = address.host == "localhost" ? "127.0.0.1" : address.host;
  if (host == "*") host = "0.0.0.0";
  asio::ip::address parsed = asio::ip::make_address(host, error);
  if (error) {
    return fail(trouble(ErrorKind::BadConfig, "listen_address",
                        "cannot listen on '" + address.host + "': give an IP address, such as 127.0.0.1 or 0.0.0.0"));
  }
  return Endpoint(parsed, address.port);
}

Error bind_trouble(const Address& address, int error_number) {
  std::string where = text_of(address);
  switch (error_number) {
    case EADDRINUSE:
      return trouble(ErrorKind::LocalResource, "address_in_use",
                     where + " is already in use; is another drover running?");
    case EACCES:
      return trouble(ErrorKind::BadConfig, "listen_address", where + " needs more rights; use a port above 1023");
    case EADDRNOTAVAIL:
      return trouble(ErrorKind::BadConfig, "listen_address", where + " is not an address of this machine");
    default: return system_trouble(ErrorKind::BadConfig, error_number, "listening on " + where);
  }
}

enum class Sharing : std::uint8_t { Alone, Port };

/// A bound socket, or errno.
std::expected<Descriptor, int> bound_socket(const Endpoint& endpoint, Sharing sharing) {
  Descriptor made(::socket(endpoint.data()->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (made.get() < 0) return std::unexpected(errno);
  int on = 1;
  ::setsockopt(made.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (sharing == Sharing::Port && ::setsockopt(made.get(), SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) != 0) {
    return std::unexpected(errno);
  }
  if (::bind(made.get(), endpoint.data(), static_cast<socklen_t>(endpoint.size())) != 0) return std::unexpected(errno);
  return made;
}

/// Binds without SO_REUSEPORT, which fails when another process listens there, and closes again. Returns the port.
Result<std::uint16_t> probe(const Address& address, Endpoint endpoint) {
  std::expected<Descriptor, int> made = bound_socket(endpoint, Sharing::Alone);
  // SO_REUSEADDR lets two sockets bind while neither listens, so only listening shows the conflict.
  if (made && ::listen(made->get(), 1) != 0) made = std::unexpected(errno);
  if (!made) return fail(bind_trouble(address, made.error()));
  socklen_t size = static_cast<socklen_t>(endpoint.capacity());
  if (::getsockname(made->get(), endpoint.data(), &size) != 0) return fail(bind_trouble(address, errno));
  return endpoint.port();
}

}  // namespace

/// One thread's listening socket for one address.
class Listening : public std::enable_shared_from_this<Listening> {
 public:
  Listening(Loop& loop, Descriptor socket, const Endpoint& endpoint, Listeners::Accepted accepted, std::size_t index)
      : acceptor_(loop.context()),
        accepted_(std::move(accepted)),
        index_(index),
        loop_(loop),
        resume_(
            loop.ticker(), [](void* self) { static_cast<Listening*>(self)->accept(); }, this),
        reserve_(::open("/dev/null", O_RDONLY | O_CLOEXEC)) {
    boost::system::error_code ignored;
    acceptor_.assign(endpoint.protocol(), socket.release(), ignored);
  }

  void accept() {
    try {
      acceptor_.async_accept(loop_.context(), Arrived{shared_from_this()});
    } catch (const std::bad_alloc&) {
      pause();
    }
  }

  void stop() {
    boost::system::error_code ignored;
    resume_.disarm();
    acceptor_.close(ignored);
  }

 private:
  struct Arrived {
    std::shared_ptr<Listening> listening;
    void operator()(const boost::system::error_code& error, TcpSocket socket) const {
      if (listening->acceptor_.is_open()) listening->arrived(error, std::move(socket));
    }
  };

  void arrived(const boost::system::error_code& error, TcpSocket socket) {
    if (!error) {
      hand_over(std::move(socket));
      if (acceptor_.is_open()) accept();
      return;
    }
    bool short_of_descriptors = error.value() == EMFILE || error.value() == ENFILE;
    if (short_of_descriptors) refuse_one();
    if (short_of_descriptors || error.value() == ENOBUFS || error.value() == ENOMEM) {
      return pause();
    }
    accept();  // the peer gave up while it waited (ECONNABORTED and the like)
  }

  /// A connection for which there is no memory is closed; those that are served go on.
  void hand_over(TcpSocket socket) {
    try {
      accepted_(std::move(socket), index_);
    } catch (const std::bad_alloc&) {
      return;
    }
  }

  void pause() { resume_.arm(after(loop_.now(), kPause)); }

  /// Spends the reserve descriptor on the oldest waiting peer, so that it is told instead of left waiting.
  void refuse_one() {
    reserve_ = Descriptor();
    {
      Descriptor refused(::accept4(acceptor_.native_handle(), nullptr, nullptr, SOCK_CLOEXEC));
    }
    reserve_ = Descriptor(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  }

  Acceptor acceptor_;
  Listeners::Accepted accepted_;
  std::size_t index_;
  Loop& loop_;
  Deadline resume_;
  Descriptor reserve_;
};

struct Listeners::State {
  struct Place {
    Endpoint endpoint;
    std::vector<Descriptor> sockets;  // by thread, until accept_on takes them
  };
  std::vector<Place> places;
  std::vector<std::vector<std::shared_ptr<Listening>>> running;  // by thread
};

Listeners::Listeners() : state_(std::make_unique<State>()) {}
Listeners::~Listeners() = default;
Listeners::Listeners(Listeners&&) noexcept = default;
Listeners& Listeners::operator=(Listeners&&) noexcept = default;

Result<Listeners> Listeners::bind(const std::vector<Address>& addresses, unsigned threads) {
  Listeners listeners;
  listeners.state_->running.resize(threads);
  for (const Address& address : addresses) {
    Result<Endpoint> endpoint = endpoint_of(address);
    if (!endpoint) return fail(std::move(endpoint.error()));
    Result<std::uint16_t> port = probe(address, *endpoint);
    if (!port) return fail(std::move(port.error()));
    endpoint->port(*port);
    State::Place place{*endpoint, {}};
    for (unsigned thread = 0; thread < threads; ++thread) {
      std::expected<Descriptor, int> made = bound_socket(*endpoint, Sharing::Port);
      if (made && ::listen(made->get(), kBacklog) != 0) made = std::unexpected(errno);
      if (!made) return fail(bind_trouble(address, made.error()));
      place.sockets.push_back(std::move(*made));
    }
    listeners.state_->places.push_back(std::move(place));
  }
  return listeners;
}

std::vector<std::uint16_t> Listeners::ports() const {
  std::vector<std::uint16_t> ports;
  for (const State::Place& place : state_->places) ports.push_back(place.endpoint.port());
  return ports;
}

void Listeners::accept_on(Loop& loop, unsigned thread, Accepted accepted) {
  for (std::size_t index = 0; index < state_->places.size(); ++index) {
    State::Place& place = state_->places[index];
    auto listening =
        std::make_shared<Listening>(loop, std::move(place.sockets[thread]), place.endpoint, accepted, index);
    state_->running[thread].push_back(listening);
    listening->accept();
  }
}

void Listeners::stop(unsigned thread) {
  for (const std::shared_ptr<Listening>& listening : state_->running[thread]) listening->stop();
  state_->running[thread].clear();
  for (State::Place& place : state_->places) place.sockets[thread] = Descriptor();
}

}  // namespace drover::net
