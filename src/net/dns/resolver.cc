#include "net/dns/resolver.h"

#include <ares.h>
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/time.h>

#include <algorithm>
#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <cstring>
#include <map>
#include <mutex>
#include <utility>

#include "net/dns/inquiry.h"
#include "net/dns/name_cache.h"
#include "net/loop/loop.h"
#include "net/loop/ticker.h"
#include "net/trouble.h"

namespace drover::net {

namespace {

/// The time of one question to one server; with kTries and two servers all questions end within Resolver::kTimeout.
constexpr int kServerTimeoutMs = 1200;
constexpr int kTries = 2;
/// Longest name in DNS (RFC 1035 section 2.3.4), with a final dot.
constexpr std::size_t kMaxNameBytes = 254;
/// Most callers that wait for one name.
constexpr std::size_t kMaxInquiries = 65536;

Error resolve_trouble(const std::string& host, const std::string& reason) {
  return trouble(ErrorKind::Resolve, {}, "cannot resolve '" + host + "': " + reason);
}

void start_library() {
  static std::once_flag once;
  std::call_once(once, [] { ares_library_init(ARES_LIB_INIT_ALL); });
}

struct Found {
  Addresses addresses;
  Duration ttl = NameCache::kMaxTtl;
};

Found addresses_of(const ares_addrinfo& result) {
  Found found;
  for (const ares_addrinfo_node* node = result.nodes; node != nullptr; node = node->ai_next) {
    if (node->ai_family == AF_INET) {
      sockaddr_in address{};
      std::memcpy(&address, node->ai_addr, sizeof address);
      found.addresses.emplace_back(asio::ip::address_v4(ntohl(address.sin_addr.s_addr)));
    } else if (node->ai_family == AF_INET6) {
      sockaddr_in6 address{};
      std::memcpy(&address, node->ai_addr, sizeof address);
      asio::ip::address_v6::bytes_type bytes;
      std::memcpy(bytes.data(), &address.sin6_addr, bytes.size());
      found.addresses.emplace_back(asio::ip::address_v6(bytes, address.sin6_scope_id));
    } else {
      continue;
    }
    // An answer is as short-lived as its shortest record.
    found.ttl = std::min<Duration>(found.ttl, std::chrono::seconds(std::max(node->ai_ttl, 0)));
  }
  return found;
}

}  // namespace

struct Resolver::State : std::enable_shared_from_this<Resolver::State> {
  /// One name that is being resolved.
  struct Query {
    Query(State& owner, std::string name)
        : state(&owner), host(std::move(name)), limit(owner.loop.ticker(), [](void* self) { timed_out(self); }, this) {}
    static void timed_out(void* self) { static_cast<Query*>(self)->state->give_up(*static_cast<Query*>(self)); }

    State* state;
    std::string host;
    Deadline limit;
    std::vector<Inquiry*> waiting;
    bool given_up = false;  // the callers have their answer; c-ares may still call back
  };

  /// A socket of c-ares, watched through a duplicate: Asio closes the sockets that it gets, and this one belongs to
  /// c-ares.
  struct Watched {
    explicit Watched(asio::io_context& context) : descriptor(context.get_executor()) {}
    asio::posix::basic_stream_descriptor<Executor> descriptor;
    bool read = false;
    bool write = false;
    bool read_armed = false;
    bool write_armed = false;
  };

  struct Ready {
    std::weak_ptr<State> state;
    std::weak_ptr<Watched> watched;
    ares_socket_t socket;
    bool for_read;
    void operator()(const boost::system::error_code& error) const {
      std::shared_ptr<State> self = state.lock();
      std::shared_ptr<Watched> still = watched.lock();
      if (error || !self || !still) return;
      (for_read ? still->read_armed : still->write_armed) = false;
      ares_process_fd(self->channel, for_read ? socket : ARES_SOCKET_BAD, for_read ? ARES_SOCKET_BAD : socket);
      self->arm(socket, still);
      self->schedule();
    }
  };

