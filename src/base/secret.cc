#include "base/secret.h"

namespace drover {
namespace {

/// Overwrites all memory of `text`, also behind its size: a short string that was moved from still holds its bytes.
void wipe(std::string& text) {
  text.resize(text.capacity());  // never allocates
  // volatile: the optimiser may not drop stores to memory that is about to be freed.
  volatile char* bytes = text.data();
  for (std::size_t at = 0; at < text.size(); ++at) bytes[at] = 0;
  text.clear();
}

}  // namespace

Secret::Secret(std::string value) : value_(std::move(value)) {
  wipe(value);
}

Secret::Secret(Secret&& from) noexcept : value_(std::move(from.value_)) {
  wipe(from.value_);
}

Secret& Secret::operator=(Secret from) noexcept {
  wipe(value_);  // not swap(): it leaves the end of a longer short string behind
  value_ = std::move(from.value_);
  return *this;
}

Secret::~Secret() {
  wipe(value_);
}

}  // namespace drover
