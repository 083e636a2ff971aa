#include "cli/terminal_size.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>

#include "config/yaml/scalar.h"

namespace drover::cli {

namespace {

/// A greater width is not believed.
constexpr std::size_t kWidest = 10000;

}  // namespace

console::TableSize terminal_size(int descriptor) {
  winsize size{};
  if (::isatty(descriptor) != 1 || ::ioctl(descriptor, TIOCGWINSZ, &size) != 0) return {};
  return {.columns = size.ws_col, .rows = size.ws_row};
}

std::size_t number_in(const char* variable) {
  const char* const text = std::getenv(variable);
  const std::uint64_t number = text == nullptr ? 0 : config::parse_whole(text).value_or(0);
  return number <= kWidest ? number : 0;
}

}  // namespace drover::cli