  State(Loop& owner, const std::string& servers)
      : loop(owner),
        cache(kMaxNames),
        retry(owner.ticker(), [](void* self) { static_cast<State*>(self)->process(); }, this) {
    start_library();
    ares_options options{};
    options.timeout = kServerTimeoutMs;
    options.tries = kTries;
    options.sock_state_cb = [](void* self, ares_socket_t socket, int readable, int writable) {
      static_cast<State*>(self)->socket_changed(socket, readable != 0, writable != 0);
    };
    options.sock_state_cb_data = this;
    char lookups[] = "fb";
    options.lookups = lookups;
    int mask = ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_SOCK_STATE_CB | ARES_OPT_LOOKUPS;
    if (ares_init_options(&channel, &options, mask) != ARES_SUCCESS) channel = nullptr;
    if (channel != nullptr && !servers.empty()) ares_set_servers_ports_csv(channel, servers.c_str());
  }

  ~State() {
    closing = true;
    if (channel != nullptr) ares_destroy(channel);  // calls back for every open query now
  }

  void socket_changed(ares_socket_t socket, bool read, bool write) {
    if (!read && !write) {
      sockets.erase(socket);
      return;
    }
    std::shared_ptr<Watched>& watched = sockets[socket];
    if (!watched) {
      watched = std::make_shared<Watched>(loop.context());
      int duplicate = ::fcntl(socket, F_DUPFD_CLOEXEC, 0);
      boost::system::error_code ignored;
      if (duplicate >= 0) watched->descriptor.assign(duplicate, ignored);
    }
    watched->read = read;
    watched->write = write;
    arm(socket, watched);
  }

  void arm(ares_socket_t socket, const std::shared_ptr<Watched>& watched) {
    using Base = asio::posix::descriptor_base;
    auto now = sockets.find(socket);
    bool current = now != sockets.end() && now->second == watched;
    if (!current || !watched->descriptor.is_open()) return;
    if (watched->read && !std::exchange(watched->read_armed, true)) {
      watched->descriptor.async_wait(Base::wait_read, Ready{weak_from_this(), watched, socket, true});
    }
    if (watched->write && !std::exchange(watched->write_armed, true)) {
      watched->descriptor.async_wait(Base::wait_write, Ready{weak_from_this(), watched, socket, false});
    }
  }

