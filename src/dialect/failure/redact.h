// Takes credentials out of a provider's error text before a client or a log sees it (providers quote keys in them).
// Good answers are not read word by word: key_search.h.
#pragma once

#include <string>
#include <string_view>

namespace drover::dialect {

/// What stands where a credential stood.
inline constexpr std::string_view kRedacted = "[redacted]";

/// A copy of `body` without: `secret` itself, in any case and with JSON escapes; any 8 characters in a row of it; its
/// beginning or end of 4 or more characters where a mask ('*', dots, 'xxx') stands beside it, and its end of 4 or more
/// alone; words that look like a key (sk-..., gsk_..., xai-..., AIza..., cr_...); what follows "Bearer ". An empty
/// secret is fine. The rest stays byte for byte, so JSON stays JSON. Linear in the body.
[[nodiscard]] std::string redact(std::string_view body, std::string_view secret);

/// Whether the text may hold something of the secret or of another credential; then it is worth redacting.
[[nodiscard]] bool may_hold_credential(std::string_view text, std::string_view secret);

}  // namespace drover::dialect
