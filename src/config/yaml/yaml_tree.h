// The text of a configuration as a small bounded tree with places. Only this file uses yaml-cpp, and it is stricter: no
// duplicate keys, anchors, aliases, tags, merge keys or second documents, and bounds on size, depth and nodes. The file
// of another program may have the first five. It does not know what the keys mean.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/yaml/report.h"

namespace drover::config {

struct Name {
  std::string text;
  Place place;
};

struct Node {
  enum class Kind {
    Null,
    Scalar,
    List,
    Map,
    Broken,  ///< something that was refused; its mistake is in the report
  };
  Kind kind = Kind::Null;
  bool quoted = false;  ///< Scalar: written in quotes or as a block
  std::string text;     ///< Scalar
  Place place;
  std::vector<Name> names;  ///< Map: names[i] is the key of items[i]
  std::vector<Node> items;  ///< List and Map
};

/// What a text may use beside plain values.
enum class Yaml {
  Strict,  ///< drover's own configuration
  /// The file of another program: anchors, aliases and merge keys are written out, tags are not looked at, and of two
  /// equal keys the last counts, as PyYAML has it. The bounds hold for what is written out.
  Foreign,
};

/// Parses one document. Mistakes go to `report`. Returns nothing when the text could not be read to its end; a tree may
/// be returned in spite of mistakes, so that the rest can be checked too.
[[nodiscard]] std::optional<Node> parse_yaml(std::string_view text, Report& report, Yaml yaml = Yaml::Strict);

}  // namespace drover::config
