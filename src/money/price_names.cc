// The names under which a model may be in the table of prices: the rules are told in price_table.h.
#include <algorithm>
#include <array>

#include "money/lower.h"
#include "money/price_table.h"

namespace drover::money {
namespace {

constexpr std::array<std::string_view, 11> kRegions{"us.",     "eu.", "apac.", "jp.", "au.", "global.",
                                                    "us-gov.", "ca.", "sa.",   "in.", "me."};

bool all_digits(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

/// Whether `text` is a day: "2025-05-14" or "20250514".
bool is_date(std::string_view text) {
  if (text.size() == 8) return text.starts_with("20") && all_digits(text);
  return text.size() == 10 && text.starts_with("20") && text[4] == '-' && text[7] == '-' &&
         all_digits(text.substr(0, 4)) && all_digits(text.substr(5, 2)) && all_digits(text.substr(8));
}

/// The name without a date or "latest" behind it; the same when there is none.
std::string_view undated(std::string_view name) {
  for (const std::string_view word : {"-latest", "@latest", "@default"}) {
    if (name.size() > word.size() && name.ends_with(word)) return name.substr(0, name.size() - word.size());
  }
  for (const std::size_t length : {10U, 8U}) {
    if (name.size() < length + 2) continue;
    const char before = name[name.size() - length - 1];
    if ((before == '-' || before == '@') && is_date(name.substr(name.size() - length))) {
      return name.substr(0, name.size() - length - 1);
    }
  }
  return name;
}

/// The name without what a path or a vendor puts before it.
std::string_view bare(std::string_view vendor, std::string_view name) {
  if (const std::size_t at = name.rfind("/models/"); at != std::string_view::npos) return name.substr(at + 8);
  if (name.starts_with("models/")) return name.substr(7);
  if (name.size() > vendor.size() && name.starts_with(vendor) && name[vendor.size()] == '/') {
    return name.substr(vendor.size() + 1);
  }
  return name;
}

std::string_view without_region(std::string_view name) {
  for (const std::string_view each : kRegions) {
    if (name.starts_with(each)) return name.substr(each.size());
  }
  return name;
}

/// The name without "-v1:0" or ":0".
std::string_view without_revision(std::string_view name) {
  const std::size_t colon = name.rfind(':');
  if (colon != std::string_view::npos && colon + 1 < name.size() && all_digits(name.substr(colon + 1))) {
    name = name.substr(0, colon);
  }
  const std::size_t dash = name.rfind("-v");
  if (dash != std::string_view::npos && dash + 2 < name.size() && all_digits(name.substr(dash + 2))) {
    name = name.substr(0, dash);
  }
  return name;
}

}  // namespace

std::vector<std::string> price_names(std::string_view vendor, std::string_view model) {
  const std::string lower = lower_name(model);
  std::vector<std::string> names;
  const auto add = [&](std::string_view name) {
    if (!name.empty() && std::ranges::find(names, name) == names.end()) names.emplace_back(name);
  };
  const std::string_view name = bare(vendor, lower);
  add(lower);
  add(name);
  add(undated(name));
  if (vendor == "bedrock") {
    const std::string_view here = without_region(name);
    for (const std::string_view each : {here, without_revision(name), without_revision(here)}) {
      add(each);
      add(undated(each));
    }
  }
  if (name.starts_with("ft:")) {
    const std::string_view base = name.substr(0, name.find(':', 3));
    add(base);
    add(undated(base));
  }
  return names;
}

}  // namespace drover::money
