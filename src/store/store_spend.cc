// The ledger: rows go in, sums come out.
#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <map>

#include "store/row_fields.h"
#include "store/store.h"
#include "store/trouble.h"

namespace drover::store {

namespace {

constexpr std::size_t kMaxRows = 10'000;
constexpr std::size_t kMaxLines = 100'000;
constexpr std::int64_t kMicrosPerDay = std::chrono::microseconds(std::chrono::days(1)).count();

constexpr std::string_view kSumColumns =
    "sum(requests), sum(failed), sum(input_uncached), sum(cache_read), sum(cache_write), sum(output), sum(reasoning), "
    "sum(cost), sum(estimated), sum(unpriced)";

// The same sums, of rows of the ledger.
constexpr std::string_view kRowSums =
    "count(*), coalesce(sum(CASE WHEN status >= 400 THEN 1 ELSE 0 END), 0), coalesce(sum(input_uncached), 0), "
    "coalesce(sum(cache_read), 0), coalesce(sum(cache_write_5m + cache_write_1h), 0), coalesce(sum(output), 0), "
    "coalesce(sum(reasoning), 0), coalesce(sum(cost), 0), coalesce(sum(CASE WHEN cost_source = 'estimated' THEN 1 ELSE "
    "0 "
    "END), 0), coalesce(sum(CASE WHEN cost IS NULL THEN 1 ELSE 0 END), 0)";

std::int64_t micros_of(WallTime time) {
  return time.time_since_epoch().count();
}

Sums read_sums(const AnswerRow& row, int column) {
  Sums sums;
  each_sum(sums, [&](std::int64_t& sum) { sum = row.number(column++); });
  return sums;
}

void add_sums(Sums& to, const Sums& from) {
  std::vector<std::int64_t> added;
  each_sum(from, [&](std::int64_t sum) { added.push_back(sum); });
  std::size_t at = 0;
  each_sum(to, [&](std::int64_t& sum) { sum += added[at++]; });
}

/// The first slot that begins at `time` or later.
WallTime next_slot(WallTime time) {
  return time == slot_of(time) ? time : slot_of(time) + kSlot;
}

std::string_view column_of(SpendBy by) {
  switch (by) {
    case SpendBy::Key:
    case SpendBy::Team: return "principal";
    case SpendBy::Model: return "model_answered";
    case SpendBy::Provider: return "provider";
    case SpendBy::Tag: break;
  }
  return "tag";
}

std::string team_of(std::string_view principal) {
  const std::size_t end = principal.rfind('/');
  return std::string(end == std::string_view::npos ? principal : principal.substr(0, end));
}

/// Those below "acme" begin with "acme/": everything from there to before "acme0", the next character after '/'.
struct Below {
  std::string first, end;
};
Below below(const std::string& principal) {
  return {principal + "/", principal + "0"};
}

std::string spend_statement(const SpendQuery& query) {
  const std::string column(column_of(query.by));
  std::string sql = "SELECT " + column + ", ";
  sql += query.daily ? "slot / " + std::to_string(kMicrosPerDay) + " AS day, " : "0 AS day, ";
  sql += kSumColumns;
  sql += " FROM spend WHERE slot >= $1 AND slot < $2 AND tag ";
  sql += query.by == SpendBy::Tag ? "<> ''" : "= ''";
  if (!query.under.empty()) sql += " AND (principal = $3 OR (principal >= $4 AND principal < $5))";
  return sql + " GROUP BY 1, 2";
}

}  // namespace

Result<Appended> Store::append(std::span<LedgerRow> rows) {
  if (auto is = ready(); !is) return fail(is.error());
  if (rows.size() > kMaxRows) return fail(store_error(kRefused, "a batch has at most 10,000 rows"));
  if (rows.empty()) return Appended{};
  for (LedgerRow& row : rows) bring_in_bounds(row);
  return database_->append(rows);
}

Result<void> Store::used_since(WallTime begin, const std::function<void(const Used&)>& visit) {
  if (auto is = ready(); !is) return is;
  const WallTime first = next_slot(begin);
  const Value values[] = {micros_of(first)};
  const auto ran = database_->run(
      "SELECT principal, tag, model_asked, " + std::string(kSumColumns) +
          " FROM spend WHERE slot >= $1 GROUP BY 1, 2, 3",
      values, [&](const AnswerRow& row) { visit({row.text(0), row.text(1), row.text(2), read_sums(row, 3)}); });
  if (!ran) return fail(ran.error());
  return first == begin ? Result<void>{} : used_in_rows(begin, first, visit);
}

Result<void> Store::used_in_rows(WallTime begin, WallTime end, const std::function<void(const Used&)>& visit) {
  const Value values[] = {micros_of(begin), micros_of(end)};
  const auto ran = database_->run("SELECT principal, tags, model_asked, " + std::string(kRowSums) +
                                      " FROM ledger WHERE started >= $1 AND started < $2 GROUP BY 1, 2, 3",
                                  values, [&](const AnswerRow& row) {
                                    Used used{row.text(0), {}, row.text(2), read_sums(row, 3)};
                                    visit(used);
                                    boost::system::error_code trouble;
                                    const boost::json::value tags = boost::json::parse(row.text(1), trouble);
                                    if (trouble || !tags.is_array()) return;
                                    for (const boost::json::value& tag : tags.get_array()) {
                                      if (!tag.is_string()) continue;
                                      used.tag = {tag.get_string().data(), tag.get_string().size()};
                                      visit(used);
                                    }
                                  });
  if (!ran) return fail(ran.error());
  return {};
}

Result<std::vector<SpendLine>> Store::spend(const SpendQuery& query) {
  if (auto is = ready(); !is) return fail(is.error());
  const auto [first, end] = below(query.under);
  const WallTime until = query.until == WallTime::max() ? query.until : next_slot(query.until);
  const Value values[] = {micros_of(slot_of(query.since)), micros_of(until), std::string_view(query.under),
                          std::string_view(first), std::string_view(end)};
  std::map<std::pair<std::int64_t, std::string>, Sums> lines;
  const auto ran = database_->run(
      spend_statement(query), std::span(values).first(query.under.empty() ? 2 : 5), [&](const AnswerRow& row) {
        std::string name = query.by == SpendBy::Team ? team_of(row.text(0)) : std::string(row.text(0));
        add_sums(lines[{row.number(1), std::move(name)}], read_sums(row, 2));
      });
  if (!ran) return fail(ran.error());
  std::vector<SpendLine> answer;
  for (auto& [key, sums] : lines) {
    std::optional<std::chrono::sys_days> day;
    if (query.daily) day = std::chrono::sys_days(std::chrono::days(key.first));
    answer.push_back({key.second, day, sums});
  }
  // Not stable_sort: clang warns that a part of libstdc++'s is deprecated.
  std::sort(answer.begin(), answer.end(), [](const SpendLine& a, const SpendLine& b) {
    if (a.day != b.day) return a.day < b.day;
    if (a.sums.cost != b.sums.cost) return a.sums.cost > b.sums.cost;
    if (a.sums.requests != b.sums.requests) return a.sums.requests > b.sums.requests;
    return a.name < b.name;
  });
  if (answer.size() > kMaxLines) answer.resize(kMaxLines);
  return answer;
}

Result<Finding> Store::compare_sums(WallTime begin, WallTime end) {
  const Value values[] = {micros_of(begin), micros_of(end)};
  Sums of_rows;
  Sums of_slots;
  auto ran = database_->run("SELECT " + std::string(kRowSums) + " FROM ledger WHERE started >= $1 AND started < $2",
                            values, [&](const AnswerRow& row) { of_rows = read_sums(row, 0); });
  if (!ran) return fail(ran.error());
  ran = database_->run("SELECT " + std::string(kSumColumns) + " FROM spend WHERE slot >= $1 AND slot < $2 AND tag = ''",
                       values, [&](const AnswerRow& row) { of_slots = read_sums(row, 0); });
  if (!ran) return fail(ran.error());
  const std::string counts =
      std::to_string(of_rows.requests) + " requests, " + std::to_string(of_rows.cost) + " nano-USD";
  if (of_rows == of_slots) return Finding{true, "the sums of the last day are those of its rows: " + counts};
  return Finding{false, "the rows of the last day have " + counts + ", but its sums " +
                            std::to_string(of_slots.requests) + " requests, " + std::to_string(of_slots.cost) +
                            " nano-USD"};
}

}  // namespace drover::store
