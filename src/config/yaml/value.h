// Reads typed values out of the tree, strictly: a mistake says where it is, what was expected with an example, and what
// was found (unless that could be a key). It knows types, not the meaning of settings.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/schema.h"
#include "config/yaml/yaml_tree.h"

namespace drover::config {

class Section;

enum class Showing { Plain, Hidden };  ///< Hidden: never print the value, it may be a key
enum class Off { Refused, Allowed };   ///< whether "off" may stand where a duration does

template <class T>
struct Range {
  T low;
  T high;
};

/// One word of a fixed list, and its meaning.
template <class T>
struct Choice {
  std::string_view word;
  T value;
};

/// One node with its path ("models.gpt-4o.targets[0]"). Borrows the tree and the report.
/// A reader returns nothing after it has reported why.
class Value {
 public:
  Value(const Node& node, std::string path, Report& report, Showing showing = Showing::Plain)
      : node_(&node), path_(std::move(path)), report_(&report), showing_(showing) {}

  [[nodiscard]] const Node& node() const { return *node_; }
  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] Place place() const { return node_->place; }
  [[nodiscard]] Report& report() const { return *report_; }
  [[nodiscard]] bool broken() const { return node_->kind == Node::Kind::Broken; }
  [[nodiscard]] bool is_scalar() const { return node_->kind == Node::Kind::Scalar; }
  [[nodiscard]] bool is_word(std::string_view word) const { return is_scalar() && node_->text == word; }
  [[nodiscard]] Showing showing() const { return showing_; }
  /// The same place, whose value is never shown.
  [[nodiscard]] Value hidden() const { return {*node_, path_, *report_, Showing::Hidden}; }

  /// Any scalar that is not empty.
  [[nodiscard]] std::optional<std::string> text(std::string_view expected) const;
  /// Letters, digits, '.', '_' and '-', at most defaults::kNameBytes.
  [[nodiscard]] std::optional<std::string> name() const;
  /// A model's name: no spaces or control characters, at most defaults::kModelBytes; or a glob (base/glob.h).
  [[nodiscard]] std::optional<std::string> model() const;
  [[nodiscard]] std::optional<std::uint64_t> whole(Range<std::uint64_t> range) const;
  [[nodiscard]] std::optional<double> decimal(Range<double> range) const;
  [[nodiscard]] std::optional<Duration> duration(Range<Duration> range, Off off) const;
  [[nodiscard]] std::optional<std::uint64_t> size(Range<std::uint64_t> range) const;
  [[nodiscard]] std::optional<double> share(double most = 1) const;
  template <class T, std::size_t N>
  [[nodiscard]] std::optional<T> choice(const std::array<Choice<T>, N>& choices) const {
    std::vector<std::string> words;
    for (const Choice<T>& each : choices) {
      if (is_word(each.word)) return each.value;
      words.emplace_back(each.word);
    }
    not_one_of(words);
    return std::nullopt;
  }
  /// A list of at least one item; empty after a report.
  [[nodiscard]] std::vector<Value> list(std::string_view example) const;
  /// A map whose keys are names people choose; empty after a report.
  [[nodiscard]] std::vector<std::pair<Name, Value>> entries(std::string_view example) const;
  /// A map of a known shape; unknown keys are reported.
  [[nodiscard]] std::optional<Section> section(const schema::Shape& shape) const;

  void wrong(std::string message, std::string suggestion = {}) const;
  /// "expected X such as Y, not Z".
  void unexpected(std::string_view expected, std::string suggestion = {}) const;
  void not_one_of(const std::vector<std::string>& words) const;

 private:
  const Node* node_;
  std::string path_;
  Report* report_;
  Showing showing_;
};

/// A map of a known shape. `find` gives a member; the setters change `out` only when the key is there and its value
/// right.
class Section {
 public:
  explicit Section(const Value& map) : map_(map) {}

  [[nodiscard]] const Value& map() const { return map_; }
  [[nodiscard]] bool has(std::string_view key) const;
  /// Nothing when the key is missing, or has no value (which is reported once, when the section is read).
  [[nodiscard]] std::optional<Value> find(std::string_view key) const;

  template <class Unsigned>
  void whole(std::string_view key, Unsigned& out, Range<std::uint64_t> range) const {
    const auto value = find(key);
    const auto number = value ? value->whole(range) : std::nullopt;
    if (number) out = static_cast<Unsigned>(*number);
  }
  void decimal(std::string_view key, double& out, Range<double> range) const;
  void duration(std::string_view key, Duration& out, Range<Duration> range, Off off = Off::Refused) const;
  void size(std::string_view key, std::uint64_t& out, Range<std::uint64_t> range) const;
  void share(std::string_view key, double& out, double most = 1) const;
  void text(std::string_view key, std::string& out, std::string_view expected) const;
  template <class T, std::size_t N>
  void choice(std::string_view key, T& out, const std::array<Choice<T>, N>& choices) const {
    const auto value = find(key);
    const auto found = value ? value->choice(choices) : std::nullopt;
    if (found) out = *found;
  }

 private:
  Value map_;
};

/// Whether it can be the name of a model, or a glob: no spaces or control characters, at most defaults::kModelBytes.
[[nodiscard]] bool is_model(std::string_view text);
/// Whether a key of a map can be the name of a `what` ("provider"), as Value::name(). Reports when it cannot.
bool check_name(const Name& name, std::string_view what, Report& report);
/// The same for a model's name.
bool check_model(const Name& name, Report& report);

/// "did you mean 'x'?" when one of `words` is near, else "known: a, b, c" (the first few), else empty.
[[nodiscard]] std::string did_you_mean(std::string_view word, const std::vector<std::string>& words);

}  // namespace drover::config
