#include "demo/descriptors.h"

#include <sys/resource.h>

#include <algorithm>
#include <string>

namespace drover::demo {

Result<void> raise_descriptor_limit(std::uint64_t needed) {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= needed) return {};
  if (limit.rlim_max != RLIM_INFINITY && limit.rlim_max < needed) {
    return fail({.kind = ErrorKind::LocalResource,
                 .code = "descriptors",
                 .message = "this load needs about " + std::to_string(needed) + " open files and the limit is " +
                            std::to_string(limit.rlim_max) + "; raise it (ulimit -Hn) or take a smaller --rate"});
  }
  limit.rlim_cur = needed;
  (void)::setrlimit(RLIMIT_NOFILE, &limit);  // the limits were checked above
  return {};
}

}  // namespace drover::demo
