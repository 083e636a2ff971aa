// Whether an object was made by this process: after fork() a child has its memory and none of its threads.
#pragma once

#include <atomic>
#include <cstdint>

namespace drover::client {

class ProcessMark {
 public:
  ProcessMark();
  /// True in a child of the process that made this object. No system call.
  [[nodiscard]] bool foreign() const;

 private:
  std::uint64_t made_in_;
};

}  // namespace drover::client
