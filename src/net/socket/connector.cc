#include "net/socket/connector.h"

#include <optional>
#include <utility>
#include <vector>

#include "net/dns/inquiry.h"
#include "net/dns/resolver.h"
#include "net/http1/http1_client.h"
#include "net/loop/loop.h"
#include "net/loop/ticker.h"
#include "net/loop/waiter.h"
#include "net/socket/address_policy.h"
#include "net/trouble.h"

namespace drover::net {

namespace {

std::string text_of(const Origin& origin) {
  bool v6 = origin.host.find(':') != std::string::npos;
  return (v6 ? "[" + origin.host + "]" : origin.host) + ":" + std::to_string(origin.port);
}

}  // namespace

/// The race of connects. It runs in callbacks, and the coroutine waits for its end.
struct Connecting::State : std::enable_shared_from_this<Connecting::State> {
  struct Connected {
    std::shared_ptr<State> state;
    std::size_t index;
    void operator()(const boost::system::error_code& error) const { state->connected(index, error); }
  };

  State(Loop& owner, Resolver& names)
      : loop(owner),
        resolver(names),
        inquiry(owner),
        waiter(owner),
        overall(
            owner.ticker(), [](void* self) { static_cast<State*>(self)->interrupt(ErrorKind::ConnectTimeout); }, this),
        stagger(owner.ticker(), [](void* self) { static_cast<State*>(self)->stagger_over(); }, this) {}

  void interrupt(ErrorKind why) {
    if (interrupted) return;
    interrupted = why;
    inquiry.cancel();
    waiter.resume_later();
    if (client) client->close();
  }

  void stagger_over() {
    if (!decided) start_next();
  }

  void begin(const std::vector<asio::ip::address>& found, std::uint16_t port) {
    for (const asio::ip::address& address : found) endpoints.emplace_back(address, port);
    sockets.reserve(endpoints.size());  // handlers refer to them by index; addresses must stay
    start_next();
  }

  void start_next() {
    while (next < endpoints.size()) {
      const asio::ip::tcp::endpoint& endpoint = endpoints[next++];
      TcpSocket& socket = sockets.emplace_back(loop.executor());
      begun.push_back(loop.now());
      answered.push_back(false);
      boost::system::error_code error;
      socket.open(endpoint.protocol(), error);
      if (error) {
        answered.back() = true;
        last_error = error.value();
        // Every further address would meet the same shortage.
        if (error.value() == EMFILE || error.value() == ENFILE || error.value() == ENOBUFS) next = endpoints.size();
        continue;
      }
      ++pending;
      socket.async_connect(endpoint, Connected{shared_from_this(), sockets.size() - 1});
      if (next < endpoints.size()) stagger.arm(after(loop.now(), kStagger));
      return;
    }
    if (pending == 0) decide();
  }

  void connected(std::size_t index, const boost::system::error_code& error) {
    --pending;
    if (decided) return;
    if (error) {
      answered[index] = true;
      resolver.broke(host, endpoints[index].address());
      last_error = error.value();
      stagger.disarm();
      return start_next();
    }
    winner = index;
    decide();
  }

  void decide() {
    decided = true;
    stagger.disarm();
    note_silent();
    boost::system::error_code ignored;
    for (std::size_t at = 0; at < sockets.size(); ++at) {
      if (winner != at) sockets[at].close(ignored);
    }
    waiter.resume_later();
  }

  /// The winner's descriptor in a new socket: the socket that connected stays registered for writability, and would
  /// wake every wait for input first.
  TcpSocket take_winner() {
    boost::system::error_code ignored;
    TcpSocket& connected = sockets[*winner];
    return TcpSocket(loop.executor(), endpoints[*winner].protocol(), connected.release(ignored));
  }

  /// Notes the addresses that had their time without an answer.
  void note_silent() {
    for (std::size_t at = 0; at < begun.size(); ++at) {
      if (answered[at] || winner == at || loop.now() - begun[at] < kStagger) continue;
      resolver.broke(host, endpoints[at].address());
    }
  }

