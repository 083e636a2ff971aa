// The one file that is compiled with the version, so that a new one compiles little else again.
#include "gateway/process/version.h"

namespace drover::gateway {

std::string_view version() {
  return DROVER_VERSION;
}

}  // namespace drover::gateway
