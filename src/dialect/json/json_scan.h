// Judges a whole JSON text and notes where the top-level members of interest stand, in one pass that can pause
// anywhere. It is the strict judge (RFC 8259, UTF-8, depth, one document); it builds no tree, never recurses, never
// allocates.
#pragma once

#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"

namespace drover::dialect {

/// Where something stands in a body: [begin, end).
struct ByteRange {
  std::size_t begin = 0;
  std::size_t end = 0;
  [[nodiscard]] std::size_t size() const { return end - begin; }
  [[nodiscard]] std::string_view of(std::string_view body) const { return body.substr(begin, end - begin); }
};

class JsonScan {
 public:
  /// Deepest nesting accepted. Real requests stay under 20; simdjson stops at 1,024, Python's json at about 990.
  static constexpr std::size_t kMaxDepth = 256;
  /// Most member names that can be looked for.
  static constexpr std::size_t kMaxNames = 32;
  static constexpr std::size_t kMaxDeep = 2;
  /// From this length a string is looked at for being data rather than text (base64 of an image or a sound).
  static constexpr std::size_t kOpaqueFrom = 1024;
  /// What an image, sound or file counts as in text_bytes(): about 1,000 tokens, the order that providers charge.
  static constexpr std::size_t kOpaqueCountsAs = 4000;

  /// `text` and `names` must outlive the scan. Names are compared with unescaped keys; a name found twice, or spelt in
  /// another case (some servers read keys without regard to case), is refused.
  /// `deep`: plain names of 1 to 63 bytes whose texts are wanted from anywhere below the top; at most kMaxDeep.
  JsonScan(std::string_view text, std::span<const std::string_view> names, std::span<const std::string_view> deep = {})
      : text_(text), names_(names), deep_names_(deep) {
    for (const std::string_view name : deep) deep_sizes_ |= std::uint64_t{1} << name.size();
  }

  /// Judges about `budget` bytes more (a few more where a token ends). True: the text is one good document.
  /// Errors: BadRequest, status 400, code invalid_json, duplicate_key or ambiguous_key; the message names the byte.
  [[nodiscard]] Result<bool> step(std::size_t budget);

  /// Whether the document is an object (otherwise there are no members).
  [[nodiscard]] bool is_object() const { return is_object_; }
  /// Where the value of names[index] stands, with its quotes or brackets; nothing when it is not there.
  [[nodiscard]] std::optional<ByteRange> member(std::size_t index) const;
  /// The inside of the last string that stands under deep[index] below the top; nothing when there is none.
  [[nodiscard]] std::optional<ByteRange> last_text(std::size_t index) const;
  /// Bytes of all strings, keys too; an escaped character counts as three, an image or a file as kOpaqueCountsAs.
  [[nodiscard]] std::size_t text_bytes() const { return text_bytes_; }
  /// How many numbers there are (in arrays of token ids each is one token).
  [[nodiscard]] std::size_t numbers() const { return numbers_; }

 private:
  enum class State : std::uint8_t { Value, ElementOrEnd, KeyOrEnd, Key, Colon, After, InString, InNumber, Ended };
  enum class Digits : std::uint8_t { Minus, Zero, Whole, Point, Fraction, E, Sign, Exponent };

  bool check_utf8(std::size_t limit);
  bool run(std::size_t limit);
  bool token(char c);
  bool begin_value(char c);
  bool open(bool object);
  bool close(bool object);
  bool literal(std::string_view word);
  bool begin_string();
  bool run_string(std::size_t limit);
  bool escape();
  bool hex4(std::size_t at, unsigned& value) const;
  bool end_string();
  bool run_number(std::size_t limit);
  bool digit(char c, bool& more);
  bool match_key(std::string_view raw);
  [[nodiscard]] std::size_t deep_name(std::string_view raw) const;
  void end_value();
  bool refuse(const char* what);
  bool refuse_key(const char* code, std::string_view name);
  [[nodiscard]] std::unexpected<Error> failure() const;

  std::string_view text_;
  std::span<const std::string_view> names_;
  std::span<const std::string_view> deep_names_;
  std::uint64_t deep_sizes_ = 0;  ///< a bit for each length: asked of every key
  std::array<ByteRange, kMaxNames> members_{};
  std::array<ByteRange, kMaxDeep> texts_{};
  std::bitset<kMaxNames> found_;
  std::bitset<kMaxDepth> objects_;  ///< which open containers are objects
  std::size_t depth_ = 0;
  std::size_t at_ = 0;
  std::size_t limit_ = 0;  ///< where this step ends
  std::size_t utf8_at_ = 0;
  std::size_t string_begin_ = 0;
  std::size_t string_excess_ = 0;  ///< bytes that escapes of the current string take beyond what they stand for
  std::size_t text_bytes_ = 0;
  std::size_t numbers_ = 0;
  std::size_t current_ = kMaxNames;  ///< the looked-for member whose value is being read
  std::size_t deep_ = kMaxDeep;      ///< the deep name whose value comes next
  State state_ = State::Value;
  Digits digits_ = Digits::Minus;
  bool string_is_key_ = false;
  bool is_object_ = false;
  const char* wrong_ = nullptr;       ///< what is wrong at at_
  const char* wrong_code_ = nullptr;  ///< set when a key is what is wrong
  std::string_view wrong_name_;
};

/// The text that the inside of a JSON string stands for. `raw` must have passed JsonScan; anything else gives garbage,
/// but no harm.
[[nodiscard]] std::string json_unescape(std::string_view raw);

}  // namespace drover::dialect
