#include "cli/terminal_size.h"

#include <sys/ioctl.h>
#include <unistd.h>

namespace drover::cli {

console::TableSize terminal_size(int descriptor) {
  winsize size{};
  if (::isatty(descriptor) != 1 || ::ioctl(descriptor, TIOCGWINSZ, &size) != 0) return {};
  return {.columns = size.ws_col, .rows = size.ws_row};
}

}  // namespace drover::cli
