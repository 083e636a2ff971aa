#include "config/yaml/yaml_tree.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <map>
#include <sstream>
#include <unordered_set>
#include <utility>

namespace drover::config {
namespace {

/// Ends the parser when going on would be useless or costly. Thrown and caught in this file.
struct Stop {};

Place place_of(const YAML::Mark& mark) {
  return mark.is_null() ? Place{} : Place{.line = mark.line + 1, .column = mark.column + 1};
}

std::size_t nodes_of(const Node& node) {
  std::size_t count = 1;
  for (const Node& item : node.items) count += nodes_of(item);
  return count;
}

int depth_of(const Node& node) {
  int depth = 0;
  for (const Node& item : node.items) depth = std::max(depth, depth_of(item));
  return depth + 1;
}

/// Of equal keys the last stays.
void keep_last(Node& map) {
  std::unordered_set<std::string> seen;
  std::vector<Name> names;
  std::vector<Node> items;
  for (std::size_t at = map.names.size(); at-- > 0;) {
    if (!seen.insert(map.names[at].text).second) continue;
    names.push_back(std::move(map.names[at]));
    items.push_back(std::move(map.items[at]));
  }
  std::ranges::reverse(names);
  std::ranges::reverse(items);
  map.names = std::move(names);
  map.items = std::move(items);
}

/// What stands under "<<": the entries of a map, or of several, that `map` does not have itself.
void merge_into(Node& map, const Node& merged) {
  if (merged.kind == Node::Kind::List) {
    for (const Node& each : merged.items) merge_into(map, each);
    return;
  }
  std::unordered_set<std::string> own;
  for (const Name& name : map.names) own.insert(name.text);
  for (std::size_t at = 0; at < merged.names.size(); ++at) {
    if (own.contains(merged.names[at].text)) continue;
    map.names.push_back(merged.names[at]);
    map.items.push_back(merged.items[at]);
  }
}

class TreeBuilder final : public YAML::EventHandler {
 public:
  TreeBuilder(std::string_view text, Report& report, Yaml yaml) : text_(text), report_(report), yaml_(yaml) {}

  [[nodiscard]] Node take() { return std::move(root_); }

  void OnDocumentStart(const YAML::Mark& mark) override {
    // This also ends a loop: after a stray "," yaml-cpp 0.7 reports empty documents without end.
    if (++documents_ == 1) return;
    const bool marker = text_.substr(static_cast<std::size_t>(mark.pos)).starts_with("---");
    stop(place_of(mark), marker ? "a second document; only one is read" : "text after the end of the configuration",
         marker ? "remove the '---' or what follows it" : "check the indentation and brackets before it");
  }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override { add(leaf(Node::Kind::Null, mark), anchor); }
  void OnAnchor(const YAML::Mark& mark, const std::string&) override {
    if (yaml_ == Yaml::Foreign) return;
    report_.add(place_of(mark), {}, "anchors (&name) are not supported", "write the value where it is used");
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    if (yaml_ == Yaml::Foreign) return add_copy(mark, anchor);
    report_.add(place_of(mark), {}, "aliases (*name) are not supported", "write the value out");
    add(leaf(Node::Kind::Broken, mark));
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    const bool tagged = refuse_tag(mark, tag);
    Node node = leaf(tagged ? Node::Kind::Broken : Node::Kind::Scalar, mark);
    node.text = value;
    node.quoted = tag == "!";
    add(std::move(node), anchor);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(Node::Kind::List, mark, tag, anchor);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(Node::Kind::Map, mark, tag, anchor);
  }
  void OnMapEnd() override { close(); }

 private:
  struct Frame {
    Node node;
    bool key_due = true;  ///< Map: whether the next node is a key
    bool drop_value = false;
    std::unordered_set<std::string> seen;
    YAML::anchor_t anchor = 0;
    std::optional<Node> merged{};  ///< Yaml::Foreign: what stands under "<<"
    bool merges = false;           ///< the next value stands under "<<"
  };

  [[noreturn]] void stop(Place place, std::string message, std::string suggestion) {
    report_.add(place, {}, std::move(message), std::move(suggestion));
    throw Stop{};
  }

