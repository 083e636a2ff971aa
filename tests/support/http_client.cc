#include "support/http_client.h"

#include <algorithm>
#include <charconv>

namespace drover::test {
namespace {

// Longest size line of a chunk: no sane server sends a longer one.
constexpr std::size_t kMaxSizeLine = 1024;

bool same(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
    return lower(x) == lower(y);
  });
}

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ') || text.starts_with('\t')) text.remove_prefix(1);
  while (text.ends_with(' ') || text.ends_with('\t')) text.remove_suffix(1);
  return text;
}

// Splits at LF, CRLF or CR, the line ends of an event stream.
std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find_first_of("\r\n"), text.size());
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(end);
    if (text.starts_with("\r\n"))
      text.remove_prefix(2);
    else if (!text.empty())
      text.remove_prefix(1);
  }
  return lines;
}

// The end of the first whole event of `text` (after its blank line), or npos. A CR at the end of `text` may be half of
// a CRLF.
std::size_t event_end(std::string_view text) {
  bool line_empty = true;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '\r' && text[at] != '\n') {
      line_empty = false;
      continue;
    }
    if (text[at] == '\r' && at + 1 == text.size()) return std::string_view::npos;
    if (text[at] == '\r' && text[at + 1] == '\n') ++at;
    if (line_empty) return at + 1;
    line_empty = true;
  }
  return std::string_view::npos;
}

std::string field_values(const std::string& text, std::string_view field) {
  std::string joined;
  bool first = true;
  for (const std::string& line : lines_of(text)) {
    if (!line.starts_with(std::string(field) + ":")) continue;
    std::string_view value = std::string_view(line).substr(field.size() + 1);
    if (value.starts_with(' ')) value.remove_prefix(1);
    if (!first) joined += "\n";
    joined += value;
    first = false;
  }
  return joined;
}

bool has(const Fields& fields, std::string_view name) {
  return std::any_of(fields.begin(), fields.end(), [name](const auto& field) { return same(field.first, name); });
}

}  // namespace

std::optional<std::string> AnswerHead::field(std::string_view name) const {
  for (const auto& [known, value] : fields) {
    if (same(known, name)) return value;
  }
  return std::nullopt;
}

std::size_t AnswerHead::count(std::string_view name) const {
  return static_cast<std::size_t>(
      std::count_if(fields.begin(), fields.end(), [name](const auto& field) { return same(field.first, name); }));
}

std::string Event::data() const {
  return field_values(text, "data");
}
std::string Event::name() const {
  return field_values(text, "event");
}
bool Event::is_comment() const {
  const std::vector<std::string> lines = lines_of(text);
  return std::all_of(lines.begin(), lines.end(),
                     [](const std::string& line) { return line.empty() || line.starts_with(':'); });
}

std::vector<Event> events_of(std::string_view body) {
  std::vector<Event> events;
  for (std::size_t end = event_end(body); end != std::string_view::npos; end = event_end(body)) {
    events.push_back(Event{std::string(body.substr(0, end)), Clock::now()});
    body.remove_prefix(end);
  }
  return events;
}

Answer HttpClient::get(std::string_view target, const Fields& fields) {
  send_request("GET", target, {}, fields);
  return read_answer("GET");
}

Answer HttpClient::post(std::string_view target, std::string_view body, const Fields& fields) {
  send_request("POST", target, body, fields);
  return read_answer("POST");
}

bool HttpClient::send_request(std::string_view method, std::string_view target, std::string_view body,
                              const Fields& fields) {
  std::string request = std::string(method) + " " + std::string(target) + " HTTP/1.1\r\n";
  if (!has(fields, "Host")) request += "Host: " + host_ + "\r\n";
  for (const auto& [name, value] : fields) request += name + ": " + value + "\r\n";
  if (method == "POST" && !has(fields, "Content-Type")) request += "Content-Type: application/json\r\n";
  const bool framed = has(fields, "Content-Length") || has(fields, "Transfer-Encoding");
  if ((method == "POST" || !body.empty()) && !framed) request += "Content-Length: " + std::to_string(body.size()) + "\r\n";
  return socket_.send(request + "\r\n" + std::string(body));
}

bool HttpClient::fill() {
  switch (socket_.read_some(inbox_)) {
    case Socket::Got::Bytes: return true;
    case Socket::Got::End: end_ = BodyEnd::Truncated; return false;
    case Socket::Got::Reset: end_ = BodyEnd::Reset; return false;
    case Socket::Got::Timeout: end_ = BodyEnd::Timeout; return false;
  }
  return false;
}

