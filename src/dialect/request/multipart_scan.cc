#include "dialect/request/multipart_scan.h"

#include <algorithm>
#include <utility>

#include "dialect/request/media_type.h"
#include "http/bytes.h"
#include "http/head/head.h"

namespace drover::dialect {
namespace {

/// Lines of a part's head that may be there once.
enum Line : unsigned { kOther = 0, kDisposition = 1, kType = 2, kEncoding = 4 };

constexpr std::string_view kNested = "multipart/";

}  // namespace

std::string routed_name(std::string_view name) {
  std::string plain;
  for (std::size_t at = 0; at < name.size(); ++at) {
    const bool escaped = name[at] == '%' && at + 2 < name.size() && http::hex_value(name[at + 1]) >= 0 &&
                         http::hex_value(name[at + 2]) >= 0;
    const char c =
        escaped ? static_cast<char>(http::hex_value(name[at + 1]) * 16 + http::hex_value(name[at + 2])) : name[at];
    plain.push_back(http::lower(c == '+' ? ' ' : c));
    if (escaped) at += 2;
  }
  return std::string(http::trim(http::trim(plain).substr(0, http::trim(plain).find('['))));
}

MultipartScan::MultipartScan(std::string_view body, std::string_view boundary, std::span<const std::string_view> names)
    : body_(body), delimiter_("\r\n--"), names_(names) {
  delimiter_ += boundary;
}

Result<bool> MultipartScan::step(std::size_t budget) {
  const std::size_t limit = budget < body_.size() - at_ ? at_ + budget : body_.size();
  bool good = true;
  while (good && state_ != State::Ended && (at_ < limit || at_ == body_.size())) {
    switch (state_) {
      case State::Start:
        if (!body_.starts_with(std::string_view(delimiter_).substr(2))) {
          good = refuse("it does not begin with the boundary");
          break;
        }
        at_ = delimiter_.size() - 2;
        state_ = State::AfterDelimiter;
        break;
      case State::AfterDelimiter: good = after_delimiter(); break;
      case State::Content: good = content(limit); break;
      case State::Ended: break;
    }
  }
  if (good) return state_ == State::Ended;
  return fail(Error{
      .kind = ErrorKind::BadRequest,
      .scope = ErrorScope::Request,
      .retry = RetryClass::Never,
      .status = 400,
      .code = duplicate_ ? "duplicate_key" : "invalid_multipart",
      .message = "the multipart body cannot be read: " + std::string(wrong_) + " (byte " + std::to_string(at_) + ")"});
}

/// Behind a boundary: the end, or the head of the next part.
bool MultipartScan::after_delimiter() {
  const std::string_view rest = body_.substr(at_);
  if (rest.starts_with("--")) {
    const std::string_view tail = rest.substr(2);
    if (!tail.empty() && tail != "\r\n") return refuse("something follows its end");
    at_ = body_.size();
    state_ = State::Ended;
    return true;
  }
  if (!rest.starts_with("\r\n")) return refuse("a boundary is not followed by a line end");
  if (++parts_ > kMaxParts) return refuse("it has more than 256 parts");
  // The line end of the boundary also ends an empty head.
  const std::size_t blank = rest.substr(0, kMaxPartHead + 4).find("\r\n\r\n");
  if (blank == std::string_view::npos) return refuse("the head of a part does not end, or is over 8 KiB");
  if (!read_part_head(blank == 0 ? std::string_view{} : rest.substr(2, blank - 2))) return false;
  // The line end before the content also begins the boundary of an empty part.
  content_begin_ = at_ + blank + 4;
  at_ += blank + 2;
  state_ = State::Content;
  return true;
}

/// Looks for the boundary that ends the part, up to `limit`. Some readers take it behind any sort of line end, so it
/// may stand nowhere else (RFC 2046 section 5.1.1 wants a boundary that the contents do not hold).
bool MultipartScan::content(std::size_t limit) {
  const std::size_t window = std::min(body_.size() - at_, limit - std::min(limit, at_) + delimiter_.size());
  const std::size_t found = body_.substr(at_, window).find(std::string_view(delimiter_).substr(2));
  if (found != std::string_view::npos) {
    const std::size_t end = at_ + found - 2;
    if (found < 2 || body_.substr(end, 2) != "\r\n") return refuse("its boundary stands inside a part");
    at_ = end + delimiter_.size();
    state_ = State::AfterDelimiter;
    return end_part(end);
  }
  if (at_ + window == body_.size()) return refuse("it has no end");
  at_ += window - (delimiter_.size() - 1);
  return true;
}

bool MultipartScan::end_part(std::size_t end) {
  const ByteRange range{content_begin_, std::max(content_begin_, end)};
  if (!part_.is_file) text_bytes_ += range.size();
  if (part_.field == kMaxNames) return true;
  std::optional<ByteRange>& place = fields_[part_.field];
  if (place.has_value()) {
    duplicate_ = true;
    return refuse("a field that decides where it goes is there twice");
  }
  if (part_.is_file) return refuse("a field that decides where it goes is sent as a file");
  if (part_.encoded) return refuse("a field that decides where it goes is sent encoded");
  if (end < content_begin_) return refuse("a field that decides where it goes has no content");
  place = range;
  return true;
}

bool MultipartScan::read_part_head(std::string_view lines) {
  part_ = {};
  while (!lines.empty()) {
    const std::size_t end = std::min(lines.find("\r\n"), lines.size());
    const std::string_view line = lines.substr(0, end);
    lines.remove_prefix(std::min(end + 2, lines.size()));
    if (line.front() == ' ' || line.front() == '\t') return refuse("a part's head has a folded line");
    if (std::ranges::any_of(line, http::is_control)) return refuse("a part's head has a control character");
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) return refuse("a part's head has a line without a colon");
    const std::string_view name = line.substr(0, colon);
    if (name.empty() || http::skip(name, 0, http::kToken) != name.size()) {
      return refuse("a part's head has a line whose name is none");
    }
    if (!read_line(name, http::trim(line.substr(colon + 1)))) return false;
  }
  return (part_.lines & kDisposition) != 0 || refuse("a part has no Content-Disposition");
}

