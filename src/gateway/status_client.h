// Asks a running drover for its status, from another process.
#pragma once

#include <string>

#include "base/instant.h"
#include "base/result.h"

namespace drover::gateway {

/// GET {url}/status, waiting for the answer. `url`: "http://127.0.0.1:8081"; https is verified against the system's
/// certificates, or those in `ca_file`. Errors: a sentence for the person who asked.
[[nodiscard]] Result<std::string> fetch_status(const std::string& url, const std::string& ca_file, Duration timeout);

}  // namespace drover::gateway