AnswerHead HttpClient::read_head() {
  AnswerHead head;
  std::size_t end = inbox_.find("\r\n\r\n");
  while (end == std::string::npos) {
    if (!fill()) return head;
    end = inbox_.find("\r\n\r\n");
  }
  const std::vector<std::string> lines = lines_of(std::string_view(inbox_).substr(0, end));
  inbox_.erase(0, end + 4);
  const std::string& first = lines.front();
  if (!first.starts_with("HTTP/1.1 ") || first.size() < 12) return head;
  std::from_chars(first.data() + 9, first.data() + 12, head.status);
  if (first.size() > 13) head.reason = first.substr(13);
  for (std::size_t at = 1; at < lines.size(); ++at) {
    const std::size_t colon = std::min(lines[at].find(':'), lines[at].size());
    const std::string_view value = std::string_view(lines[at]).substr(std::min(colon + 1, lines[at].size()));
    head.fields.emplace_back(lines[at].substr(0, colon), std::string(trimmed(value)));
  }
  begin_body(head, "POST");
  return head;
}

void HttpClient::begin_body(const AnswerHead& head, std::string_view method) {
  in_chunk_ = false;
  ended_ = false;
  events_.clear();
  left_ = 0;
  end_ = BodyEnd::Whole;
  const std::optional<std::string> length = head.field("Content-Length");
  if (head.status / 100 == 1 || head.status == 204 || head.status == 304 || method == "HEAD") {
    coding_ = Coding::None;
  } else if (head.field("Transfer-Encoding") == "chunked") {
    coding_ = Coding::Chunked;
  } else if (length) {
    coding_ = Coding::Length;
    std::from_chars(length->data(), length->data() + length->size(), left_);
  } else {
    coding_ = Coding::UntilClose;
  }
}

Answer HttpClient::read_answer(std::string_view method) {
  Answer answer;
  do {
    static_cast<AnswerHead&>(answer) = read_head();
  } while (answer.status / 100 == 1 && answer.status != 101);
  if (answer.status == 0) {
    answer.end = end_;
    return answer;
  }
  begin_body(answer, method);
  while (read_more_body(answer.body)) {
  }
  answer.end = end_;
  return answer;
}

bool HttpClient::read_more_body(std::string& body) {
  const std::size_t before = body.size();
  for (;;) {
    if (ended_ || decode(body)) {
      ended_ = true;
      return body.size() > before;
    }
    if (body.size() > before) return true;
    if (fill()) continue;
    ended_ = true;
    if (coding_ == Coding::UntilClose && end_ == BodyEnd::Truncated) end_ = BodyEnd::Whole;
    return false;
  }
}

bool HttpClient::decode(std::string& body) {
  if (coding_ == Coding::None) return true;
  if (coding_ == Coding::Chunked) return decode_chunks(body);
  const std::size_t take = coding_ == Coding::Length ? std::min(left_, inbox_.size()) : inbox_.size();
  body.append(inbox_, 0, take);
  inbox_.erase(0, take);
  if (coding_ == Coding::UntilClose) return false;
  left_ -= take;
  return left_ == 0;
}

bool HttpClient::decode_chunks(std::string& body) {
  for (;;) {
    if (in_chunk_) {
      const std::size_t take = std::min(left_, inbox_.size());
      body.append(inbox_, 0, take);
      inbox_.erase(0, take);
      left_ -= take;
      if (left_ > 0 || inbox_.size() < 2) return false;
      if (!inbox_.starts_with("\r\n")) break;
      inbox_.erase(0, 2);
      in_chunk_ = false;
    }
    const std::size_t line_end = inbox_.find("\r\n");
    if (line_end == std::string::npos && inbox_.size() <= kMaxSizeLine) return false;
    std::size_t size = 0;
    const auto [rest, error] =
        std::from_chars(inbox_.data(), inbox_.data() + std::min(line_end, inbox_.size()), size, 16);
    if (line_end == std::string::npos || error != std::errc{} || rest != inbox_.data() + line_end) break;
    if (size == 0) {
      if (inbox_.size() < line_end + 4) return false;
      if (inbox_.compare(line_end + 2, 2, "\r\n") != 0) break;
      inbox_.erase(0, line_end + 4);
      return true;
    }
    inbox_.erase(0, line_end + 2);
    left_ = size;
    in_chunk_ = true;
  }
  end_ = BodyEnd::Malformed;
  return true;
}

std::optional<Event> HttpClient::next_event() {
  for (;;) {
    const std::size_t end = event_end(events_);
    if (end != std::string::npos) {
      Event event{events_.substr(0, end), Clock::now()};
      events_.erase(0, end);
      return event;
    }
    if (!read_more_body(events_)) return std::nullopt;
  }
}

bool HttpClient::closed_by_server(std::chrono::milliseconds patience) {
  std::string more;
  const Socket::Got got = socket_.read_some(more, patience);
  inbox_ += more;
  return got == Socket::Got::End || got == Socket::Got::Reset;
}

}  // namespace drover::test