  void process() {
    std::shared_ptr<State> alive = shared_from_this();
    ares_process_fd(channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
    schedule();
  }

  /// Arms the timer for the next time at which c-ares checks its own timeouts.
  void schedule() {
    timeval wait{};
    timeval* next = ares_timeout(channel, nullptr, &wait);
    if (next == nullptr) return retry.disarm();
    auto span = std::chrono::seconds(next->tv_sec) + std::chrono::microseconds(next->tv_usec);
    retry.arm(after(loop.now(), span));
  }

  Query& question(const std::string& host) {
    std::unique_ptr<Query>& query = open[host];
    if (query && !query->given_up) return *query;
    if (query) abandoned.push_back(std::move(query));
    query = std::make_unique<Query>(*this, host);
    return *query;
  }

  void ask(Query& query) {
    query.limit.arm(after(loop.now(), kTimeout));
    ares_addrinfo_hints hints{};
    hints.ai_family = AF_UNSPEC;
    hints.ai_flags = ARES_AI_NOSORT;
    auto done = [](void* argument, int status, int, ares_addrinfo* result) {
      auto* asked = static_cast<Query*>(argument);
      asked->state->answered(*asked, status, result);
    };
    ares_getaddrinfo(channel, query.host.c_str(), nullptr, &hints, done, &query);
    schedule();
  }

  void answered(Query& query, int status, ares_addrinfo* result) {
    Found found;
    if (result != nullptr) found = addresses_of(*result);
    if (result != nullptr) ares_freeaddrinfo(result);
    if (closing) return;
    if (status == ARES_SUCCESS && !found.addresses.empty()) {
      cache.resolved(query.host, std::move(found.addresses), found.ttl, loop.now());
    } else if (!query.given_up) {
      cache.failed(query.host, loop.now());
    }
    finish(query);
  }

  void give_up(Query& query) {
    query.given_up = true;
    cache.failed(query.host, loop.now());
    wake(query);
  }

  static void wake(Query& query) {
    for (Inquiry* inquiry : std::exchange(query.waiting, {})) inquiry->answered();
  }

  void finish(Query& query) {
    wake(query);
    query.limit.disarm();
    auto at = open.find(query.host);
    if (at != open.end() && at->second.get() == &query) {
      open.erase(at);
      return;
    }
    std::erase_if(abandoned, [&](const std::unique_ptr<Query>& old) { return old.get() == &query; });
  }

  void leave(const std::string& host, Inquiry& inquiry) {
    auto at = open.find(host);
    if (at != open.end()) std::erase(at->second->waiting, &inquiry);
    for (std::unique_ptr<Query>& query : abandoned) std::erase(query->waiting, &inquiry);
  }

  Loop& loop;
  NameCache cache;
  Deadline retry;
  ares_channel channel = nullptr;
  std::map<ares_socket_t, std::shared_ptr<Watched>> sockets;
  std::map<std::string, std::unique_ptr<Query>> open;
  std::vector<std::unique_ptr<Query>> abandoned;  // given up, but c-ares still has them
  bool closing = false;
};

Resolver::Resolver(Loop& loop) : Resolver(loop, {}) {}
Resolver::Resolver(Loop& loop, const std::string& servers) : state_(std::make_shared<State>(loop, servers)) {}
Resolver::~Resolver() = default;

Awaitable<Result<std::vector<asio::ip::address>>> Resolver::resolve(std::string host) {
  Inquiry inquiry(state_->loop);
  Result<std::vector<asio::ip::address>> found = co_await resolve(std::move(host), inquiry);
  co_return found;
}

Awaitable<Result<std::vector<asio::ip::address>>> Resolver::resolve(std::string host, Inquiry& inquiry) {
  boost::system::error_code not_literal;
  asio::ip::address literal = asio::ip::make_address(host, not_literal);
  if (!not_literal) co_return Addresses{literal};
  if (host.empty() || host.size() > kMaxNameBytes) co_return fail(resolve_trouble(host, "not a host name"));
  std::shared_ptr<State> state = state_;
  if (state->channel == nullptr) co_return fail(trouble(ErrorKind::LocalResource, {}, "the resolver could not start"));
  Addresses found;
  NameCache::Known known = state->cache.look_up(host, state->loop.now(), found);
  if (known == NameCache::Known::Nothing) {
    State::Query& query = state->question(host);
    if (query.waiting.size() >= kMaxInquiries) co_return fail(resolve_trouble(host, "too many are waiting for it"));
    bool first = query.waiting.empty() && !query.limit.armed();
    query.waiting.push_back(&inquiry);
    if (first) state->ask(query);  // may answer at once, from the hosts file
    known = state->cache.look_up(host, state->loop.now(), found);
    if (known == NameCache::Known::Nothing) {
      Result<void> waited = co_await inquiry.wait();
      state->leave(host, inquiry);
      if (!waited) co_return fail(std::move(waited.error()));
      known = state->cache.look_up(host, state->loop.now(), found);
    }
  }
  if (known == NameCache::Known::Found) co_return found;
  co_return fail(resolve_trouble(host, "the name servers gave no address"));
}

void Resolver::worked(const std::string& host, const asio::ip::address& address) {
  state_->cache.worked(host, address, state_->loop.now());
}

void Resolver::broke(const std::string& host, const asio::ip::address& address) {
  state_->cache.broke(host, address, state_->loop.now());
}

}  // namespace drover::net
