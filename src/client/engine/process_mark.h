// Whether this is still the process that made something: after fork() the child has its memory and none of its threads.
#pragma once

#include <atomic>
#include <cstdint>

namespace drover::client {

class ProcessMark {
 public:
  ProcessMark();
  /// True in a child of the process that made this. No system call.
  [[nodiscard]] bool foreign() const;

 private:
  std::uint64_t made_in_;
};

}  // namespace drover::client
