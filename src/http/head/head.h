// The parsed head of a request or an answer: views into the bytes it was read from, and how its body is framed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/fixed_vector.h"

namespace drover::http {

/// Most fields of one head; more is a 431 (an upstream's head: 502). nginx has no limit of the count, HAProxy has 101.
inline constexpr std::size_t kMaxFields = 100;
/// Most bytes of one head, with its first line. Prompts are in bodies, not in heads.
inline constexpr std::size_t kMaxHeadBytes = 64 * 1024;
/// Longest request target accepted; more is 414.
inline constexpr std::size_t kMaxTargetBytes = 8 * 1024;

struct Field {
  std::string_view name;   ///< as it was spelt; compare with iequals
  std::string_view value;  ///< without surrounding SP and HTAB
};

/// The fields of one head, in order. A set of marks answers for most names at once that no field has them.
class Fields {
 public:
  [[nodiscard]] bool push_back(const Field& field) {
    marks_ |= mark(field.name);
    return list_.push_back(field);
  }
  void clear() {
    marks_ = 0;
    list_.clear();
  }

  /// False: no field has this name in any case. True: a field may have it.
  [[nodiscard]] bool may_have(std::string_view name) const { return (marks_ & mark(name)) != 0; }

  [[nodiscard]] std::size_t size() const { return list_.size(); }
  [[nodiscard]] bool empty() const { return list_.empty(); }
  static constexpr std::size_t capacity() { return kMaxFields; }
  const Field& operator[](std::size_t at) const { return list_[at]; }
  const Field& back() const { return list_.back(); }
  const Field* begin() const { return list_.begin(); }
  const Field* end() const { return list_.end(); }

  /// Points the views of all fields into another copy of the bytes.
  void rebase(const char* from, const char* to) {
    for (Field& field : list_) {
      field.name = {to + (field.name.data() - from), field.name.size()};
      field.value = {to + (field.value.data() - from), field.value.size()};
    }
  }

 private:
  /// One of 64 bits for a name, by its length and its first and last letter.
  [[nodiscard]] static constexpr std::uint64_t mark(std::string_view name) {
    if (name.empty()) return 1;
    const auto letter = [](char c) { return static_cast<unsigned char>(c) | 0x20U; };
    return std::uint64_t{1} << ((name.size() * 7 + letter(name.front()) * 3U + letter(name.back())) & 63U);
  }

  FixedVector<Field, kMaxFields> list_;
  std::uint64_t marks_ = 0;
};

namespace head_detail {
[[nodiscard]] std::optional<std::string_view> find(const Fields& fields, std::string_view name);
}  // namespace head_detail

/// The value of the first field with this name (case does not matter), or nothing.
[[nodiscard]] inline std::optional<std::string_view> find(const Fields& fields, std::string_view name) {
  if (!fields.may_have(name)) return std::nullopt;
  return head_detail::find(fields, name);
}
namespace head_detail {
/// Compares two texts of one length.
[[nodiscard]] bool iequals(std::string_view a, std::string_view b);
}  // namespace head_detail

/// ASCII case-insensitive equality. Most texts that are compared differ in length.
[[nodiscard]] inline bool iequals(std::string_view a, std::string_view b) {
  return a.size() == b.size() && head_detail::iequals(a, b);
}

/// The number of fields with this name.
[[nodiscard]] inline std::size_t count(const Fields& fields, std::string_view name) {
  if (!fields.may_have(name)) return 0;
  std::size_t found = 0;
  for (const Field& field : fields) found += iequals(field.name, name) ? 1 : 0;
  return found;
}

/// Whether a method changes nothing (RFC 9110 section 9.2.1), of those that these APIs use.
[[nodiscard]] constexpr bool is_safe_method(std::string_view method) {
  return method == "GET" || method == "HEAD" || method == "OPTIONS";
}

/// How the end of a body is found (RFC 9112 section 6).
enum class BodyKind : std::uint8_t { None, Length, Chunked, UntilClose };

struct Framing {
  BodyKind kind = BodyKind::None;
  std::uint64_t length = 0;  ///< meaningful for Length only
};

enum class Version : std::uint8_t { Http10, Http11 };

struct RequestHead {
  std::string_view method;
  std::string_view target;  ///< as sent; see url.h for the canonical path
  std::string_view host;    ///< from an absolute-form target if there is one, else from the Host field
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
