#include "dialect/answer/model_list.h"

#include <optional>

#include "dialect/failure/timestamp.h"
#include "dialect/json/json_reader.h"
#include "dialect/json/json_scan.h"

namespace drover::dialect {
namespace {

constexpr std::string_view kShutdown = "shutdown_date";
constexpr std::size_t kLongestName = 256;

/// "2026-12-11", "2026-12-11T00:00:00Z", or seconds since 1970.
std::optional<std::int64_t> date_of(std::string_view raw) {
  constexpr std::size_t kDay = std::string_view("2026-12-11").size();
  std::optional<std::int64_t> at = raw_integer(raw);
  if (const auto text = raw_string(raw)) {
    at = text->size() == kDay ? parse_rfc3339(std::string(*text) + "T00:00:00Z") : parse_rfc3339(*text);
  }
  return at && *at > 0 && *at <= kLatestTime ? at : std::nullopt;
}

std::optional<RetiringModel> read_entry(std::string_view entry) {
  JsonReader reader(entry);
  if (reader.kind() != JsonReader::Kind::Object || !reader.enter()) return std::nullopt;
  std::string_view key;
  std::string_view id;
  std::string_view date;
  while (reader.next_member(key)) {
    const std::string_view value = reader.take();
    if (key == "id") id = value;
    if (key == kShutdown) date = value;
  }
  const auto at = date_of(date);
  const auto name = raw_string(id);
  if (reader.broken() || !at || !name || name->empty() || name->size() > kLongestName) return std::nullopt;
  return RetiringModel{.name = json_unescape(*name), .shutdown = *at};
}

}  // namespace

std::vector<RetiringModel> retiring_models(std::string_view body, std::size_t most) {
  std::vector<RetiringModel> found;
  if (body.find(kShutdown) == body.npos) return found;  // as of most providers
  JsonReader list(raw_member(body, "data"));
  if (list.kind() != JsonReader::Kind::Array || !list.enter()) return found;
  while (found.size() < most && list.next_element()) {
    if (auto model = read_entry(list.take())) found.push_back(*std::move(model));
  }
  return found;
}

}  // namespace drover::dialect
