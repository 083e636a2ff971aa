#include "http/body/sse.h"

#include <algorithm>
#include <limits>

namespace drover::http {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

/// Position of the first LF or CR at or after `from`; npos: there is none. Searches in blocks: one search for LF and
/// one for CR over the whole rest would take quadratic time in a stream of short lines that uses only one of them.
std::size_t find_line_end(std::string_view text, std::size_t from) {
  constexpr std::size_t kBlock = 256;
  for (; from < text.size(); from += kBlock) {
    const std::string_view block = text.substr(from, kBlock);
    const std::size_t lf = block.find('\n');
    const std::size_t cr = block.substr(0, lf).find('\r');
    if (cr != block.npos) return from + cr;
    if (lf != block.npos) return from + lf;
  }
  return text.npos;
}

/// Length of the line end at `at`, 0 if there is none. CR LF is one line end.
std::size_t line_end_length(std::string_view text, std::size_t at) {
  return text[at] == '\r' && at + 1 < text.size() && text[at + 1] == '\n' ? 2 : 1;
}

struct SseField {
  std::string_view name, value;
};

/// One space after the colon belongs to the colon. A line without a colon is a name with an empty value.
SseField split_field(std::string_view line) {
  const std::size_t colon = line.find(':');
  if (colon == line.npos) return {.name = line, .value = {}};
  std::string_view value = line.substr(colon + 1);
  if (value.starts_with(' ')) value.remove_prefix(1);
  return {.name = line.substr(0, colon), .value = value};
}

void take_line(std::string_view line, SseEvent& event) {
  const SseField field = split_field(line);
  if (field.name == "data") {
    if (event.data_lines < std::numeric_limits<std::uint16_t>::max()) ++event.data_lines;
    event.data = event.data_lines == 1 ? field.value : std::string_view{};
  } else if (field.name == "event") {
    event.name = field.value;
  }
}

/// Calls `take` with each line of whole lines.
template <class Take>
void for_each_line(std::string_view text, Take&& take) {
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  for (std::size_t line = 0; line < text.size();) {
    const std::size_t end = std::min(find_line_end(text, line), text.size());
    take(text.substr(line, end - line));
    if (end == text.size()) return;
    line = end + line_end_length(text, end);
  }
}

}  // namespace

bool SseScanner::next(std::string_view input, SseEvent& event) {
  while (true) {
    const std::size_t end = find_line_end(input, scanned_);
    if (end == input.npos || (input[end] == '\r' && end + 1 == input.size())) {
      scanned_ = std::min(end, input.size());
      return false;
    }
    const bool blank = end == line_;
    line_ = scanned_ = end + line_end_length(input, end);
    if (blank) break;
  }
  event = {};
  event.bytes = input.substr(0, line_);
  reset();
  for_each_line(event.bytes, [&event](std::string_view line) { take_line(line, event); });
  return true;
}

void sse_data(const SseEvent& event, std::string& out) {
  out.clear();
  bool first = true;
  for_each_line(event.bytes, [&](std::string_view line) {
    const SseField field = split_field(line);
    if (field.name != "data") return;
    if (!first) out += '\n';
    out += field.value;
    first = false;
  });
}

}  // namespace drover::http
