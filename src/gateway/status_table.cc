#include "gateway/status_table.h"

#include <algorithm>
#include <array>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <cmath>
#include <utility>
#include <vector>

#include "gateway/display_width.h"
#include "gateway/page_values.h"

namespace drover::gateway {
namespace {

namespace json = boost::json;

/// A word in both languages.
struct Word {
  std::string_view english;
  std::string_view thai;
};

enum class Column : std::uint8_t {
  Mark,
  Target,
  Model,
  State,
  Until,
  FirstContent,
  PerToken,
  InFlight,
  Score,
  LastCheck,
  LastUsed,
  Requests,
  Failures,
  Why,
};
constexpr std::size_t kColumns = 14;
using Row = std::array<std::string, kColumns>;

constexpr std::array<Word, kColumns> kHeadings = {{{"MARK", "สี"},
                                                   {"TARGET", "เป้าหมาย"},
                                                   {"MODEL", "โมเดล"},
                                                   {"STATE", "สถานะ"},
                                                   {"UNTIL", "อีก"},
                                                   {"FIRST", "ตอบแรก"},
                                                   {"TOKEN", "ต่อโทเคน"},
                                                   {"IN FLIGHT", "กำลังทำ"},
                                                   {"SCORE", "คะแนน"},
                                                   {"CHECKED", "ตรวจล่าสุด"},
                                                   {"USED", "ใช้ล่าสุด"},
                                                   {"REQUESTS", "คำขอ"},
                                                   {"FAILED", "ล้มเหลว"},
                                                   {"WHY", "เพราะ"}}};
constexpr std::array<Column, 8> kNumbers = {Column::Until, Column::FirstContent, Column::PerToken, Column::InFlight,
                                            Column::Score, Column::LastUsed,     Column::Requests, Column::Failures};

struct Translation {
  std::string_view from;
  Word word;
};
constexpr std::array<Translation, 9> kWords = {{{"green", {"green", "เขียว"}},
                                                {"yellow", {"yellow", "เหลือง"}},
                                                {"red", {"red", "แดง"}},
                                                {"ok", {"ok", "ปกติ"}},
                                                {"suspect", {"suspect", "น่าสงสัย"}},
                                                {"half_open", {"on trial", "ทดลอง"}},
                                                {"ejected", {"out", "ถูกนำออก"}},
                                                {"cooling", {"cooling", "พักรอโควตา"}},
                                                {"resting", {"resting", "พัก"}}}};

std::string_view in(Language language, const Word& word) {
  return language == Language::Thai ? word.thai : word.english;
}

std::string_view translated(std::string_view text, Language language) {
  for (const Translation& each : kWords) {
    if (each.from == text) return in(language, each.word);
  }
  return text;
}

std::string count_of(const json::value& value) {
  return std::to_string(static_cast<std::int64_t>(number_of(value)));
}

/// "0.4s", "12s", "3m", "2h": short enough for a column.
std::string span(double seconds) {
  if (seconds < 9.95) {
    const auto tenths = static_cast<std::int64_t>(std::lround(seconds * 10));
    return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + "s";
  }
  const auto whole = static_cast<std::int64_t>(std::lround(seconds));
  if (whole < 120) return std::to_string(whole) + "s";
  if (whole < 7200) return std::to_string(whole / 60) + "m";
  return std::to_string(whole / 3600) + "h";
}

std::string milliseconds(const json::value& value) {
  if (value.is_null()) return "-";
  const double number = number_of(value);
  if (number >= 9.95) return std::to_string(std::lround(number)) + "ms";
  const auto tenths = std::lround(number * 10);
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + "ms";
}

std::string ago(const json::value& value) {
  return value.is_null() ? "-" : span(number_of(member(value, "seconds_ago")));
}

std::string check(const json::value& value) {
  if (value.is_null()) return "-";
  return span(number_of(member(value, "seconds_ago"))) + " " + text_of(member(value, "result"));
}

Row row_of(const json::value& target, Language language) {
  Row row;
  const auto set = [&row](Column column, std::string text) { row[static_cast<std::size_t>(column)] = std::move(text); };
  set(Column::Mark, std::string(translated(text_of(member(target, "mark")), language)));
  set(Column::Target, text_of(member(target, "name")));
  const json::value& model = member(target, "model");
  set(Column::Model, model.is_null() ? "*" : text_of(model));
  set(Column::State, std::string(translated(text_of(member(target, "state")), language)));
  const json::value& until = member(target, "until");
  set(Column::Until, until.is_null() ? "-" : span(number_of(member(until, "seconds"))));
  const json::value& latency = member(target, "latency");
  set(Column::FirstContent, milliseconds(member(latency, "first_content_ms")));
  set(Column::PerToken, milliseconds(member(latency, "output_token_ms")));
  set(Column::InFlight, count_of(member(target, "in_flight")));
  const double score = std::max(number_of(member(target, "score")), number_of(member(target, "consecutive_failures")));
  set(Column::Score, std::to_string(static_cast<std::int64_t>(score)));
  set(Column::LastCheck, check(member(target, "last_check")));
  set(Column::LastUsed, ago(member(target, "last_used")));
  set(Column::Requests, count_of(member(target, "requests")));
  set(Column::Failures, count_of(member(target, "failures")));
  const json::value& cause = member(target, "cause");  // its state and end have columns of their own
  set(Column::Why, text_of(cause.is_object() ? member(cause, "text") : member(target, "why")));
  return row;
}

std::string coloured(std::string_view mark, std::string text, Colour colour) {
  if (colour == Colour::No) return text;
  const std::string_view code = mark == "green" ? "32" : mark == "yellow" ? "33" : "31";
  return "\x1b[" + std::string(code) + "m● " + text + "\x1b[0m";
}

class Table {
 public:
  Table(const json::value& page, Language language, Colour colour)
      : page_(page), language_(language), colour_(colour) {}

