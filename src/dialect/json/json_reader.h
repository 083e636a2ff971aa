// Walks through a JSON text member by member: for answers, where a few values are wanted out of much. It never judges
// the whole (json_scan.h does), never allocates, never recurses, and stops at the first thing that does not fit.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace drover::dialect {

class JsonReader {
 public:
  enum class Kind : std::uint8_t { Object, Array, String, Number, True, False, Null, None };

  explicit JsonReader(std::string_view text) : text_(text) {}

  /// What the value at the cursor is; None at the end or when the text is broken.
  [[nodiscard]] Kind kind();
  /// Steps into the object or array at the cursor. False: there is none.
  bool enter();
  /// In an object: goes to the next member's value. `key` is raw, without quotes. False: the object has ended (the
  /// cursor is behind it) or the text is broken. The value before must have been taken or walked to its end.
  bool next_member(std::string_view& key);
  /// The same in an array.
  bool next_element();
  /// The raw text of the value at the cursor, which goes behind it. Empty when the text is broken.
  std::string_view take();
  /// Only white space is left.
  [[nodiscard]] bool at_end();
  [[nodiscard]] bool broken() const { return broken_; }

 private:
  void skip_space();
  bool fail();
  bool to_next_item(char end);
  bool skip_string();
  bool skip_container();

  std::string_view text_;
  std::size_t at_ = 0;
  bool fresh_ = false;  ///< just entered: no comma is due
  bool broken_ = false;
};

/// What a raw value is, by its first byte.
[[nodiscard]] JsonReader::Kind kind_of(std::string_view raw);
/// The inside of a raw string, escapes and all; nothing when `raw` is no string.
[[nodiscard]] std::optional<std::string_view> raw_string(std::string_view raw);
/// A whole number, clamped to 64 bits; the fraction of a decimal one is dropped, one with an exponent is not read.
[[nodiscard]] std::optional<std::int64_t> raw_integer(std::string_view raw);
/// The raw value of one top-level member of an object; empty when `object` is none or has no such member.
[[nodiscard]] std::string_view raw_member(std::string_view object, std::string_view name);
/// Not null, false, 0, "", {} or [] (nor nothing at all): what the SDKs take for a value.
[[nodiscard]] bool raw_truthy(std::string_view raw);

}  // namespace drover::dialect
