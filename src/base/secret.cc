#include "base/secret.h"

namespace drover {

Secret::~Secret() {
  // volatile: the optimiser may not drop stores to memory that is about to be freed.
  volatile char* bytes = value_.data();
  for (std::size_t at = 0; at < value_.size(); ++at) bytes[at] = 0;
}

}  // namespace drover
