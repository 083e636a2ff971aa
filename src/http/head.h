// The parsed head of a request or an answer: views into the bytes it was read from, and how its body is framed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/fixed_vector.h"

namespace drover::http {

/// Most fields one head may carry; more is 431 (or 502 from an upstream). nginx has no count limit, HAProxy 101.
inline constexpr std::size_t kMaxFields = 100;
/// Most bytes one head may have, request line included. The largest real prompts are in bodies, not heads.
inline constexpr std::size_t kMaxHeadBytes = 64 * 1024;
/// Longest request target accepted; more is 414.
inline constexpr std::size_t kMaxTargetBytes = 8 * 1024;

struct Field {
  std::string_view name;   ///< as it was spelt; compare with iequals
  std::string_view value;  ///< without surrounding SP and HTAB
};

using Fields = FixedVector<Field, kMaxFields>;

/// The value of the first field with this name (case does not matter), or nothing.
[[nodiscard]] std::optional<std::string_view> find(const Fields& fields, std::string_view name);
/// ASCII case-insensitive equality.
[[nodiscard]] bool iequals(std::string_view a, std::string_view b);

/// How the end of a body is known (RFC 9112 section 6).
enum class BodyKind : std::uint8_t { None, Length, Chunked, UntilClose };

struct Framing {
  BodyKind kind = BodyKind::None;
  std::uint64_t length = 0;  ///< meaningful for Length only
};

enum class Version : std::uint8_t { Http10, Http11 };

struct RequestHead {
  std::string_view method;
  std::string_view target;  ///< as sent; see url.h for the canonical path
  std::string_view host;    ///< of the absolute-form target when there is one, else of the Host field
  Version version = Version::Http11;
  Framing framing;
  bool keep_alive = true;        ///< what the client asked for
  bool expect_continue = false;  ///< Expect: 100-continue
  Fields fields;
  std::size_t size = 0;  ///< bytes of the head, blank line included
};

struct ResponseHead {
  int status = 0;
  std::string_view reason;
  Version version = Version::Http11;
  Framing framing;
  bool keep_alive = true;  ///< whether the connection may be used again after this answer
  Fields fields;
  std::size_t size = 0;
};

}  // namespace drover::http
