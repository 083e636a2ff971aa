// Keys and principals as JSON, the form in which the store and the snapshot file keep them. A digest is 64 hex digits.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "directory/records.h"

namespace drover::store {

[[nodiscard]] std::string to_json(const directory::Key& key);
[[nodiscard]] std::string to_json(const directory::Principal& principal);

/// Errors: kDamaged when the text is not what to_json writes. Unknown members are left out (a later drover's).
[[nodiscard]] Result<directory::Key> key_from_json(std::string_view json);
[[nodiscard]] Result<directory::Principal> principal_from_json(std::string_view json);

/// The digest as 64 lower-case hex digits.
[[nodiscard]] std::string digest_text(const directory::Digest& digest);

}  // namespace drover::store
