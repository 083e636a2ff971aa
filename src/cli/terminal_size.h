// The size of a terminal.
#pragma once

#include "console/status_table.h"

namespace drover::cli {

/// The size of the terminal behind this descriptor; nothing for a pipe.
[[nodiscard]] console::TableSize terminal_size(int descriptor);

}  // namespace drover::cli
