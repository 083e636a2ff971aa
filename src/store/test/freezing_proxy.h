// A server that can freeze: it passes bytes on to another until freeze(), and then accepts connections and bytes and
// answers nothing, as a host does whose disk hangs.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <thread>
#include <utility>
#include <vector>

namespace drover::store {

class FreezingProxy {
 public:
  explicit FreezingProxy(int to_port) : to_port_(to_port), listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address = local(0);
    socklen_t size = sizeof address;
    ::bind(listener_, reinterpret_cast<sockaddr*>(&address), size);
    ::listen(listener_, 16);
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { work(); });
  }
  FreezingProxy(const FreezingProxy&) = delete;
  FreezingProxy& operator=(const FreezingProxy&) = delete;
  ~FreezingProxy() {
    ending_ = true;
    thread_.join();
    ::close(listener_);
    drop_all();
  }

  [[nodiscard]] std::uint16_t port() const { return port_; }
  void freeze() { frozen_ = true; }
  /// From here on new connections work; those from before are closed.
  void thaw() {
    reset_ = true;
    while (reset_ && !ending_) ::poll(nullptr, 0, 1);
    frozen_ = false;
  }

 private:
  static sockaddr_in local(int port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    return address;
  }

  void drop_all() {
    for (const auto& [near_side, far_side] : pairs_) {
      ::close(near_side);
      if (far_side >= 0) ::close(far_side);
    }
    pairs_.clear();
  }

  void take_one() {
    const int client = ::accept(listener_, nullptr, nullptr);
    if (client < 0) return;
    const int server = frozen_ ? -1 : ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const sockaddr_in address = local(to_port_);
    if (server >= 0) static_cast<void>(::connect(server, reinterpret_cast<const sockaddr*>(&address), sizeof address));
    pairs_.emplace_back(client, server);
  }

  /// False: the one side is gone.
  static bool pass(int from, int to) {
    std::array<char, 16384> bytes{};
    const ssize_t got = ::recv(from, bytes.data(), bytes.size(), MSG_DONTWAIT);
    if (got < 0) return errno == EAGAIN;
    return got > 0 && ::send(to, bytes.data(), static_cast<std::size_t>(got), MSG_NOSIGNAL) == got;
  }

  void work() {
    while (!ending_) {
      if (reset_) drop_all();
      reset_ = false;
      std::vector<pollfd> waited = {{listener_, POLLIN, 0}};
      for (const auto& [near_side, far_side] : pairs_) {
        if (frozen_) break;
        waited.push_back({near_side, POLLIN, 0});
        waited.push_back({far_side, POLLIN, 0});
      }
      ::poll(waited.data(), waited.size(), 10);
      if ((waited[0].revents & POLLIN) != 0) take_one();
      if (frozen_) continue;
      std::erase_if(pairs_, [](const std::pair<int, int>& pair) {
        if (pair.second >= 0 && pass(pair.first, pair.second) && pass(pair.second, pair.first)) return false;
        ::close(pair.first);
        if (pair.second >= 0) ::close(pair.second);
        return true;
      });
    }
  }

  int to_port_;
  int listener_;
  std::uint16_t port_ = 0;
  std::atomic<bool> frozen_{false}, ending_{false}, reset_{false};
  std::vector<std::pair<int, int>> pairs_{};
  std::thread thread_{};
};

}  // namespace drover::store
