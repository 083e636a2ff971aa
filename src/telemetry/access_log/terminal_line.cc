#include "telemetry/access_log/terminal_line.h"

#include <algorithm>
#include <charconv>

#include "base/printable.h"
#include "telemetry/log/timestamp.h"

namespace drover::telemetry {
namespace {

/// Most bytes shown of a client's text.
constexpr std::size_t kMostOfPath = 80;
constexpr std::size_t kMostOfName = 64;
/// The beginning of most providers' keys, and of this gateway's clients' keys: a client may put a key in the wrong
/// place.
constexpr std::string_view kKeyFront = "sk-";

class WordWriter {
 public:
  explicit WordWriter(std::span<char> memory) : memory_(memory) {}

  void plain(std::string_view text) {
    if (text.size() > memory_.size() - used_) {
      full_ = true;
      return;
    }
    std::ranges::copy(text, memory_.begin() + static_cast<std::ptrdiff_t>(used_));
    used_ += text.size();
  }
  void number(std::int64_t value) {
    char digits[24];
    const auto end = std::to_chars(std::begin(digits), std::end(digits), value).ptr;
    plain({digits, static_cast<std::size_t>(end - digits)});
  }
  /// Writes at most `most` bytes in whole characters, with '?' for characters that a terminal obeys and for bytes that
  /// are no UTF-8.
  void shown(std::string_view text, std::size_t most) {
    const bool cut = text.size() > most;
    text = text.substr(0, most);
    while (!text.empty()) {
      if (text.starts_with(kKeyFront)) {
        plain("sk-…");
        text.remove_prefix(std::min(text.find('/'), text.size()));
        continue;
      }
      const Unseen unseen = unseen_at(text);
      const std::size_t size = unseen.size > 0 ? std::min(unseen.size, text.size()) : character(text);
      plain(unseen.size > 0 || size == 0 ? std::string_view("?") : text.substr(0, size));
      text.remove_prefix(std::max<std::size_t>(size, 1));
    }
    if (cut) plain("…");
  }
  [[nodiscard]] std::string_view line() const {
    return full_ ? std::string_view() : std::string_view(memory_.data(), used_);
  }

 private:
  /// Bytes of the whole character at the front; 0: there is none.
  static std::size_t character(std::string_view text) {
    const auto lead = static_cast<unsigned char>(text.front());
    if (lead < 0x80) return 1;
    const std::size_t size = lead >= 0xf5 ? 0 : lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc2 ? 2 : 0;
    if (size == 0 || text.size() < size) return 0;
    const bool whole = std::ranges::all_of(text.substr(1, size - 1),
                                           [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) == 0x80U; });
    return whole ? size : 0;
  }

  std::span<char> memory_;
  std::size_t used_ = 0;
  bool full_ = false;
};

void duration(WordWriter& line, Duration span) {
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(span).count();
  if (ms < 10'000) {
    line.number(ms);
    return line.plain("ms");
  }
  line.number(ms / 1000);
  line.plain(".");
  line.number(ms % 1000 / 100);
  line.plain("s");
}

}  // namespace

std::string_view terminal_line(const AccessRecord& record, std::span<char> memory) {
  WordWriter line(memory);
  const auto time = timestamp(record.unix_milliseconds);
  line.plain(std::string_view(time.data(), time.size()).substr(11, 8));  // of 2026-01-31T12:04:31.123Z
  line.plain("  ");
  line.shown(record.client.empty() ? "-" : record.client, kMostOfName);
  line.plain("  ");
  line.shown(record.method.empty() ? "?" : record.method, kMostOfName);
  line.plain(" ");
  line.shown(record.path.empty() ? "-" : record.path, kMostOfPath);
  line.plain("  ");
  line.shown(record.model.empty() ? "-" : record.model, kMostOfName);
  line.plain("  ");
  line.shown(record.attempts.empty() ? "-" : record.attempts.back().target, kMostOfName);
  line.plain("  ");
  if (record.status == 0) {
    line.plain("-");
  } else {
    line.number(record.status);
  }
  line.plain("  ");
  duration(line, record.duration);
  if (record.attempts.size() > 1) {
    line.plain("  ");
    line.number(static_cast<std::int64_t>(record.attempts.size()));
    line.plain(" attempts");
  }
  if (!record.error.empty()) {
    line.plain("  ");
    line.shown(record.error, kMostOfName);
  }
  line.plain("\n");
  return line.line();
}

}  // namespace drover::telemetry
