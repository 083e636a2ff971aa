// Globs: names with one star at the end, such as "claude-*", "org/*" and "*". The star stands for any rest, also for
// none. No other character is special, and a name with a star elsewhere is no glob (misplaced_star).
#pragma once

#include <cstddef>
#include <string_view>

namespace drover {

[[nodiscard]] constexpr bool is_glob(std::string_view name) {
  return name.ends_with('*');
}

/// The text before the star.
[[nodiscard]] constexpr std::string_view glob_stem(std::string_view glob) {
  return glob.substr(0, glob.size() - 1);
}

/// Whether `pattern`, a name or a glob, takes `name`.
[[nodiscard]] constexpr bool takes_name(std::string_view pattern, std::string_view name) {
  return is_glob(pattern) ? name.starts_with(glob_stem(pattern)) : pattern == name;
}

/// Of the entries of `all` whose name (`name_of`) is a glob that takes `name`, the one with the longest glob; null:
/// there is none.
template <class Range, class NameOf>
[[nodiscard]] constexpr auto longest_glob(Range& all, std::string_view name, NameOf name_of)
    -> decltype(&*all.begin()) {
  decltype(&*all.begin()) longest = nullptr;
  for (auto& each : all) {
    const std::string_view glob = name_of(each);
    if (!is_glob(glob) || !takes_name(glob, name)) continue;
    if (longest == nullptr || glob.size() > std::string_view(name_of(*longest)).size()) longest = &each;
  }
  return longest;
}

/// Whether both patterns take some name.
[[nodiscard]] constexpr bool overlap(std::string_view one, std::string_view other) {
  if (!is_glob(one)) return takes_name(other, one);
  if (!is_glob(other)) return takes_name(one, other);
  return glob_stem(one).starts_with(glob_stem(other)) || glob_stem(other).starts_with(glob_stem(one));
}

/// Whether a star stands anywhere but at the end, or twice.
[[nodiscard]] constexpr bool misplaced_star(std::string_view name) {
  return name.find('*') < name.size() - (name.empty() ? 0 : 1);
}

}  // namespace drover
