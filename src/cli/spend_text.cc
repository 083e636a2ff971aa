#include "cli/spend_text.h"

#include <array>
#include <cstdio>

#include "base/printable.h"
#include "console/display_width.h"
#include "dialect/json/json_text.h"

namespace drover::cli {

namespace {

using store::SpendLine;
using store::Sums;

constexpr std::size_t kNarrowestName = 12;

std::string day_text(const SpendLine& line) {
  if (!line.day) return {};
  const std::chrono::year_month_day day(*line.day);
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02u-%02u", static_cast<int>(day.year()),
                static_cast<unsigned>(day.month()), static_cast<unsigned>(day.day()));
  return text.data();
}

/// Nano-USD as dollars with `decimals` of the nine, rounded.
std::string dollars(std::int64_t nano, int decimals) {
  std::int64_t unit = 1;
  for (int each = decimals; each < 9; ++each) unit *= 10;
  const std::int64_t rounded = nano / unit + (nano % unit >= (unit + 1) / 2 ? 1 : 0);
  const std::int64_t per_dollar = 1'000'000'000 / unit;
  std::array<char, 48> text{};
  std::snprintf(text.data(), text.size(), "%lld.%0*lld", static_cast<long long>(rounded / per_dollar), decimals,
                static_cast<long long>(rounded % per_dollar));
  return text.data();
}

void add_to(Sums& total, const Sums& sums) {
  total.requests += sums.requests;
  total.failed += sums.failed;
  total.input_uncached += sums.input_uncached;
  total.cache_read += sums.cache_read;
  total.cache_write += sums.cache_write;
  total.output += sums.output;
  total.reasoning += sums.reasoning;
  total.cost += sums.cost;
  total.estimated += sums.estimated;
  total.unpriced += sums.unpriced;
}

/// A column of numbers. Those with a higher `rank` are left out first.
struct NumberColumn {
  std::string_view title;
  int rank;
  std::string (*text)(const Sums&);
};

constexpr NumberColumn kNumbers[] = {
    {"REQUESTS", 1, [](const Sums& sums) { return std::to_string(sums.requests); }},
    {"FAILED", 3, [](const Sums& sums) { return std::to_string(sums.failed); }},
    {"INPUT", 2, [](const Sums& sums) { return std::to_string(sums.input()); }},
    {"CACHED", 5, [](const Sums& sums) { return std::to_string(sums.cache_read); }},
    {"OUTPUT", 2, [](const Sums& sums) { return std::to_string(sums.output); }},
    {"UNPRICED", 4, [](const Sums& sums) { return std::to_string(sums.unpriced); }},
    {"USD", 0, [](const Sums& sums) { return dollars(sums.cost, 4); }},
};
constexpr int kLastRank = 5;

std::string_view title_of(store::SpendBy by) {
  switch (by) {
    case store::SpendBy::Key: return "KEY";
    case store::SpendBy::Team: return "TEAM";
    case store::SpendBy::Model: return "MODEL";
    case store::SpendBy::Provider: return "PROVIDER";
    case store::SpendBy::Tag: break;
  }
  return "TAG";
}

std::string name_text(const SpendLine& line) {
  return line.name.empty() ? "-" : printable(line.name);
}

/// One table, whose columns are chosen for its width.
class Table {
 public:
  Table(const std::vector<SpendLine>& lines, const Sums& total, std::string_view title, std::size_t columns)
      : total_(total), title_(title) {
    for (const SpendLine& line : lines) {
      name_ = std::max(name_, console::display_width(name_text(line)));
      days_ = days_ || line.day.has_value();
    }
    name_ = std::max(name_, title.size() + 1);
    while (columns != 0 && most_ > 0 && numbers_width() + std::min(name_, kNarrowestName) > columns) --most_;
    if (columns != 0 && numbers_width() + name_ > columns)
      name_ = std::max<std::size_t>(columns - std::min(columns, numbers_width()), 1);
  }

