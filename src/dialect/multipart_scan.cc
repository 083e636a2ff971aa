#include "dialect/multipart_scan.h"

#include <algorithm>

#include "dialect/media_type.h"
#include "http/head.h"

namespace drover::dialect {

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

/// Looks for the boundary that ends the part, up to `limit`.
bool MultipartScan::content(std::size_t limit) {
  const std::size_t window = std::min(body_.size() - at_, limit - std::min(limit, at_) + delimiter_.size());
  const std::size_t found = body_.substr(at_, window).find(delimiter_);
  if (found != std::string_view::npos) {
    const std::size_t end = at_ + found;
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
  for (std::size_t index = 0; index < names_.size() && index < kMaxNames; ++index) {
    if (part_.name != names_[index]) continue;
    if (fields_[index].has_value()) {
      duplicate_ = true;
      return refuse("a field that decides where it goes is there twice");
    }
    if (part_.is_file) return refuse("a field that decides where it goes is sent as a file");
    if (part_.encoded) return refuse("a field that decides where it goes is sent encoded");
    if (end < content_begin_) return refuse("a field that decides where it goes has no content");
    fields_[index] = range;
  }
  return true;
}

bool MultipartScan::read_part_head(std::string_view lines) {
  part_ = {};
  bool named = false;
  while (!lines.empty()) {
    const std::size_t end = std::min(lines.find("\r\n"), lines.size());
    const std::string_view line = lines.substr(0, end);
    lines.remove_prefix(std::min(end + 2, lines.size()));
    if (line.find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos) {
      return refuse("a part's head has a control character");
    }
    if (line.front() == ' ' || line.front() == '\t') return refuse("a part's head has a folded line");
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) return refuse("a part's head has a line without a colon");
    const std::string_view name = line.substr(0, colon);
    std::string_view value = line.substr(colon + 1);
    while (!value.empty() && (value.front() == ' ' || value.front() == '\t')) value.remove_prefix(1);
    if (http::iequals(name, "content-disposition")) {
      if (named) return refuse("a part has two Content-Dispositions");
      named = true;
      if (!read_disposition(value)) return false;
    } else if (http::iequals(name, "content-transfer-encoding")) {
      part_.encoded = !http::iequals(value, "7bit") && !http::iequals(value, "8bit") && !http::iequals(value, "binary");
    }
  }
  return named || refuse("a part has no Content-Disposition");
}

bool MultipartScan::read_disposition(std::string_view value) {
  const std::size_t end = std::min(value.find(';'), value.size());
  std::string_view type = value.substr(0, end);
  while (!type.empty() && (type.back() == ' ' || type.back() == '\t')) type.remove_suffix(1);
  if (!http::iequals(type, "form-data")) return refuse("a part is not form-data");
  std::string_view parameters = value.substr(end);
  Parameter parameter;
  bool named = false;
  while (take_parameter(parameters, parameter)) {
    if (http::iequals(parameter.name, "name")) {
      if (named) return refuse("a part has two names");
      named = true;
      part_.name = parameter.value;
    } else if (http::iequals(parameter.name, "filename") || http::iequals(parameter.name, "filename*")) {
      part_.is_file = true;
    } else if (http::iequals(parameter.name, "name*")) {
      return refuse("a part's name is in a form that readers disagree on");
    }
  }
  if (!parameters.empty()) return refuse("a Content-Disposition cannot be read");
  return named || refuse("a part has no name");
}

bool MultipartScan::refuse(const char* what) {
  wrong_ = what;
  return false;
}

}  // namespace drover::dialect