  Node leaf(Node::Kind kind, const YAML::Mark& mark) {
    ++nodes_;
    check_count(mark);
    Node node;
    node.kind = kind;
    node.place = place_of(mark);
    return node;
  }

  /// yaml-cpp says "?" for plain and "!" for quoted scalars without a tag; a lone "!" is recognised by the text.
  bool refuse_tag(const YAML::Mark& mark, const std::string& tag) {
    const auto at = static_cast<std::size_t>(mark.pos);
    const bool lone = tag == "!" && at < text_.size() && text_[at] == '!';
    if (yaml_ == Yaml::Foreign || tag == "?" || tag.empty() || (tag == "!" && !lone)) return false;
    report_.add(place_of(mark), {}, "tags (!name) are not supported", "remove the tag");
    return true;
  }

  void check_depth(const YAML::Mark& mark, int levels) {
    if (static_cast<int>(stack_.size()) + levels <= defaults::kDepth) return;
    stop(place_of(mark), "nested more than " + std::to_string(defaults::kDepth) + " deep",
         "no setting needs more than a few levels");
  }

  void check_count(const YAML::Mark& mark) {
    if (nodes_ <= defaults::kNodes) return;
    stop(place_of(mark), "more than " + std::to_string(defaults::kNodes) + " values", "split the configuration");
  }

  /// The value of an alias, written out. Its nodes count again, so that aliases of aliases cannot grow without bound.
  void add_copy(const YAML::Mark& mark, YAML::anchor_t anchor) {
    const auto known = anchors_.find(anchor);
    if (known == anchors_.end()) {  // an alias inside of the value it names
      report_.add(place_of(mark), {}, "an alias (*name) that stands in the value it names", "write the value out");
      return add(leaf(Node::Kind::Broken, mark));
    }
    nodes_ += nodes_of(known->second);
    check_count(mark);
    check_depth(mark, depth_of(known->second) - 1);
    add(known->second);
  }

  void open(Node::Kind kind, const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
    check_depth(mark, 1);
    refuse_tag(mark, tag);
    Frame frame;
    frame.anchor = anchor;
    frame.node = leaf(kind, mark);
    stack_.push_back(std::move(frame));
  }

  void close() {
    Frame frame = std::move(stack_.back());
    stack_.pop_back();
    if (yaml_ == Yaml::Foreign && frame.node.kind == Node::Kind::Map) keep_last(frame.node);
    if (frame.merged) merge_into(frame.node, *frame.merged);
    add(std::move(frame.node), frame.anchor);
  }

  void add(Node node, YAML::anchor_t anchor = 0) {
    if (anchor != 0 && yaml_ == Yaml::Foreign) anchors_[anchor] = node;
    if (stack_.empty()) {
      root_ = std::move(node);
      return;
    }
    Frame& frame = stack_.back();
    if (frame.node.kind == Node::Kind::List) {
      frame.node.items.push_back(std::move(node));
    } else if (std::exchange(frame.key_due, !frame.key_due)) {
      add_key(frame, node);
    } else if (std::exchange(frame.merges, false)) {
      frame.merged = std::move(node);
    } else if (!std::exchange(frame.drop_value, false)) {
      // The mark of an empty value is that of the next node: the mark of its key is the better place.
      if (node.kind == Node::Kind::Null) node.place = frame.node.names.back().place;
      frame.node.items.push_back(std::move(node));
    }
  }

  void add_key(Frame& frame, Node& key) {
    frame.drop_value = true;
    if (key.kind == Node::Kind::Broken) return;
    if (key.kind != Node::Kind::Scalar) {
      report_.add(key.place, {}, "a key must be text", "write  name: value");
    } else if (key.text == "<<" && !key.quoted && yaml_ == Yaml::Foreign) {
      frame.merges = true;
      frame.drop_value = false;
    } else if (key.text == "<<" && !key.quoted) {
      report_.add(key.place, {}, "merge keys (<<) are not supported", "write the values out");
    } else if (!frame.seen.insert(key.text).second && yaml_ == Yaml::Strict) {
      report_.add(key.place, {}, "duplicate key " + shown(key.text), "keep one of them");
    } else {
      frame.drop_value = false;
      frame.node.names.push_back({.text = std::move(key.text), .place = key.place});
    }
  }

