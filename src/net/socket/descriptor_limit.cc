#include "net/socket/descriptor_limit.h"

#include <sys/resource.h>

#include <limits>

namespace drover::net {
namespace {

std::uint64_t count_of(rlim_t limit) {
  return limit == RLIM_INFINITY ? std::numeric_limits<std::uint64_t>::max() : std::uint64_t{limit};
}

}  // namespace

std::uint64_t descriptor_limit() {
  rlimit limit{};
  return ::getrlimit(RLIMIT_NOFILE, &limit) == 0 ? count_of(limit.rlim_cur) : count_of(RLIM_INFINITY);
}

std::uint64_t raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return count_of(RLIM_INFINITY);
  const rlim_t before = limit.rlim_cur;
  limit.rlim_cur = limit.rlim_max;
  if (::setrlimit(RLIMIT_NOFILE, &limit) != 0) limit.rlim_cur = before;
  return count_of(limit.rlim_cur);
}

}  // namespace drover::net
