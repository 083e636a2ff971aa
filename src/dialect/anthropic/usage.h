// Reads the `usage` object of a message, plain or of one event of a stream.
#pragma once

#include <string_view>

#include "dialect/dialect.h"

namespace drover::dialect::anthropic_detail {

/// Takes what `raw` (the value of a usage member) has and keeps the rest of `usage`: a stream says its input in its
/// first event and its output, as a growing total, in later ones. Anthropic's input_tokens leave out what was read from
/// or written to the cache; Usage::input_tokens is the sum.
void read_usage(std::string_view raw, Usage& usage);

}  // namespace drover::dialect::anthropic_detail
