// A blocking TCP socket for tests: one owner, a deadline on every wait, no protocol.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace drover::test {

using Clock = std::chrono::steady_clock;

/// Longest wait of a test: generous, because it only ends tests that have failed.
inline constexpr std::chrono::seconds kPatience{20};

class Socket {
 public:
  Socket() = default;
  explicit Socket(int descriptor) : descriptor_(descriptor) {}
  Socket(Socket&& other) noexcept;
  Socket& operator=(Socket&& other) noexcept;
  ~Socket() { close(); }

  /// Not open when the connection was refused or took too long. `from`: the local address.
  [[nodiscard]] static Socket connect(const std::string& host, std::uint16_t port,
                                      std::chrono::milliseconds patience = kPatience, const std::string& from = {});

  [[nodiscard]] bool open() const { return descriptor_ >= 0; }
  [[nodiscard]] int descriptor() const { return descriptor_; }

  enum class Got : std::uint8_t { Bytes, End, Reset, Timeout };
  /// Waits for bytes and appends those that have come to `out`.
  [[nodiscard]] Got read_some(std::string& out, std::chrono::milliseconds patience = kPatience) const;
  /// False when the peer has gone, or takes no bytes for `patience`.
  bool send(std::string_view bytes, std::chrono::milliseconds patience = kPatience) const;

  void close_sending() const;
  void close();
  /// Ends the connection with RST.
  void reset();

 private:
  [[nodiscard]] bool wait(short events, std::chrono::milliseconds patience) const;

  int descriptor_ = -1;
};

/// A listening socket on a free port of 127.0.0.1.
class Listener {
 public:
  Listener();
  [[nodiscard]] std::uint16_t port() const { return port_; }
  /// Not open when no connection came in time, or after close().
  [[nodiscard]] Socket accept(std::chrono::milliseconds patience) const;
  void close() { socket_.close(); }

 private:
  Socket socket_;
  std::uint16_t port_ = 0;
};

}  // namespace drover::test
