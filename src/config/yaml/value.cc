#include "config/yaml/value.h"

#include <algorithm>

#include "base/glob.h"
#include "config/yaml/scalar.h"
#include "config/yaml/suggest.h"

namespace drover::config {
namespace {

std::string_view what_stands_there(const Node& node) {
  switch (node.kind) {
    case Node::Kind::List: return "a list";
    case Node::Kind::Map: return "a map";
    case Node::Kind::Scalar: return node.quoted ? "text in quotes" : "text";
    case Node::Kind::Null:
    case Node::Kind::Broken: break;
  }
  return "nothing";
}

bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= defaults::kNameBytes && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
           c == '-';
  });
}

std::string star_in_the_middle(std::string_view name) {
  return shown(name) + " has a star that is not its end, and only one at the end stands for any rest";
}

/// "gpt-*-mini" → "write 'gpt-*'".
std::string star_at_the_end(std::string_view name) {
  return "write " + shown(std::string(name.substr(0, name.find('*'))) + "*") + ", or each name";
}

/// Whether a key of a map may be printed. Where values are hidden, a person may have put a key in the place of its
/// name.
bool may_show(std::string_view word, Showing showing) {
  return showing == Showing::Plain ||
         (word.size() <= 24 && std::ranges::all_of(word, [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; }));
}

/// "64MB", "64M" → "write 64MiB".
std::string binary_unit_hint(const Node& node) {
  std::string_view text = node.kind == Node::Kind::Scalar ? std::string_view(node.text) : std::string_view();
  if (text.ends_with('B') || text.ends_with('b')) text.remove_suffix(1);
  const std::string_view units = "kKmMgG";
  if (text.empty() || units.find(text.back()) == std::string_view::npos) return {};
  const std::string_view number = text.substr(0, text.size() - 1);
  if (!parse_whole(number)) return {};
  const char unit = units[units.find(text.back()) | 1U];
  return "write " + std::string(number) + unit + "iB";
}

}  // namespace

bool is_model(std::string_view text) {
  return !text.empty() && text.size() <= defaults::kModelBytes && std::ranges::all_of(text, [](char c) {
    return static_cast<unsigned char>(c) > 0x20 && static_cast<unsigned char>(c) != 0x7f;
  });
}

bool check_name(const Name& name, std::string_view what, Report& report) {
  if (is_name(name.text)) return true;
  report.add(name.place, {}, shown(name.text) + " cannot be the name of a " + std::string(what),
             "use letters, digits, '.', '_' and '-' (at most 64)");
  return false;
}

bool check_model(const Name& name, Report& report) {
  if (!is_model(name.text)) {
    report.add(name.place, {}, shown(name.text) + " cannot be the name of a model", "no spaces, at most 256 bytes");
    return false;
  }
  if (!misplaced_star(name.text)) return true;
  report.add(name.place, {}, star_in_the_middle(name.text), star_at_the_end(name.text));
  return false;
}

std::string did_you_mean(std::string_view word, const std::vector<std::string>& words) {
  constexpr std::size_t kListed = 12;
  if (const auto found = nearest(word, words)) return "did you mean '" + *found + "'?";
  if (words.empty()) return {};
  std::vector<std::string> listed(words.begin(),
                                  words.begin() + static_cast<std::ptrdiff_t>(std::min(words.size(), kListed)));
  if (words.size() > kListed) listed.emplace_back("...");
  return "known: " + joined(listed);
}

void Value::wrong(std::string message, std::string suggestion) const {
  if (!broken()) report_->add(place(), path_, std::move(message), std::move(suggestion));
}

void Value::unexpected(std::string_view expected, std::string suggestion) const {
  std::string found(what_stands_there(*node_));
  if (is_scalar() && !node_->quoted && showing_ == Showing::Plain) found = shown(node_->text);
  wrong("expected " + std::string(expected) + ", not " + found, std::move(suggestion));
}

void Value::not_one_of(const std::vector<std::string>& words) const {
  const auto meant = is_scalar() ? nearest(node_->text, words) : std::nullopt;
  unexpected("one of " + joined(words), meant ? "did you mean '" + *meant + "'?" : std::string());
}

std::optional<std::string> Value::text(std::string_view expected) const {
  if (is_scalar() && !node_->text.empty()) return node_->text;
  unexpected(expected);
  return std::nullopt;
}

std::optional<std::string> Value::name() const {
  if (is_scalar() && is_name(node_->text)) return node_->text;
  unexpected("a name of letters, digits, '.', '_' and '-' (at most 64)");
  return std::nullopt;
}

std::optional<std::string> Value::model() const {
  if (is_scalar() && is_model(node_->text) && misplaced_star(node_->text)) {
    wrong(star_in_the_middle(node_->text), star_at_the_end(node_->text));
    return std::nullopt;
  }
  if (is_scalar() && is_model(node_->text)) return node_->text;
  unexpected("a model's name such as gpt-4o (no spaces, at most 256 bytes)");
  return std::nullopt;
}

std::optional<std::uint64_t> Value::whole(Range<std::uint64_t> range) const {
  const auto number = is_scalar() && !node_->quoted ? parse_whole(node_->text) : std::nullopt;
  if (number && *number >= range.low && *number <= range.high) return number;
  unexpected("a whole number from " + std::to_string(range.low) + " to " + std::to_string(range.high));
  return std::nullopt;
}

std::optional<double> Value::decimal(Range<double> range) const {
  const auto number = is_scalar() && !node_->quoted ? parse_decimal(node_->text) : std::nullopt;
  if (number && *number >= range.low && *number <= range.high) return number;
  // Ranges of decimals have whole numbers as their bounds in this schema.
  unexpected("a number from " + std::to_string(static_cast<long>(range.low)) + " to " +
             std::to_string(static_cast<long>(range.high)) + " such as 1.5");
  return std::nullopt;
}