bool MultipartScan::read_line(std::string_view name, std::string_view value) {
  const unsigned line = http::iequals(name, "content-disposition")         ? kDisposition
                        : http::iequals(name, "content-type")              ? kType
                        : http::iequals(name, "content-transfer-encoding") ? kEncoding
                                                                           : kOther;
  if ((part_.lines & line) != 0) {
    return refuse(line == kDisposition ? "a part has two Content-Dispositions" : "a part's head says a thing twice");
  }
  part_.lines |= line;
  if (line == kDisposition) return read_disposition(value);
  if (line == kType) {
    if (value.size() >= kNested.size() && http::iequals(value.substr(0, kNested.size()), kNested)) {
      return refuse("a part is a form of its own");
    }
    part_.encoded |= has_odd_charset(value);
  } else if (line == kEncoding) {
    part_.encoded |= !http::iequals(value, "7bit") && !http::iequals(value, "8bit") && !http::iequals(value, "binary");
  }
  return true;
}

/// `form-data; name="…"` and perhaps a file name behind it, nothing else: readers that search the text would find names
/// in what is said before or beside.
bool MultipartScan::read_disposition(std::string_view value) {
  const std::size_t end = std::min(value.find(';'), value.size());
  if (!http::iequals(http::trim(value.substr(0, end)), "form-data")) return refuse("a part is not form-data");
  std::string_view parameters = value.substr(end);
  Parameter parameter;
  bool named = false;
  bool has_file_name = false;
  bool has_coded_file_name = false;
  while (take_parameter(parameters, parameter)) {
    if (http::iequals(parameter.name, "name")) {
      if (named) return refuse("a part has two names");
      named = true;
      if (!read_name(parameter.value)) return false;
      continue;
    }
    bool& seen = http::iequals(parameter.name, "filename*") ? has_coded_file_name : has_file_name;
    if (&seen == &has_file_name && !http::iequals(parameter.name, "filename")) {
      return refuse("a part's name is in a form that readers disagree on");
    }
    if (!named) return refuse("a part has no name before its file's");
    const bool hides =
        parameter.value.find(';') != parameter.value.npos && parameter.value.find('=') != parameter.value.npos;
    if (std::exchange(seen, true) || hides) return refuse("a file's name is in a form that readers disagree on");
    part_.is_file = true;
  }
  if (!parameters.empty()) return refuse("a Content-Disposition cannot be read");
  return named || refuse("a part has no name");
}

/// Which of the names looked for this is, to a reader who trims it, ignores case, undoes escapes or takes brackets for
/// an index.
bool MultipartScan::read_name(std::string_view name) {
  if (std::ranges::any_of(name, [](char c) { return static_cast<unsigned char>(c) >= 0x80; })) {
    return refuse("a part's name has characters beyond ASCII");
  }
  if (http::iequals(http::trim(name), "_charset_")) return refuse("it names a character set of its own");
  const std::string routed = routed_name(name);
  for (std::size_t index = 0; index < names_.size() && index < kMaxNames; ++index) {
    if (routed != names_[index]) continue;
    if (!http::iequals(http::trim(name), routed)) {
      return refuse("a field that decides where it goes is spelt in a way that readers disagree on");
    }
    part_.field = index;
  }
  return true;
}

bool MultipartScan::refuse(const char* what) {
  wrong_ = what;
  return false;
}

}  // namespace drover::dialect