  std::string_view text_;
  Report& report_;
  std::vector<Frame> stack_;
  Node root_;
  std::size_t nodes_ = 0;
  int documents_ = 0;
  Yaml yaml_;
  std::map<YAML::anchor_t, Node> anchors_;
};

/// Length of the UTF-8 sequence at the front of `text`; 0: there is none (RFC 3629: no surrogates, no overlong forms).
std::size_t utf8_length(std::string_view text) {
  const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(at < text.size() ? text[at] : 0); };
  const auto follows = [&](std::size_t at) { return (byte(at) & 0xC0U) == 0x80U; };
  const unsigned first = byte(0);
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) return follows(1) ? 2 : 0;
  if (first >= 0xE0 && first <= 0xEF) {
    if ((first == 0xE0 && byte(1) < 0xA0) || (first == 0xED && byte(1) > 0x9F)) return 0;
    return follows(1) && follows(2) ? 3 : 0;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    if ((first == 0xF0 && byte(1) < 0x90) || (first == 0xF4 && byte(1) > 0x8F)) return 0;
    return follows(1) && follows(2) && follows(3) ? 4 : 0;
  }
  return 0;
}

/// Refuses bytes that are no text; yaml-cpp would replace or accept them silently.
bool is_text(std::string_view text, Report& report) {
  Place place{.line = 1, .column = 1};
  while (!text.empty()) {
    const auto byte = static_cast<unsigned char>(text.front());
    const std::size_t length = utf8_length(text);
    const bool control = (byte < 0x20 && byte != '\t' && byte != '\n' && byte != '\r') || byte == 0x7f;
    if (length == 0 || control) {
      report.add(place, {}, control ? "a control character" : "not UTF-8 text", "save the file as plain UTF-8 text");
      return false;
    }
    place = byte == '\n' ? Place{.line = place.line + 1, .column = 1}
                         : Place{.line = place.line, .column = place.column + static_cast<int>(length)};
    text.remove_prefix(length);
  }
  return true;
}

/// The first tab before the text of a line. (In an empty line, or before a comment, a tab does no harm.)
std::optional<Place> indenting_tab(std::string_view text) {
  for (int line = 1; !text.empty(); ++line) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view whole = text.substr(0, end);
    const std::size_t begin = whole.find_first_not_of(" \t\r");
    const std::size_t tab = whole.find('\t');
    if (begin != std::string_view::npos && whole[begin] != '#' && tab < begin) {
      return Place{.line = line, .column = static_cast<int>(tab) + 1};
    }
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return std::nullopt;
}

}  // namespace

std::optional<Node> parse_yaml(std::string_view text, Report& report, Yaml yaml) {
  if (text.size() > defaults::kFileBytes) {
    report.add({}, {}, "larger than 1 MiB", "a configuration of that size is probably a mistake");
    return std::nullopt;
  }
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);  // the byte order mark that some editors write
  if (!is_text(text, report)) return std::nullopt;

  TreeBuilder builder(text, report, yaml);
  try {
    std::istringstream input{std::string(text)};
    YAML::Parser parser(input);
    if (!parser.HandleNextDocument(builder)) {
      report.add({}, {}, "the file says nothing", "start from drover.example.yaml");
      return std::nullopt;
    }
    while (parser.HandleNextDocument(builder)) {
    }
  } catch (const Stop&) {
    return std::nullopt;
  } catch (const YAML::Exception& error) {
    if (const auto tab = indenting_tab(text)) {
      report.add(*tab, {}, "a tab stands in the indentation, and YAML wants spaces", "indent with spaces");
      return std::nullopt;
    }
    // yaml-cpp's own sentences are fixed phrases; a sentence that would quote the text is cut before the quotation.
    const std::string phrase = error.msg.substr(0, error.msg.find(": "));
    report.add(place_of(error.mark), {}, "this is not valid YAML: " + phrase, "check the indentation and quotes");
    return std::nullopt;
  } catch (const std::exception&) {
    report.add({}, {}, "could not be read as YAML", "check the indentation and quotes");
    return std::nullopt;
  }
  return builder.take();
}

}  // namespace drover::config
