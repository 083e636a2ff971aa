// The keep-alive race, swept: an upstream that ends its connections around the very moment at which the next request
// is written to them, in every way it can be done.
#include <poll.h>
#include <sys/socket.h>

#include <atomic>
#include <iostream>
#include <map>
#include <mutex>
#include <random>
#include <thread>

#include "integration/gateway_fixture.h"

namespace drover::test {
namespace {

/// Requests in all. The sanitizers' trees (clang) take a part of them: they are slower by an order of magnitude.
#ifdef __clang__
constexpr int kTrials = 1'000;
#else
constexpr int kTrials = 10'000;
#endif
constexpr int kClients = 8;
/// The widest gap between the upstream's end and the client's next request, either way.
constexpr std::chrono::microseconds kSweep{5000};

/// Waits this long, or until there is something to read: the gap is what is swept, so it is real time.
void wait_for(int descriptor, std::chrono::microseconds gap) {
  const timespec time{0, static_cast<long>(gap.count()) * 1000};
  pollfd waited{descriptor, POLLIN, 0};
  (void)::ppoll(&waited, 1, &time, nullptr);
}

/// Answers the first request of each connection, and ends the connection at some moment near the second.
class EndingUpstream {
 public:
  EndingUpstream() {
    for (std::uint64_t at = 0; at < 4 * kClients; ++at) {
      serving_.emplace_back([this, at](const std::stop_token& stop) { serve_all(stop, at); });
    }
  }
  ~EndingUpstream() {
    for (std::jthread& thread : serving_) thread.request_stop();
  }

  [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(listener_.port()) + "/v1"; }
  /// How often the request with each id was read whole, and answered.
  struct Heard {
    int read = 0;
    int answered = 0;
  };
  [[nodiscard]] std::map<std::string, Heard> heard() const {
    const std::lock_guard lock(mutex_);
    return heard_;
  }
  [[nodiscard]] int ended_unanswered() const { return ended_unanswered_; }

 private:
  void serve_all(const std::stop_token& stop, std::uint64_t seed) {
    std::mt19937_64 random(seed);
    while (!stop.stop_requested()) {
      Socket socket = listener_.accept(20ms);
      if (socket.open()) serve(socket, random);
    }
  }

  void serve(Socket& socket, std::mt19937_64& random) {
    std::string inbox;
    while (read_request(socket, inbox, kPatience)) {
      answer(socket, inbox);
      inbox.clear();
      const auto gap = std::chrono::microseconds(random() % static_cast<std::uint64_t>(kSweep.count()));
      if (!ends(socket, inbox, gap, random)) continue;
      return;
    }
  }

  /// Waits for the gap, then ends the connection, whether or not a request has come meanwhile. False: not this time.
  bool ends(Socket& socket, std::string& inbox, std::chrono::microseconds gap, std::mt19937_64& random) {
    wait_for(socket.descriptor(), gap);
    switch (random() % 6) {
      case 0: socket.close(); return true;  // FIN, or RST when bytes wait unread
      case 1: socket.reset(); return true;
      case 2:
        socket.close_sending();  // FIN, and reads on
        end_after(socket);
        return true;
      case 3:
        read_a_byte(socket);
        socket.close();
        return true;
      case 4:  // all was taken, nothing said
        if (read_request(socket, inbox, 2 * kSweepPatience)) ++ended_unanswered_;
        socket.close();
        return true;
      default: return false;
    }
  }

  static constexpr std::chrono::milliseconds kSweepPatience{5};

  static void read_a_byte(const Socket& socket) {
    char byte = 0;
    (void)::recv(socket.descriptor(), &byte, 1, MSG_DONTWAIT);
  }
  static void end_after(const Socket& socket) {
    std::string rest;
    while (socket.read_some(rest, kSweepPatience) == Socket::Got::Bytes) {
    }
  }

  bool read_request(const Socket& socket, std::string& inbox, std::chrono::milliseconds patience) {
    for (;;) {
      const std::size_t end = inbox.find("\r\n\r\n");
      // Every request of this test has a body that ends in this.
      if (end != std::string::npos && inbox.ends_with("}]}")) break;
      if (socket.read_some(inbox, patience) != Socket::Got::Bytes) return false;
    }
    const std::lock_guard lock(mutex_);
    ++heard_[id_of(inbox)].read;
    return true;
  }

  void answer(const Socket& socket, const std::string& request) {
    {
      const std::lock_guard lock(mutex_);
      ++heard_[id_of(request)].answered;
    }
    socket.send(sized(kPlainAnswer));
  }

  static std::string id_of(const std::string& request) {
    const std::size_t at = request.find("trial-");
    return request.substr(at, request.find('"', at) - at);
  }

  Listener listener_;
  mutable std::mutex mutex_;
  std::map<std::string, Heard> heard_;
  std::atomic<int> ended_unanswered_ = 0;
  std::vector<std::jthread> serving_;
};

TEST(StaleRace, B18_EveryRequestIsAnsweredOnceWhereverItsConnectionEnds) {
  EndingUpstream upstream;
  Gateway gateway(one_provider({upstream.url()}, {kKeyOne}, "retry: { budget: 100%, same_target: 0 }\n"));
  std::atomic<int> failed = 0;
  std::vector<std::jthread> clients;
  for (int at = 0; at < kClients; ++at) {
    clients.emplace_back([&, at] {
      std::mt19937_64 random(static_cast<std::uint64_t>(at) + 100);
      HttpClient client = gateway.client();
      for (int trial = 0; trial < kTrials / kClients; ++trial) {
        wait_for(-1, std::chrono::microseconds(random() % static_cast<std::uint64_t>(kSweep.count())));
        const std::string id = "trial-" + std::to_string(at) + "-" + std::to_string(trial);
        const Answer answer = client.post(kChat, R"({"model":")" + id + R"(","messages":[{"role":"user"}]})");
        if (answer.status != 200 || answer.body != kPlainAnswer) ++failed;
      }
    });
  }
  clients.clear();
  int repeated = 0;
  const auto heard = upstream.heard();
  EXPECT_EQ(heard.size(), static_cast<std::size_t>(kTrials / kClients * kClients));
  for (const auto& [id, times] : heard) {
    EXPECT_EQ(times.answered, 1) << id;
    EXPECT_LE(times.read, 2) << id;
    repeated += times.read - 1;
  }
  EXPECT_EQ(failed, 0);
  std::cout << heard.size() << " requests, " << repeated << " sent again after they had been read and not answered ("
            << upstream.ended_unanswered() << " such ends)\n";
  EXPECT_GT(repeated, 0);
}

}  // namespace
}  // namespace drover::test