  void abandon() {
    if (!decided) note_silent();
    decided = true;
    overall.disarm();
    stagger.disarm();
    boost::system::error_code ignored;
    for (TcpSocket& socket : sockets) socket.close(ignored);
  }

  Loop& loop;
  Resolver& resolver;
  Inquiry inquiry;
  Waiter waiter;
  Deadline overall;
  Deadline stagger;
  std::string host;
  std::vector<asio::ip::tcp::endpoint> endpoints;
  std::vector<TcpSocket> sockets;  ///< one for each endpoint that was tried
  std::vector<Instant> begun;      ///< one for each socket
  std::vector<bool> answered;      ///< refused, or could not even be opened
  std::optional<std::size_t> winner;
  std::optional<ErrorKind> interrupted;
  std::unique_ptr<Http1Client> client;
  std::size_t next = 0;
  std::size_t pending = 0;
  int last_error = 0;
  bool decided = false;
};

namespace {

Error interruption(ErrorKind why, const Origin& origin) {
  if (why == ErrorKind::Cancelled) return trouble(ErrorKind::Cancelled);
  return trouble(why, {}, "no connection to " + text_of(origin) + " in time");
}

}  // namespace

Connecting::Connecting(Loop& loop, Resolver& resolver) : state_(std::make_shared<State>(loop, resolver)) {}

Connecting::~Connecting() {
  state_->abandon();
}

void Connecting::cancel() {
  state_->interrupt(ErrorKind::Cancelled);
}

Awaitable<Result<std::unique_ptr<ClientConnection>>> Connecting::run(const Origin& origin, Instant deadline) {
  std::shared_ptr<State> state = state_;
  if (state->interrupted) co_return fail(interruption(*state->interrupted, origin));
  state->overall.arm(deadline);
  Result<std::vector<asio::ip::address>> addresses = co_await state->resolver.resolve(origin.host, state->inquiry);
  if (state->interrupted) co_return fail(interruption(*state->interrupted, origin));
  if (!addresses) co_return fail(std::move(addresses.error()));
  const std::vector<asio::ip::address> allowed = admitted(origin.host, *addresses);
  if (allowed.empty()) {
    co_return fail(
        trouble(ErrorKind::Resolve, "address_refused",
                origin.host + " leads to an address that no provider can have (link-local, multicast, this machine)"));
  }

  state->host = origin.host;
  state->begin(allowed, origin.port);
  if (!state->decided) {
    Result<void> waited = co_await state->waiter.wait();
    static_cast<void>(waited);  // the state says what ended the wait
  }
  if (state->interrupted) {
    state->abandon();
    co_return fail(interruption(*state->interrupted, origin));
  }
  if (!state->winner) {
    state->overall.disarm();
    co_return fail(system_trouble(ErrorKind::Connect, state->last_error, "connecting to " + text_of(origin)));
  }
  state->resolver.worked(origin.host, state->endpoints[*state->winner].address());

  std::unique_ptr<TlsSession> session;
  if (origin.tls) {
    Result<std::unique_ptr<TlsSession>> made = TlsSession::client(*origin.tls, origin.host);
    if (!made) co_return fail(std::move(made.error()));
    session = std::move(*made);
  }
  state->client = std::make_unique<Http1Client>(state->loop, state->take_winner(), std::move(session));
  while (origin.tls) {
    Moved step = state->client->stream().handshake();
    if (step.state == Io::Done) break;
    if (step.state != Io::Blocked) {
      TlsSession& failed = *state->client->stream().tls();
      std::string why = "TLS with " + text_of(origin) + ": " + failed.failure_reason();
      co_return fail(trouble(ErrorKind::Tls, failed.failure_code(), std::move(why)));
    }
    Result<void> waited = co_await state->client->until_handshake_can_go_on();
    if (!waited) break;
  }
  state->overall.disarm();
  if (state->interrupted) co_return fail(interruption(*state->interrupted, origin));
  co_return std::unique_ptr<ClientConnection>(std::move(state->client));
}

}  // namespace drover::net
