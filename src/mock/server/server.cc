#include "mock/server/server.h"

#include <algorithm>
#include <future>
#include <utility>

#include "mock/server/server_state.h"

namespace drover::mock {
namespace {

// How long a change from another thread waits for the loop to open or close ports; and how long when the loop may not
// run yet.
constexpr Duration kPortChange = std::chrono::seconds(5);
constexpr Duration kLoopStart = std::chrono::milliseconds(200);
// Time to the next try for a port that could not be opened again.
constexpr Duration kReopenDelay = std::chrono::milliseconds(50);

}  // namespace

MockServer::State::State(net::Loop& loop, Settings settings)
    : loop_(loop),
      listen_(settings.listen),
      provider_(std::make_shared<SharedProvider>(std::move(settings), Now{loop.now_exact(), loop.unix_seconds()})),
      window_(loop.ticker(), [](void* self) { static_cast<State*>(self)->apply_ports(); }, this) {}

Result<void> MockServer::State::start() {
  doors_ = std::vector<Door>(listen_.size());
  ports_.assign(listen_.size(), 0);
  for (std::size_t index = 0; index < listen_.size(); ++index) {
    ports_[index] = listen_[index].port;
    if (const Result<void> opened = open(index); !opened) return fail(opened.error());
  }
  running_ = true;
  apply_ports();
  if (!loop_.post([self = shared_from_this()] { self->loop_thread_ = std::this_thread::get_id(); }))
    return fail(
        {.kind = ErrorKind::LocalResource, .code = "no_descriptors", .message = "the mock's loop takes no mail"});
  return {};
}

void MockServer::State::stop() {
  running_ = false;
  window_.disarm();
  for (std::size_t index = 0; index < doors_.size(); ++index) {
    shut(index);
    doors_[index].place.reset();
  }
  const std::map<std::uint64_t, std::shared_ptr<Connection>> open = std::exchange(connections_, {});
  for (const auto& [number, connection] : open) connection->close();
}

std::vector<bool> MockServer::State::refusing(const Provider& provider, Instant now) const {
  std::vector<bool> closed;
  for (std::size_t index = 0; index < listen_.size(); ++index) closed.push_back(provider.refuses(index, now));
  return closed;
}

void MockServer::State::apply_ports() {
  if (!running_) return;
  const Instant now = loop_.now_exact();
  const auto [closed, next] = provider_->with(
      [&](Provider& provider) { return std::pair(refusing(provider, now), provider.next_port_change(now)); });
  bool failed = false;
  for (std::size_t index = 0; index < doors_.size(); ++index) {
    if (closed[index])
      shut(index);
    else if (!doors_[index].listeners)
      failed = !open(index).has_value() || failed;
  }
  window_.arm(failed ? std::min(next, after(now, kReopenDelay)) : next);
}

void MockServer::State::apply_ports_soon(Wait wait) {
  const auto done = std::make_shared<std::promise<void>>();
  const std::future<void> applied = done->get_future();
  const bool posted = loop_.post([self = shared_from_this(), done] {
    self->apply_ports();
    done->set_value();
  });
  const std::thread::id loop_thread = loop_thread_.load();
  // On the loop's own thread the posted task runs only after this one, so waiting for it would never end.
  if (!posted || wait == Wait::No || loop_thread == std::this_thread::get_id()) return;
  [[maybe_unused]] const std::future_status status =
      applied.wait_for(loop_thread == std::thread::id{} ? kLoopStart : kPortChange);
}

Result<void> MockServer::State::open(std::size_t index) {
  Door& door = doors_[index];
  door.place.reset();
  Result<net::Listeners> bound = net::Listeners::bind({net::Address{listen_[index].host, ports_[index]}}, 1);
  if (!bound) return fail(bound.error());
  door.listeners.emplace(*std::move(bound));
  ports_[index] = door.listeners->ports().front();
  door.listeners->accept_on(loop_, 0, [self = weak_from_this(), index](net::TcpSocket socket, std::size_t) {
    if (const std::shared_ptr<State> state = self.lock()) state->accepted(std::move(socket), index);
  });
  return {};
}

void MockServer::State::shut(std::size_t index) {
  Door& door = doors_[index];
  if (!door.listeners) return;
  door.listeners->stop(0);
  door.listeners.reset();
  boost::system::error_code error;
  const auto address =
      net::asio::ip::make_address(listen_[index].host == "localhost" ? "127.0.0.1" : listen_[index].host, error);
  if (error) return;
  const net::asio::ip::tcp::endpoint endpoint(address, ports_[index]);
  door.place.emplace(loop_.context());
  door.place->open(endpoint.protocol(), error);
  door.place->set_option(net::asio::socket_base::reuse_address(true), error);
  door.place->bind(endpoint, error);
}

void MockServer::State::accepted(net::TcpSocket socket, std::size_t index) {
  if (!running_) return;
  const std::uint64_t number = next_connection_++;
  const Instant now = loop_.now_exact();
  const std::optional<FaultKind> struck =
      provider_->with([&](Provider& provider) { return provider.accepted(index, now); });
  Connection::Events events;
  events.controlled = [self = weak_from_this()] {
    if (const std::shared_ptr<State> state = self.lock()) state->apply_ports();
  };
  events.ended = [self = weak_from_this()](std::uint64_t ended) {
    if (const std::shared_ptr<State> state = self.lock()) state->connections_.erase(ended);
  };
  auto connection = std::make_shared<Connection>(loop_, provider_, std::move(socket), Connection::Place{index, number},
                                                 std::move(events));
  connections_.emplace(number, connection);
  connection->start(struck);
}

MockServer::MockServer(net::Loop& loop, Settings settings)
    : state_(std::make_shared<State>(loop, std::move(settings))) {}
MockServer::~MockServer() {
  state_->stop();
}

Result<void> MockServer::start() {
  return state_->start();
}
void MockServer::stop() {
  state_->stop();
}

std::uint16_t MockServer::port(std::size_t index) const {
  return state_->port(index);
}

std::string MockServer::base_url(std::size_t index) const {
  const std::string& host = state_->host(index);
  const std::string shown = host.contains(':') ? "[" + host + "]" : host;
  return "http://" + shown + ":" + std::to_string(port(index)) + "/v1";
}

void MockServer::add_fault(const Fault& fault) {
  state_->change([&](Provider& provider, Instant now) { provider.add_faults({fault}, now); });
}

void MockServer::set_faults(const std::vector<Fault>& faults) {
  state_->change([&](Provider& provider, Instant now) { provider.set_faults(faults, now); });
}

void MockServer::change_settings(const std::function<void(Settings&)>& change) {
  state_->change([&](Provider& provider, Instant now) {
    Settings settings = provider.settings();
    change(settings);
    provider.change(std::move(settings), now);
  });
}

void MockServer::reset() {
  state_->change([](Provider& provider, Instant now) { provider.reset(now); });
}

Journal MockServer::journal() const {
  return state_->provider().with([](Provider& provider) { return provider.journal(); });
}

bool MockServer::wait_for(const std::function<bool(const Journal&)>& holds, Duration most) const {
  return state_->provider().wait_until([&](const Provider& provider) { return holds(provider.journal()); }, most);
}

}  // namespace drover::mock
