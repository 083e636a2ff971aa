// The words between a request and the waiting room. The order of turns is in waiting_room.h.
#pragma once

#include <cstdint>

namespace drover::core {

/// Tells a waiting request to look again. Rung inside calls to the fleet, on any thread and under the fleet's lock: an
/// implementation leaves a note for its own thread and never calls the fleet.
class Bell {
 public:
  virtual void ring() = 0;

 protected:
  ~Bell() = default;
};

/// A place in the waiting room; valid until it is claimed, refused or left.
struct WaiterId {
  std::uint32_t place = 0;
  std::uint32_t turn = 0;  ///< tells apart the requests that have had this place; 0: no place
  [[nodiscard]] bool any() const { return turn != 0; }
  friend bool operator==(WaiterId, WaiterId) = default;
};

/// Why a request may not wait, or not longer.
enum class WaitRefusal : std::uint8_t {
  None,
  TooLong,     ///< its turn would come after its deadline
  RoomFull,    ///< too many requests wait
  ClientFull,  ///< too many requests of its client wait
  TimedOut,    ///< it has waited until its deadline
};
inline constexpr std::size_t kWaitRefusals = 5;

}  // namespace drover::core
