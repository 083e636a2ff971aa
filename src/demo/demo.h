// The demonstration: mock keys, the gateway and an open-loop load in one process. One key falls ill in several ways,
// and at the end three independent books are compared.
#pragma once

#include <iosfwd>

#include "base/result.h"
#include "demo/account/result.h"
#include "demo/load/course.h"

namespace drover::demo {

/// Runs it, and prints the live table and the result on `out`. Errors: the reason why it could not run (a wrong option,
/// too few file descriptors, no port). A run that broke its promises is no error: Summary::complaints says why.
[[nodiscard]] Result<Summary> run(const Options& options, std::ostream& out);

}  // namespace drover::demo
