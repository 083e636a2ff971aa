// Collects mistakes and warnings while a configuration is read, so that all are reported at once. It also has the rules
// for showing a person's text: short, printable, and never what looks like a key.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/settings.h"

namespace drover::config {

/// A place in the text, counted from 1; columns in bytes. Line 0: no single place.
struct Place {
  int line = 0;
  int column = 0;
};

class Report {
 public:
  explicit Report(std::string file) : file_(std::move(file)) {}

  /// Adds a mistake. After the first defaults::kProblems, mistakes are only counted.
  void add(Place place, std::string key, std::string message, std::string suggestion = {});
  /// Adds a sentence that does not stop the load.
  void warn(Place place, std::string message);

  [[nodiscard]] bool clean() const { return problems_.empty(); }
  /// The number of mistakes so far: a caller sees whether a step added one.
  [[nodiscard]] std::size_t mistakes() const { return problems_.size() + dropped_; }
  [[nodiscard]] const std::string& file() const { return file_; }
  /// All mistakes, in the order of the file. Leaves the report empty.
  [[nodiscard]] Problems take_problems();
  [[nodiscard]] std::vector<std::string> take_warnings();

 private:
  std::string file_;
  Problems problems_;
  std::size_t dropped_ = 0;
  std::vector<std::pair<Place, std::string>> warnings_;
};

/// A person's text in quotes, safe for a terminal: '?' for control bytes, at most 64 bytes. A text that looks like a
/// key ("sk-...") becomes "(not shown: it looks like a key)".
[[nodiscard]] std::string shown(std::string_view text);

/// "a, b, c"
[[nodiscard]] std::string joined(const std::vector<std::string>& words, std::string_view separator = ", ");

}  // namespace drover::config
