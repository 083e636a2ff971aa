// The result of one non-blocking step of input or output.
#pragma once

#include <cstddef>
#include <cstdint>

namespace drover::net {

enum class Io : std::uint8_t {
  Done,     ///< bytes were moved
  Blocked,  ///< not now
  End,      ///< the peer ended in order
  Failed,   ///< see Moved::error
};

struct Moved {
  Io state = Io::Blocked;
  std::size_t bytes = 0;
  int error = 0;  ///< errno, for Failed

  static Moved done(std::size_t bytes) { return {Io::Done, bytes, 0}; }
  static Moved blocked() { return {Io::Blocked, 0, 0}; }
  static Moved end() { return {Io::End, 0, 0}; }
  static Moved failed(int error) { return {Io::Failed, 0, error}; }
};

}  // namespace drover::net
