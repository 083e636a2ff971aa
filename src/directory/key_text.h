// A client key as text: "dk_", 32 base62 characters of chance, and a checksum of 6 that tells a typing mistake from a
// key that nobody knows, without asking anybody. Secret scanners find it by its form.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/secret.h"
#include "directory/records.h"

namespace drover::directory {

inline constexpr std::string_view kKeyPrefix = "dk_";
inline constexpr std::size_t kKeyChance = 32;   ///< characters: 190 bits
inline constexpr std::size_t kKeyChecksum = 6;  ///< characters: CRC-32 (IEEE) of what stands before
inline constexpr std::size_t kKeyTextBytes = kKeyPrefix.size() + kKeyChance + kKeyChecksum;

/// Bytes from the system's generator of secrets.
using KeyChance = std::array<std::uint8_t, 32>;

struct MadeKey {
  Secret text;        ///< shown once, never stored
  Digest digest{};    ///< what is stored; a random key needs no salt
  std::string shown;  ///< Key::shown
};

/// The key of these bytes. Each of the 62^32 keys is as likely as any other, to within 2^-65.
[[nodiscard]] MadeKey make_key(const KeyChance& chance);

/// Key::id: "key_" and 16 base62 characters (95 bits).
[[nodiscard]] std::string make_key_id(const KeyChance& chance);

enum class KeyTextVerdict : std::uint8_t {
  Good,
  NotOurs,  ///< another length, beginning or alphabet
  Typo,     ///< the form is right, the checksum is not
};

/// Whether a text can be a key of drover. It takes the same time for every text of the right form, and says nothing
/// about which keys there are.
[[nodiscard]] KeyTextVerdict judge_key_text(std::string_view text);

/// "dk_aB3x…9Zq1": the first and the last four characters behind the prefix; for a text of another form "…".
[[nodiscard]] std::string shown_key(std::string_view text);

}  // namespace drover::directory
