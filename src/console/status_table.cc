#include "console/status_table.h"

#include <algorithm>
#include <array>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <cmath>
#include <utility>
#include <vector>

#include "console/display_width.h"
#include "console/page_values.h"

namespace drover::console {
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
/// The columns that are left out when there is no room, in this order.
constexpr std::array<Column, 11> kLeastFirst = {
    Column::LastUsed, Column::Requests,     Column::Score, Column::LastCheck, Column::PerToken, Column::Failures,
    Column::InFlight, Column::FirstContent, Column::Until, Column::State,     Column::Model};
/// Least width of a text that is cut.
constexpr std::size_t kShortestWhy = 12;
constexpr std::size_t kShortestTarget = 8;
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

/// The name under which clients reach the target's model; a target may serve several models.
std::string model_of(const json::value& target, Language language) {
  const json::value& routes = member(target, "routes");
  if (routes.is_array() && !routes.get_array().empty()) {
    const std::size_t more = routes.get_array().size() - 1;
    return text_of(routes.get_array().front()) + (more > 0 ? " +" + std::to_string(more) : std::string());
  }
  const json::value& pin = member(target, "pin");
  if (pin.is_bool() && pin.get_bool()) return language == Language::Thai ? "(ไม่มีโมเดล)" : "(no model)";
  const json::value& model = member(target, "model");
  return model.is_null() ? "*" : text_of(model);
}

Row row_of(const json::value& target, Language language) {
  Row row;
  const auto set = [&row](Column column, std::string text) { row[static_cast<std::size_t>(column)] = std::move(text); };
  set(Column::Mark, std::string(translated(text_of(member(target, "mark")), language)));
  set(Column::Target, text_of(member(target, "name")));
  set(Column::Model, model_of(target, language));
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

/// Red before yellow before green; 0 for any other mark.
int urgency(std::string_view mark) {
  return mark == "red" ? 3 : mark == "yellow" ? 2 : mark == "green" ? 1 : 0;
}

class Table {
 public:
  Table(const json::value& page, Language language, Colour colour, TableSize size)
      : page_(page), language_(language), colour_(colour), size_(size) {}

  StatusTable draw() {
    for (std::size_t column = 0; column < kColumns; ++column) rows_.front()[column] = in(language_, kHeadings[column]);
    marks_.emplace_back();
    for (const json::value* target : targets()) {
      rows_.push_back(row_of(*target, language_));
      marks_.push_back(text_of(member(*target, "mark")));
    }
    std::vector<std::string> under{"", footer()};
    warn_of_models(under);
    leave_out_rows(under);
    fit();
    StatusTable table;
    for (std::size_t row = 0; row < rows_.size(); ++row) table.text += line(row) + "\n";
    for (const std::string& text : under) table.text += bounded(text) + "\n";
    table.any_red = number_of(member(member(page_, "summary"), "red")) > 0;
    return table;
  }

 private:
  [[nodiscard]] std::vector<const json::value*> targets() const {
    std::vector<const json::value*> all;
    for (const json::value& target : member(page_, "targets").get_array()) all.push_back(&target);
    if (size_.columns == 0 && size_.rows == 0) return all;
    const auto at_place = [](const json::value* target) { return -urgency(text_of(member(*target, "mark"))); };
    std::vector<std::pair<int, std::size_t>> order;
    for (std::size_t at = 0; at < all.size(); ++at) order.emplace_back(at_place(all[at]), at);
    std::ranges::sort(order);
    std::vector<const json::value*> sorted;
    for (const auto& [place, at] : order) sorted.push_back(all[at]);
    return sorted;
  }

  /// Warns of models that are shut down soon; the page has the whole list.
  void warn_of_models(std::vector<std::string>& under) const {
    constexpr std::size_t kMostWarnings = 3;
    const json::value& models = member(page_, "retiring_models");
    if (!models.is_array()) return;
    std::size_t told = 0;
    for (const json::value& model : models.get_array()) {
      const std::string warning = text_of(member(model, "warning"));
      if (!warning.empty() && ++told <= kMostWarnings) under.push_back("! " + warning);
    }
    if (told > kMostWarnings) under.push_back("! and " + std::to_string(told - kMostWarnings) + " models more");
  }

  /// Leaves out the rows at the end, which are the best targets; one line says how many they are.
  void leave_out_rows(std::vector<std::string>& under) {
    if (size_.rows == 0 || rows_.size() + under.size() <= size_.rows) return;
    const std::size_t kept = std::max<std::size_t>(size_.rows, under.size() + 3) - under.size() - 1;
    const std::size_t gone = rows_.size() - kept;
    std::array<std::size_t, 4> count{};
    for (std::size_t at = kept; at < marks_.size(); ++at) ++count[static_cast<std::size_t>(urgency(marks_[at]))];
    std::string text = (language_ == Language::Thai ? "... อีก " : "... and ") + std::to_string(gone) +
                       (language_ == Language::Thai ? "" : " more");
    std::string_view between = ": ";
    for (const std::string_view mark : {"red", "yellow", "green"}) {
      const std::size_t some = count[static_cast<std::size_t>(urgency(mark))];
      if (some == 0) continue;
      text.append(between).append(std::to_string(some)).append(" ").append(translated(mark, language_));
      between = ", ";
    }
    under.insert(under.begin(), std::move(text));
    rows_.resize(kept);
    marks_.resize(kept);
  }

  /// The width of the row without the text of one column.
  [[nodiscard]] std::size_t total() const {
    std::size_t sum = colour_ == Colour::Yes ? 2 : 0;
    for (std::size_t column = 0; column < kColumns; ++column) {
      if (!left_out_[column]) sum += widths_[column] + (column > 0 ? 2 : 0);
    }
    return sum;
  }

  /// Leaves out columns and cuts texts until every row fits.
  void fit() {
    for (std::size_t column = 0; column < kColumns; ++column) widths_[column] = width(column);
    if (size_.columns == 0) return;
    const auto shorten = [this](Column column, std::size_t least) {
      std::size_t& own = widths_[static_cast<std::size_t>(column)];
      const std::size_t all = total();
      const std::size_t too_much = all > size_.columns ? all - size_.columns : 0;
      if (own > least) own = std::max(own - std::min(own, too_much), least);
    };
    for (const Column column : kLeastFirst) {
      const std::size_t why = widths_[static_cast<std::size_t>(Column::Why)];
      const std::size_t spare = why > kShortestWhy ? why - kShortestWhy : 0;
      if (total() <= size_.columns + spare) break;
      left_out_[static_cast<std::size_t>(column)] = true;
    }
    shorten(Column::Why, kShortestWhy);
    shorten(Column::Target, kShortestTarget);
    shorten(Column::Why, 0);
    shorten(Column::Target, 1);
  }

  [[nodiscard]] std::string bounded(const std::string& text) const {
    return size_.columns == 0 ? text : cut(text, size_.columns);
  }

  [[nodiscard]] std::size_t width(std::size_t column) const {
    std::size_t widest = 0;
    for (const Row& row : rows_) widest = std::max(widest, display_width(row[column]));
    return widest;
  }

  [[nodiscard]] std::string line(std::size_t at_row) const {
    const Row& row = rows_[at_row];
    std::string text;
    for (std::size_t column = 0; column < kColumns; ++column) {
      if (left_out_[column]) continue;
      const bool number = std::ranges::find(kNumbers, static_cast<Column>(column)) != kNumbers.end();
      const std::string whole = cut(row[column], widths_[column]);
      std::string cell = number ? padded_left(whole, widths_[column]) : padded(whole, widths_[column]);
      if (column == 0) {
        // The dot before a coloured mark takes two columns, which the heading leaves empty.
        cell = at_row > 0 ? coloured(marks_[at_row], std::move(cell), colour_)
                          : (colour_ == Colour::Yes ? "  " : "") + cell;
      } else {
        text += "  ";
      }
      text += cell;
    }
    text.erase(text.find_last_not_of(' ') + 1);
    return text;
  }

  [[nodiscard]] std::string footer() const {
    const json::value& summary = member(page_, "summary");
    const bool thai = language_ == Language::Thai;
    std::string text = count_of(member(summary, "targets")) + (thai ? " เป้าหมาย: " : " targets: ");
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
    return text;
  }

  const json::value& page_;
  Language language_;
  Colour colour_;
  TableSize size_;
  std::array<std::size_t, kColumns> widths_{};
  std::array<bool, kColumns> left_out_{};
  std::vector<Row> rows_{1};
  std::vector<std::string> marks_;
};

}  // namespace

Result<StatusTable> status_table(std::string_view text, Language language, Colour colour, TableSize size) {
  boost::system::error_code problem;
  const json::value page = json::parse(json::string_view(text.data(), text.size()), problem, {}, {.max_depth = 16});
  if (problem || !member(page, "targets").is_array() || !member(page, "summary").is_object()) {
    return fail({.kind = ErrorKind::BadResponse,
                 .code = "no_status",
                 .message = "what came is not drover's status; is this the address of 'admin'?"});
  }
  return Table(page, language, colour, size).draw();
}

}  // namespace drover::console
