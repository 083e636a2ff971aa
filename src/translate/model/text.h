// Text as it stands inside a JSON string: with its escapes and without its quotes. A text of one dialect is a text of
// every other, so it crosses without being unescaped and escaped again, to the byte.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace drover::translate {

/// A view of the inside of a JSON string that has been judged (dialect::JsonScan).
struct Text {
  std::string_view escaped;
  [[nodiscard]] bool empty() const { return escaped.empty(); }
  /// As written: two spellings of one text are not equal. Compare plain() where that matters.
  friend bool operator==(Text, Text) = default;
};

/// What the text stands for.
[[nodiscard]] std::string plain(Text text);
/// Bytes of what the text stands for. Allocates nothing.
[[nodiscard]] std::size_t plain_size(Text text);
/// Whether there is nothing in it but white space.
[[nodiscard]] bool is_blank(Text text);
/// Without the white space at its end.
[[nodiscard]] Text trimmed_end(Text text);

/// Adds `plain` to `out` with the escapes that the inside of a JSON string needs (RFC 8259 section 7). `plain` is
/// UTF-8.
void append_escaped(std::string_view plain, std::string& out);

/// The arguments of a call: OpenAI has them as a text, Anthropic as an object. They are kept in the form in which they
/// came, and keep their bytes and the order of their keys in both.
struct Arguments {
  enum class Written { AsText, AsJson };
  Written written = Written::AsText;
  std::string_view value;  ///< the inside of a JSON string, or a JSON value
};

/// Adds the arguments as the inside of a JSON string. None at all become "{}".
void append_as_text(const Arguments& arguments, std::string& out);
/// Adds the arguments as a JSON object; none at all become {}. False, with nothing added: they are no JSON object.
[[nodiscard]] bool append_as_object(const Arguments& arguments, std::string& out);

/// Whether `json` is one sound JSON object.
[[nodiscard]] bool is_json_object(std::string_view json);
/// Whether `json` is one sound JSON document.
[[nodiscard]] bool is_json(std::string_view json);

}  // namespace drover::translate
