// Recordings on the command line: `drover serve --record` writes them, `drover simulate --replay` reads them.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/result.h"
#include "config/settings.h"
#include "upstream/run/recorder.h"

namespace drover::cli {

/// Begins a recording of a gateway with these settings. Errors: BadConfig with a sentence.
[[nodiscard]] Result<std::shared_ptr<upstream::Recorder>> record_to(const std::string& path,
                                                                    const config::Settings& settings,
                                                                    std::uint64_t most_bytes);

/// Plays the recording with the configuration that it was made with, and prints the result. Returns the exit code.
[[nodiscard]] int replay(const std::string& path, const std::string& config_file);

}  // namespace drover::cli
