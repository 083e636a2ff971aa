// The mock's own pages under /_mock/: read and change faults and settings, read the log, start again. Pure.
//
//   GET    /_mock/faults      what is set, and how often it struck
//   POST   /_mock/faults      add: {"kind": "429", …}, "cut:after=5", or a list of them
//   PUT    /_mock/faults      the same, in place of what was set
//   DELETE /_mock/faults      none
//   GET    /_mock/settings    POST /_mock/settings   change some of them
//   GET    /_mock/log         requests seen and counts per key;  DELETE forgets them
//   POST   /_mock/reset       as it was when it started
#pragma once

#include <string_view>

#include "mock/answers/answer.h"
#include "mock/provider/provider.h"

namespace drover::mock {

inline constexpr std::string_view kControlPrefix = "/_mock/";

[[nodiscard]] Answer control(Provider& provider, std::string_view method, std::string_view target,
                             std::string_view body, Instant now);

}  // namespace drover::mock
