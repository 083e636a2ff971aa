// The size of the terminal that output goes to.
#pragma once

#include "console/status_table.h"

namespace drover::cli {

/// The size of the terminal behind this descriptor; nothing for a pipe.
[[nodiscard]] console::TableSize terminal_size(int descriptor);

/// The whole number in this variable of the environment; 0: none, or one that is not believed.
[[nodiscard]] std::size_t number_in(const char* variable);

}  // namespace drover::cli
