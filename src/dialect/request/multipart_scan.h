// Finds the small text fields of a multipart/form-data body and leaves its files alone (RFC 7578), in one pass that can
// pause anywhere. Strict: what two readers could read in two ways is refused, wherever it stands in the form, for a
// part that is harmless to us may be a routed field to the provider.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "dialect/json/json_scan.h"

namespace drover::dialect {

/// What a form's or query's name is to a reader who trims it, ignores case, undoes escapes and takes brackets for an
/// index: "model" for " Mod%65l[0]".
[[nodiscard]] std::string routed_name(std::string_view name);

class MultipartScan {
 public:
  /// Longest block of headers of one part. Real ones are under 300 bytes.
  static constexpr std::size_t kMaxPartHead = 8 * 1024;
  /// Most parts of one body. OpenAI takes at most 16 images in one edit.
  static constexpr std::size_t kMaxParts = 256;
  /// Most names that can be looked for.
  static constexpr std::size_t kMaxNames = 16;

  /// `body` and `names` must outlive the scan. The boundary comes from form_boundary().
  MultipartScan(std::string_view body, std::string_view boundary, std::span<const std::string_view> names);

  /// Reads about `budget` bytes more. True: the body is whole.
  /// Errors: BadRequest, status 400, code invalid_multipart or duplicate_key.
  [[nodiscard]] Result<bool> step(std::size_t budget);

  /// Where the value of the part named names[index] stands; nothing when there is no such part.
  [[nodiscard]] std::optional<ByteRange> field(std::size_t index) const { return fields_[index]; }
  /// Bytes of the parts that are no files.
  [[nodiscard]] std::size_t text_bytes() const { return text_bytes_; }

 private:
  enum class State : std::uint8_t { Start, AfterDelimiter, Content, Ended };
  struct PartHead {
    std::size_t field = kMaxNames;  ///< which of the names it is; kMaxNames: none
    bool is_file = false;
    bool encoded = false;  ///< has a Content-Transfer-Encoding that changes its bytes, or a charset that does
    unsigned lines = 0;    ///< which of the lines that may be there once have been
  };

  bool after_delimiter();
  bool content(std::size_t limit);
  bool end_part(std::size_t end);
  bool read_part_head(std::string_view lines);
  bool read_line(std::string_view name, std::string_view value);
  bool read_disposition(std::string_view value);
  bool read_name(std::string_view name);
  bool refuse(const char* what);

  std::string_view body_;
  std::string delimiter_;  ///< CR LF "--" boundary
  std::span<const std::string_view> names_;
  std::array<std::optional<ByteRange>, kMaxNames> fields_{};
  PartHead part_;
  std::size_t at_ = 0;
  std::size_t content_begin_ = 0;
  std::size_t parts_ = 0;
  std::size_t text_bytes_ = 0;
  State state_ = State::Start;
  const char* wrong_ = nullptr;
  bool duplicate_ = false;
};

}  // namespace drover::dialect
