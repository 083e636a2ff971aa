// All listening sockets of the process, in one place so that they can be handed over to a next process.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "net/asio.h"

namespace drover::net {

class Loop;

struct Address {
  std::string host;
  std::uint16_t port = 0;  ///< 0: any free port (tests)
};

/// One SO_REUSEPORT socket for each address and thread. Each address is first bound once without SO_REUSEPORT, so that
/// a second process gets a clear "address in use". Destroy it (or stop() every thread) before the loops.
class Listeners {
 public:
  Listeners();
  ~Listeners();
  Listeners(Listeners&&) noexcept;
  Listeners& operator=(Listeners&&) noexcept;

  /// Errors: BadConfig / LocalResource with the address and the reason: "127.0.0.1:8080 is already in use; is another
  /// drover running?".
  [[nodiscard]] static Result<Listeners> bind(const std::vector<Address>& addresses, unsigned threads);
  /// The port that each address is bound to.
  [[nodiscard]] std::vector<std::uint16_t> ports() const;

  /// Starts accepting on this thread's sockets. `accepted(socket, address_index)` runs on `loop`. Out of descriptors:
  /// a reserve descriptor is used to refuse politely, and accepting pauses 100 ms instead of spinning. A connection for
  /// which `accepted` has no memory (it throws std::bad_alloc) is closed.
  using Accepted = std::function<void(TcpSocket socket, std::size_t address_index)>;
  void accept_on(Loop& loop, unsigned thread, Accepted accepted);
  /// Stops accepting on this thread's sockets (call on the loop's thread) and closes them.
  void stop(unsigned thread);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace drover::net
