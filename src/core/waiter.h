// What a request and the waiting room say to each other. Whose turn it is: waiting_room.h.
#pragma once

#include <cstdint>

namespace drover::core {

/// How one that waits is told to look again. Rung from inside calls to the fleet, on any thread and with the fleet's
/// lock held: an implementation leaves a note for its own thread and never calls back.
class Bell {
 public:
  virtual void ring() = 0;

 protected:
  ~Bell() = default;
};

/// A place in the waiting room; valid until it is claimed, refused or left.
struct WaiterId {
  std::uint32_t place = 0;
  std::uint32_t turn = 0;  ///< tells the place's owners apart; 0: no place
  [[nodiscard]] bool any() const { return turn != 0; }
  friend bool operator==(WaiterId, WaiterId) = default;
};

/// Why a request may not wait, or not any longer.
enum class WaitRefusal : std::uint8_t {
  None,
  TooLong,     ///< its turn would come after its deadline
  RoomFull,    ///< too many wait altogether
  ClientFull,  ///< too many of its client wait
  TimedOut,    ///< it has waited until its deadline
};
inline constexpr std::size_t kWaitRefusals = 5;

}  // namespace drover::core
