// SHA-256 (FIPS 180-4), for fingerprints and for comparing clients' keys by digest. Not for hashing large data: it is
// the plain algorithm without processor instructions, about 200 MB/s.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace drover {

using Sha256Digest = std::array<std::uint8_t, 32>;

/// The digest of `text`. Never fails. Bytes of `text` are wiped from the working memory before it returns.
[[nodiscard]] Sha256Digest sha256(std::string_view text);

/// The first `bytes` bytes of a digest as lower-case hexadecimal digits (two each).
[[nodiscard]] std::string hex(const Sha256Digest& digest, std::size_t bytes = 32);

}  // namespace drover
