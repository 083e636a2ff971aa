// Writing down how requests ended.
#pragma once

#include <string_view>

#include "base/error.h"
#include "gateway/request/request_state.h"

namespace drover::gateway {

class Worker;

/// Counts the request and writes it down, however it ended. `refused`: why it did not get as far as a run, or null.
void record(Worker& worker, RequestState& state, const Error* refused);
/// The same for one whose head could not be read.
void record_unreadable(Worker& worker, const Error& error, std::string_view id);

}  // namespace drover::gateway
