// Connecting and listening: refusals, black holes, both families, shortages, and who may listen where.
#include "net/socket/connector.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <atomic>
#include <csignal>
#include <thread>

#include "net/dns/inquiry.h"
#include "net/dns/name_cache.h"
#include "net/dns/test/dns_kit.h"
#include "net/loop/signals.h"
#include "net/socket/listeners.h"
#include "net/test/echo_kit.h"

namespace drover::net {
namespace {

using namespace testing;

struct Bound {
  Peer socket;
  std::uint16_t port = 0;
};

/// Binds and, unless `backlog` is negative, listens. A full backlog of 0 drops connects silently.
Bound bind_at(const char* host, std::uint16_t port, int backlog) {
  Bound bound{Peer(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)), 0};
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  ::inet_pton(AF_INET, host, &address.sin_addr);
  socklen_t size = sizeof address;
  EXPECT_EQ(::bind(bound.socket.descriptor(), reinterpret_cast<sockaddr*>(&address), size), 0);
  int listened = backlog < 0 ? 0 : ::listen(bound.socket.descriptor(), backlog);
  EXPECT_EQ(listened, 0);
  EXPECT_EQ(::getsockname(bound.socket.descriptor(), reinterpret_cast<sockaddr*>(&address), &size), 0);
  bound.port = ntohs(address.sin_port);
  return bound;
}

/// An address where connects neither succeed nor fail.
struct BlackHole {
  BlackHole(const char* host, std::uint16_t port) : bound(bind_at(host, port, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(bound.port);
    ::inet_pton(AF_INET, host, &address.sin_addr);
    for (Peer& filler : fillers) {
      filler = Peer(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
      ::connect(filler.descriptor(), reinterpret_cast<sockaddr*>(&address), sizeof address);
    }
  }
  Bound bound;
  std::array<Peer, 4> fillers;
};

struct Net {
  Loop loop{1};
  FakeDns dns;
  Resolver resolver{loop, dns.servers};

  /// Puts the known addresses of a resolved name into `order`.
  void resolve(const std::string& host, Addresses& order) {
    Inquiry inquiry(loop);
    std::optional<Result<Addresses>> found;
    begin(loop, resolver.resolve(host, inquiry), found);
    EXPECT_TRUE(drive(loop, [&] {
      loop.context().run_one_for(1ms);
      return found.has_value();
    }));
    order = found->value();
  }

  Connected connect(const std::string& host, std::uint16_t port, Duration limit = 10s) {
    Connecting connecting(loop, resolver);
    Origin origin{host, port, nullptr};
    std::optional<Connected> made;
    begin(loop, connecting.run(origin, loop.now() + limit), made);
    EXPECT_TRUE(drive(loop, [&] {
      dns.serve();
      loop.context().run_one_for(1ms);
      return made.has_value();
    }));
    return std::move(*made);
  }
};

TEST(Connecting, A1_ReportsARefusal) {
  Net net;
  Bound closed = bind_at("127.0.0.1", 0, -1);
  Connected made = net.connect("127.0.0.1", closed.port);
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().kind, ErrorKind::Connect);
  EXPECT_EQ(made.error().scope, ErrorScope::Server);
  EXPECT_NE(made.error().message.find("127.0.0.1:"), std::string::npos);
}

TEST(Connecting, A1_TriesTheNextAddressAfterARefusalAtOnce) {
  Net net;
  Bound open = bind_at("127.0.0.2", 0, 8);
  net.dns.v4 = {"127.0.0.1", "127.0.0.2"};
  Instant start = monotonic_now();
  Connected made = net.connect("api.example.test", open.port);
  EXPECT_TRUE(made) << made.error().message;
  EXPECT_LT(monotonic_now() - start, Connecting::kStagger);
}

TEST(Connecting, A2_StopsAtItsDeadlineInABlackHole) {
  Net net;
  BlackHole hole("127.0.0.1", 0);
  Connected made = net.connect("127.0.0.1", hole.bound.port, 100ms);
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().kind, ErrorKind::ConnectTimeout);
}

TEST(Connecting, A2_A12_TriesTheNextAddressWhenTheFirstSaysNothing) {
  Net net;
  Bound open = bind_at("127.0.0.2", 0, 8);
  BlackHole hole("127.0.0.1", open.port);
  net.dns.v4 = {"127.0.0.1", "127.0.0.2"};
  Instant start = monotonic_now();
  Connected made = net.connect("api.example.test", open.port);
  Duration took = monotonic_now() - start;
  EXPECT_TRUE(made) << made.error().message;
  EXPECT_GE(took, Connecting::kStagger);
  EXPECT_LT(took, Connecting::kStagger * 8);
}

TEST(Connecting, A5_TriesADeadAddressOnceAndThenLast) {
  for (const bool silent : {false, true}) {
    Net net;
    Bound open = bind_at("127.0.0.2", 0, 8);
    std::optional<BlackHole> hole;
    if (silent) hole.emplace("127.0.0.1", open.port);
    net.dns.v4 = {"127.0.0.1", "127.0.0.2"};
    EXPECT_TRUE(net.connect("api.example.test", open.port));
    Addresses order;
    net.resolve("api.example.test", order);
    EXPECT_EQ(order, (Addresses{asio::ip::make_address("127.0.0.2"), asio::ip::make_address("127.0.0.1")})) << silent;
  }
}

TEST(Connecting, A4_ReportsANameWithoutAddress) {
  Net net;
  net.dns.mood = FakeDns::Mood::SaysNoSuchName;
  EXPECT_EQ(net.connect("nowhere.example.test", 1).error().kind, ErrorKind::Resolve);
}

TEST(Connecting, KeepsItsDeadlineWhileItResolves) {
  Net net;
  net.dns.mood = FakeDns::Mood::IsSilent;
  EXPECT_EQ(net.connect("silent.example.test", 1, 50ms).error().kind, ErrorKind::ConnectTimeout);
}

TEST(Connecting, A13_BlamesItselfWhenDescriptorsRunOut) {
  Net net;
  Bound open = bind_at("127.0.0.1", 0, 8);
  rlimit before{};
  ::getrlimit(RLIMIT_NOFILE, &before);
  std::optional<Connected> made;
  {
    Peer highest(::dup(0));
    rlimit none{static_cast<rlim_t>(highest.descriptor()), before.rlim_max};
    highest.close();
    ::setrlimit(RLIMIT_NOFILE, &none);
    made = net.connect("127.0.0.1", open.port);
    ::setrlimit(RLIMIT_NOFILE, &before);
  }
  ASSERT_FALSE(*made);
  EXPECT_EQ(made->error().kind, ErrorKind::LocalResource);
  EXPECT_EQ(made->error().scope, ErrorScope::Gateway);
}

TEST(Connecting, EndsWhenItIsCancelledInEachOfItsPhases) {
  Net net;
  net.dns.mood = FakeDns::Mood::IsSilent;
  BlackHole hole("127.0.0.1", 0);
  for (std::string host : {"silent.example.test", "127.0.0.1"}) {
    Connecting connecting(net.loop, net.resolver);
    Origin origin{host, hole.bound.port, nullptr};
    std::optional<Connected> made;
    begin(net.loop, connecting.run(origin, net.loop.now() + 10s), made);
    net.loop.context().run_for(10ms);
    EXPECT_FALSE(made) << host;
    connecting.cancel();
    ASSERT_TRUE(drive(net.loop, [&] { return made.has_value(); }, 1s));
    EXPECT_EQ(made->error().kind, ErrorKind::Cancelled);
  }
}

TEST(Listeners, I5_SayThatAnAddressIsInUse) {
  Listeners first = *Listeners::bind({{"127.0.0.1", 0}}, 2);
  Result<Listeners> second = Listeners::bind({{"127.0.0.1", first.ports()[0]}}, 1);
  ASSERT_FALSE(second);
  EXPECT_NE(second.error().message.find("already in use; is another drover running?"), std::string::npos);
}

TEST(Listeners, SayWhatIsWrongWithAnAddress) {
  for (std::string host : {"example.test", "203.0.113.1", ""}) {
    Result<Listeners> bound = Listeners::bind({{host, 0}}, 1);
    ASSERT_FALSE(bound) << host;
    EXPECT_EQ(bound.error().kind, ErrorKind::BadConfig);
    EXPECT_NE(bound.error().message.find(host), std::string::npos);
  }
}

sockaddr_in first_address(const Listeners& listeners) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(listeners.ports()[0]);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

TEST(Listeners, ShareAnAddressBetweenThreads) {
  std::array<Loop, 2> loops{Loop(1), Loop(2)};
  Listeners listeners = *Listeners::bind({{"127.0.0.1", 0}}, 2);
  int accepted = 0;
  for (unsigned thread = 0; thread < 2; ++thread) {
    listeners.accept_on(loops[thread], thread, [&](TcpSocket, std::size_t index) {
      EXPECT_EQ(index, 0u);
      ++accepted;
    });
  }
  std::vector<Peer> clients;
  sockaddr_in address = first_address(listeners);
  for (int made = 0; made < 40; ++made) {
    clients.emplace_back(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    ASSERT_EQ(::connect(clients.back().descriptor(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  }
  EXPECT_TRUE(drive(loops[0], [&] {
    loops[1].context().poll();
    return accepted == 40;
  }));
  listeners.stop(0);
  listeners.stop(1);
  Peer late(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  EXPECT_NE(::connect(late.descriptor(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
}

TEST(Listeners, GoOnBehindAConnectionForWhichThereIsNoMemory) {
  Loop loop(1);
  Listeners listeners = *Listeners::bind({{"127.0.0.1", 0}}, 1);
  int seen = 0;
  std::vector<TcpSocket> served;
  listeners.accept_on(loop, 0, [&](TcpSocket socket, std::size_t) {
    if (++seen == 1) throw std::bad_alloc();
    served.push_back(std::move(socket));
  });
  sockaddr_in address = first_address(listeners);
  Peer refused(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  Peer next(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  for (Peer* const peer : {&refused, &next}) {
    ASSERT_EQ(::connect(peer->descriptor(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  }
  EXPECT_TRUE(drive(loop, [&] { return !served.empty(); }));
  char byte = 0;
  EXPECT_LE(::recv(refused.descriptor(), &byte, 1, 0), 0) << "its connection is closed";
  listeners.stop(0);
}

TEST(Listeners, I6_RefuseAndRecoverWhenDescriptorsRunOut) {
  Loop loop(1);
  Listeners listeners = *Listeners::bind({{"127.0.0.1", 0}}, 1);
  std::vector<TcpSocket> accepted;
  listeners.accept_on(loop, 0, [&](TcpSocket socket, std::size_t) { accepted.push_back(std::move(socket)); });
  sockaddr_in address = first_address(listeners);
  Peer refused(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  Peer served(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  rlimit before{};
  ::getrlimit(RLIMIT_NOFILE, &before);
  ASSERT_EQ(::connect(refused.descriptor(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  Peer highest(::dup(0));
  rlimit none{static_cast<rlim_t>(highest.descriptor()), before.rlim_max};
  highest.close();
  ::setrlimit(RLIMIT_NOFILE, &none);
  EXPECT_TRUE(drive(loop, [&] { return refused.at_end(); }));
  std::size_t turns = 0;
  Instant until = monotonic_now() + 50ms;
  while (monotonic_now() < until) turns += loop.context().run_one_for(10ms);
  ::setrlimit(RLIMIT_NOFILE, &before);
  EXPECT_LT(turns, 50u);
  EXPECT_TRUE(accepted.empty());
  ASSERT_EQ(::connect(served.descriptor(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  EXPECT_TRUE(drive(loop, [&] { return !accepted.empty(); }));
  listeners.stop(0);
}

TEST(Signals, CallForEachSignalUntilStopped) {
  Signals signals;
  std::atomic<int> seen = 0;
  // SIGWINCH is ignored by default, so that one sent before run() has begun does no harm.
  std::thread sender([&] {
    while (seen < 2) {
      ::kill(::getpid(), SIGWINCH);
      std::this_thread::yield();
    }
    signals.stop();
  });
  signals.run({SIGWINCH}, [&](int number) {
    EXPECT_EQ(number, SIGWINCH);
    ++seen;
  });
  sender.join();
  EXPECT_GE(seen, 2);
}

}  // namespace
}  // namespace drover::net
