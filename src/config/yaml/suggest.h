// What a person probably meant by an unknown word.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace drover::config {

/// Changes between two words: insert, delete, replace, swap two neighbours (optimal string alignment). Words are cut at
/// 64 bytes, so the cost is bounded.
[[nodiscard]] std::size_t edit_distance(std::string_view a, std::string_view b);

/// The candidate nearest to `word`, unless all differ in more than a third of its letters. ASCII case does not count.
[[nodiscard]] std::optional<std::string> nearest(std::string_view word, const std::vector<std::string>& candidates);

/// The same for a key of the schema. Words that other gateways use for one of `keys` count as that key ("strategy" and
/// "polcy" are "balance").
[[nodiscard]] std::optional<std::string> nearest_key(std::string_view word, std::span<const std::string_view> keys);

}  // namespace drover::config