std::optional<Duration> Value::duration(Range<Duration> range, Off off) const {
  if (off == Off::Allowed && is_word("off")) return kNoLimit;
  const auto span = is_scalar() ? parse_duration(node_->text) : std::nullopt;
  if (!span) {
    const bool bare = is_scalar() && parse_whole(node_->text).has_value();
    unexpected(off == Off::Allowed ? "a duration such as 500ms, 3s, 10m or 1h, or off"
                                   : "a duration such as 500ms, 3s, 10m or 1h",
               bare ? "add the unit: " + node_->text + "s or " + node_->text + "ms" : std::string());
    return std::nullopt;
  }
  if (*span >= range.low && *span <= range.high) return span;
  unexpected("a duration from " + format_duration(range.low) + " to " + format_duration(range.high));
  return std::nullopt;
}

std::optional<std::uint64_t> Value::size(Range<std::uint64_t> range) const {
  const auto bytes = is_scalar() ? parse_size(node_->text) : std::nullopt;
  if (!bytes) {
    unexpected("a size such as 64MiB, 1GiB or a number of bytes", binary_unit_hint(*node_));
    return std::nullopt;
  }
  if (*bytes >= range.low && *bytes <= range.high) return bytes;
  unexpected("a size from " + format_size(range.low) + " to " + format_size(range.high));
  return std::nullopt;
}

std::optional<double> Value::share(double most) const {
  const auto part = is_scalar() ? parse_share(node_->text, most) : std::nullopt;
  if (!part) unexpected("a percentage from 0% to " + format_share(most) + " such as 20%");
  return part;
}

std::vector<Value> Value::list(std::string_view example) const {
  std::vector<Value> out;
  if (node_->kind != Node::Kind::List || node_->items.empty()) {
    const std::string_view kind = node_->kind == Node::Kind::List ? ", not an empty one" : "";
    if (kind.empty()) {
      unexpected("a list such as " + std::string(example));
    } else {
      wrong("expected a list such as " + std::string(example) + std::string(kind));
    }
    return out;
  }
  for (std::size_t at = 0; at < node_->items.size(); ++at) {
    out.emplace_back(node_->items[at], path_ + "[" + std::to_string(at) + "]", *report_, showing_);
  }
  return out;
}

std::vector<std::pair<Name, Value>> Value::entries(std::string_view example) const {
  std::vector<std::pair<Name, Value>> out;
  if (node_->kind != Node::Kind::Map) {
    unexpected("a map such as " + std::string(example));
    return out;
  }
  for (std::size_t at = 0; at < node_->names.size(); ++at) {
    const Name& name = node_->names[at];
    const std::string step = is_model(name.text) ? name.text : shown(name.text);
    out.emplace_back(name, Value(node_->items[at], path_ + "." + step, *report_, showing_));
  }
  return out;
}

std::optional<Section> Value::section(const schema::Shape& shape) const {
  if (node_->kind != Node::Kind::Map) {
    unexpected("a map such as " + std::string(shape.example));
    return std::nullopt;
  }
  for (std::size_t at = 0; at < node_->names.size(); ++at) {
    const Name& name = node_->names[at];
    const bool known = std::ranges::find(shape.keys, name.text) != shape.keys.end();
    if (known && node_->items[at].kind == Node::Kind::Null) {
      report_->add(name.place, path_, "'" + name.text + "' has no value", "give it one or remove it");
    }
    if (known) continue;
    if (!may_show(name.text, showing_)) {
      report_->add(name.place, path_, "an unknown key (not shown: it may be a credential)",
                   "known: " + joined({shape.keys.begin(), shape.keys.end()}));
      continue;
    }
    const auto meant = nearest_key(name.text, shape.keys);
    report_->add(name.place, path_, "unknown key " + shown(name.text),
                 meant ? "did you mean '" + *meant + "'?" : "known: " + joined({shape.keys.begin(), shape.keys.end()}));
  }
  return Section(*this);
}

bool Section::has(std::string_view key) const {
  return std::ranges::any_of(map_.node().names, [&](const Name& name) { return name.text == key; });
}

std::optional<Value> Section::find(std::string_view key) const {
  const Node& node = map_.node();
  for (std::size_t at = 0; at < node.names.size(); ++at) {
    if (node.names[at].text != key || node.items[at].kind == Node::Kind::Null) continue;
    const std::string path = map_.path().empty() ? std::string(key) : map_.path() + "." + std::string(key);
    return Value(node.items[at], path, map_.report(), map_.showing());
  }
  return std::nullopt;
}

void Section::decimal(std::string_view key, double& out, Range<double> range) const {
  const auto value = find(key);
  out = (value ? value->decimal(range) : std::nullopt).value_or(out);
}

void Section::duration(std::string_view key, Duration& out, Range<Duration> range, Off off) const {
  const auto value = find(key);
  out = (value ? value->duration(range, off) : std::nullopt).value_or(out);
}

void Section::size(std::string_view key, std::uint64_t& out, Range<std::uint64_t> range) const {
  const auto value = find(key);
  out = (value ? value->size(range) : std::nullopt).value_or(out);
}

void Section::share(std::string_view key, double& out, double most) const {
  const auto value = find(key);
  out = (value ? value->share(most) : std::nullopt).value_or(out);
}

void Section::text(std::string_view key, std::string& out, std::string_view expected) const {
  const auto value = find(key);
  out = (value ? value->text(expected) : std::nullopt).value_or(out);
}

}  // namespace drover::config