  [[nodiscard]] std::string line(std::string_view day, std::string_view name, const Sums* sums) const {
    std::string text;
    if (days_) text += console::padded(day, 10) + "  ";
    text += console::padded(console::cut(name, name_), name_);
    for (const NumberColumn& column : kNumbers) {
      if (!shows(column)) continue;
      text +=
          "  " + console::padded_left(sums != nullptr ? column.text(*sums) : std::string(column.title), width(column));
    }
    return text + "\n";
  }
  [[nodiscard]] std::string heading() const { return line("DAY", title_, nullptr); }

 private:
  [[nodiscard]] bool shows(const NumberColumn& column) const {
    return column.rank <= most_ && (column.title != "UNPRICED" || total_.unpriced > 0);
  }
  [[nodiscard]] std::size_t width(const NumberColumn& column) const {
    return std::max(column.title.size(), column.text(total_).size());
  }
  [[nodiscard]] std::size_t numbers_width() const {
    std::size_t all = days_ ? 12 : 0;
    for (const NumberColumn& column : kNumbers) all += shows(column) ? width(column) + 2 : 0;
    return all;
  }

  const Sums& total_;
  std::string_view title_;
  std::size_t name_ = 0;
  bool days_ = false;
  int most_ = kLastRank;
};

/// A field of CSV. Spreadsheets run a cell that begins with one of these characters; names come from clients.
std::string csv_field(std::string_view text) {
  std::string field = printable(text);
  if (!field.empty() && std::string_view("=+-@\t\r").find(field.front()) != std::string_view::npos)
    field.insert(0, "'");
  if (field.find_first_of(",\"\n\r") == std::string::npos) return field;
  std::string quoted = "\"";
  for (const char c : field) quoted.append(c == '"' ? 2 : 1, c);
  return quoted + "\"";
}

/// The numbers of a line by their names in JSON and CSV.
constexpr std::pair<std::string_view, std::string (*)(const Sums&)> kFields[] = {
    {"requests", [](const Sums& sums) { return std::to_string(sums.requests); }},
    {"failed", [](const Sums& sums) { return std::to_string(sums.failed); }},
    {"input_tokens", [](const Sums& sums) { return std::to_string(sums.input()); }},
    {"cache_read_tokens", [](const Sums& sums) { return std::to_string(sums.cache_read); }},
    {"cache_write_tokens", [](const Sums& sums) { return std::to_string(sums.cache_write); }},
    {"output_tokens", [](const Sums& sums) { return std::to_string(sums.output); }},
    {"reasoning_tokens", [](const Sums& sums) { return std::to_string(sums.reasoning); }},
    {"estimated_requests", [](const Sums& sums) { return std::to_string(sums.estimated); }},
    {"unpriced_requests", [](const Sums& sums) { return std::to_string(sums.unpriced); }},
    {"cost_usd", [](const Sums& sums) { return dollars(sums.cost, 9); }},
};

}  // namespace

std::string spend_table(const std::vector<SpendLine>& lines, store::SpendBy by, std::size_t columns) {
  Sums total;
  for (const SpendLine& line : lines) add_to(total, line.sums);
  const Table table(lines, total, title_of(by), columns);
  std::string text = table.heading();
  for (const SpendLine& line : lines) text += table.line(day_text(line), name_text(line), &line.sums);
  if (by != store::SpendBy::Tag) text += table.line("", "total", &total);
  return text;
}

std::string spend_json(const std::vector<SpendLine>& lines) {
  std::string text = "[";
  for (const SpendLine& line : lines) {
    text += text.size() > 1 ? ",\n {" : "\n {";
    if (line.day) text += "\"day\":\"" + day_text(line) + "\",";
    text += "\"name\":" + dialect::json_string(line.name);
    for (const auto& [name, number] : kFields) text += ",\"" + std::string(name) + "\":" + number(line.sums);
    text += "}";
  }
  return text + "\n]\n";
}

std::string spend_csv(const std::vector<SpendLine>& lines) {
  const bool days = !lines.empty() && lines.front().day.has_value();
  std::string text = days ? "day,name" : "name";
  for (const auto& [name, number] : kFields) text += "," + std::string(name);
  text += "\r\n";
  for (const SpendLine& line : lines) {
    if (days) text += day_text(line) + ",";
    text += csv_field(line.name);
    for (const auto& [name, number] : kFields) text += "," + number(line.sums);
    text += "\r\n";
  }
  return text;
}

}  // namespace drover::cli
