#include "config/yaml/report.h"

#include <algorithm>

namespace drover::config {
namespace {

/// Sorts by the order of the file; items of one place keep their order. (Not std::stable_sort: clang warns that
/// libstdc++ 12 implements it with a deprecated function.)
template <class Item, class PlaceOf>
void sort_by_place(std::vector<Item>& items, PlaceOf place_of) {
  std::vector<std::size_t> order(items.size());
  for (std::size_t at = 0; at < order.size(); ++at) order[at] = at;
  std::ranges::sort(order, {}, [&](std::size_t at) { return std::pair(place_of(items[at]), at); });
  std::vector<Item> sorted;
  for (const std::size_t at : order) sorted.push_back(std::move(items[at]));
  items = std::move(sorted);
}

}  // namespace

std::string Problem::to_string() const {
  std::string out = file;
  if (line > 0) out += ":" + std::to_string(line) + ":" + std::to_string(column);
  out += ": ";
  if (!key.empty()) out += key + ": ";
  out += message;
  if (!suggestion.empty()) out += "; " + suggestion;
  return out;
}

void Report::add(Place place, std::string key, std::string message, std::string suggestion) {
  if (problems_.size() >= defaults::kProblems) {
    ++dropped_;
    return;
  }
  problems_.push_back({.file = file_,
                       .line = place.line,
                       .column = place.column,
                       .key = std::move(key),
                       .message = std::move(message),
                       .suggestion = std::move(suggestion)});
}

void Report::warn(Place place, std::string message) {
  warnings_.emplace_back(place, std::move(message));
}

Problems Report::take_problems() {
  sort_by_place(problems_, [](const Problem& problem) { return std::pair(problem.line, problem.column); });
  if (dropped_ > 0) {
    problems_.push_back({.file = file_,
                         .key = {},
                         .message = "and " + std::to_string(dropped_) + " more mistakes",
                         .suggestion = "correct these first"});
  }
  dropped_ = 0;
  return std::exchange(problems_, {});
}

std::vector<std::string> Report::take_warnings() {
  sort_by_place(warnings_, [](const auto& warning) { return std::pair(warning.first.line, warning.first.column); });
  std::vector<std::string> out;
  for (auto& [place, message] : warnings_) {
    const std::string where =
        place.line > 0 ? file_ + ":" + std::to_string(place.line) + ":" + std::to_string(place.column) : file_;
    out.push_back(where + ": " + message);
  }
  warnings_.clear();
  return out;
}

std::string shown(std::string_view text) {
  constexpr std::size_t kShown = 64;
  if (text.starts_with("sk-") || text.starts_with("Bearer ")) return "(not shown: it looks like a key)";
  std::string out = "'";
  for (const char c : text.substr(0, kShown)) {
    const auto byte = static_cast<unsigned char>(c);
    out += byte < 0x20 || byte == 0x7f ? '?' : c;
  }
  // A cut inside a UTF-8 sequence would leave a part of a character.
  if (text.size() > kShown) {
    while (out.size() > 1 && (static_cast<unsigned char>(out.back()) & 0x80U) != 0) out.pop_back();
    out += "...";
  }
  return out + "'";
}

std::string joined(const std::vector<std::string>& words, std::string_view separator) {
  std::string out;
  for (const std::string& word : words) {
    if (!out.empty()) out += separator;
    out += word;
  }
  return out;
}

}  // namespace drover::config