  StatusTable draw() {
    for (std::size_t column = 0; column < kColumns; ++column) rows_.front()[column] = in(language_, kHeadings[column]);
    marks_.emplace_back();
    for (const json::value& target : member(page_, "targets").get_array()) {
      rows_.push_back(row_of(target, language_));
      marks_.push_back(text_of(member(target, "mark")));
    }
    StatusTable table;
    for (std::size_t row = 0; row < rows_.size(); ++row) table.text += line(row) + "\n";
    table.text += footer();
    table.any_red = number_of(member(member(page_, "summary"), "red")) > 0;
    return table;
  }

 private:
  [[nodiscard]] std::size_t width(std::size_t column) const {
    std::size_t widest = 0;
    for (const Row& row : rows_) widest = std::max(widest, display_width(row[column]));
    return widest;
  }

  [[nodiscard]] std::string line(std::size_t at_row) const {
    const Row& row = rows_[at_row];
    std::string text;
    for (std::size_t column = 0; column < kColumns; ++column) {
      if (column > 0) text += "  ";
      const bool number = std::ranges::find(kNumbers, static_cast<Column>(column)) != kNumbers.end();
      std::string cell = number ? padded_left(row[column], width(column)) : padded(row[column], width(column));
      if (column == 0) {
        // The dot in front of a coloured mark takes two columns, which the heading leaves empty.
        cell = at_row > 0 ? coloured(marks_[at_row], std::move(cell), colour_)
                          : (colour_ == Colour::Yes ? "  " : "") + cell;
      }
      text += cell;
    }
    text.erase(text.find_last_not_of(' ') + 1);
    return text;
  }

  [[nodiscard]] std::string footer() const {
    const json::value& summary = member(page_, "summary");
    const bool thai = language_ == Language::Thai;
    std::string text = "\n" + count_of(member(summary, "targets")) + (thai ? " เป้าหมาย: " : " targets: ");
    for (const std::string_view mark : {"green", "yellow", "red"}) {
      if (mark != "green") text += ", ";
      text += count_of(member(summary, mark)) + " " + std::string(translated(mark, language_));
    }
    text += "; " + count_of(member(page_, "requests_in_flight")) + (thai ? " คำขอกำลังทำ" : " requests in flight");
    text += (thai ? "; ทำงานมา " : "; up ") + span(number_of(member(page_, "uptime_seconds")));
    text += "; drover " + text_of(member(page_, "version"));
    const std::string state = text_of(member(page_, "state"));
    if (state == "draining") text += thai ? "; กำลังปิด" : "; draining";
    if (state == "no_usable_target") text += thai ? "; ไม่มีเป้าหมายที่ใช้ได้" : "; no target is usable";
    const double left_out = number_of(member(page_, "targets_left_out"));
    if (left_out > 0) {
      text += (thai ? "; ไม่ได้แสดงอีก " : "; not shown: ") + std::to_string(static_cast<std::int64_t>(left_out));
    }
    return text + "\n";
  }

  const json::value& page_;
  Language language_;
  Colour colour_;
  std::vector<Row> rows_{1};
  std::vector<std::string> marks_;
};

}  // namespace

Result<StatusTable> status_table(std::string_view text, Language language, Colour colour) {
  boost::system::error_code problem;
  const json::value page = json::parse(json::string_view(text.data(), text.size()), problem, {}, {.max_depth = 16});
  if (problem || !member(page, "targets").is_array() || !member(page, "summary").is_object()) {
    return fail({.kind = ErrorKind::BadResponse,
                 .code = "no_status",
                 .message = "what came is not drover's status; is this the address of 'admin'?"});
  }
  return Table(page, language, colour).draw();
}

}  // namespace drover::gateway
