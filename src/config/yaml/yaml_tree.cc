#include "config/yaml/yaml_tree.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

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

class TreeBuilder final : public YAML::EventHandler {
 public:
  TreeBuilder(std::string_view text, Report& report) : text_(text), report_(report) {}

  [[nodiscard]] Node take() { return std::move(root_); }

  void OnDocumentStart(const YAML::Mark& mark) override {
    // This also ends a loop: after a stray "," yaml-cpp 0.7 reports empty documents without end.
    if (++documents_ == 1) return;
    const bool marker = text_.substr(static_cast<std::size_t>(mark.pos)).starts_with("---");
    stop(place_of(mark), marker ? "a second document; only one is read" : "text after the end of the configuration",
         marker ? "remove the '---' or what follows it" : "check the indentation and brackets before it");
  }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t) override { add(leaf(Node::Kind::Null, mark)); }
  void OnAnchor(const YAML::Mark& mark, const std::string&) override {
    report_.add(place_of(mark), {}, "anchors (&name) are not supported", "write the value where it is used");
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    report_.add(place_of(mark), {}, "aliases (*name) are not supported", "write the value out");
    add(leaf(Node::Kind::Broken, mark));
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t, const std::string& value) override {
    const bool tagged = refuse_tag(mark, tag);
    Node node = leaf(tagged ? Node::Kind::Broken : Node::Kind::Scalar, mark);
    node.text = value;
    node.quoted = tag == "!";
    add(std::move(node));
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t,
                       YAML::EmitterStyle::value) override {
    open(Node::Kind::List, mark, tag);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t, YAML::EmitterStyle::value) override {
    open(Node::Kind::Map, mark, tag);
  }
  void OnMapEnd() override { close(); }

 private:
  struct Frame {
    Node node;
    bool key_due = true;  ///< Map: whether the next node is a key
    bool drop_value = false;
    std::unordered_set<std::string> seen;
  };

  [[noreturn]] void stop(Place place, std::string message, std::string suggestion) {
    report_.add(place, {}, std::move(message), std::move(suggestion));
    throw Stop{};
  }

  Node leaf(Node::Kind kind, const YAML::Mark& mark) {
    if (++nodes_ > defaults::kNodes) {
      stop(place_of(mark), "more than " + std::to_string(defaults::kNodes) + " values", "split the configuration");
    }
    Node node;
    node.kind = kind;
    node.place = place_of(mark);
    return node;
  }

  /// yaml-cpp says "?" for plain and "!" for quoted scalars without a tag; a lone "!" is recognised by the text.
  bool refuse_tag(const YAML::Mark& mark, const std::string& tag) {
    const auto at = static_cast<std::size_t>(mark.pos);
    const bool lone = tag == "!" && at < text_.size() && text_[at] == '!';
    if (tag == "?" || tag.empty() || (tag == "!" && !lone)) return false;
    report_.add(place_of(mark), {}, "tags (!name) are not supported", "remove the tag");
    return true;
  }

  void open(Node::Kind kind, const YAML::Mark& mark, const std::string& tag) {
    if (static_cast<int>(stack_.size()) >= defaults::kDepth) {
      stop(place_of(mark), "nested more than " + std::to_string(defaults::kDepth) + " deep",
           "no setting needs more than a few levels");
    }
    refuse_tag(mark, tag);
    Frame frame;
    frame.node = leaf(kind, mark);
    stack_.push_back(std::move(frame));
  }

  void close() {
    Node node = std::move(stack_.back().node);
    stack_.pop_back();
    add(std::move(node));
  }

  void add(Node node) {
    if (stack_.empty()) {
      root_ = std::move(node);
      return;
    }
    Frame& frame = stack_.back();
    if (frame.node.kind == Node::Kind::List) {
      frame.node.items.push_back(std::move(node));
    } else if (std::exchange(frame.key_due, !frame.key_due)) {
      add_key(frame, node);
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
    } else if (key.text == "<<" && !key.quoted) {
      report_.add(key.place, {}, "merge keys (<<) are not supported", "write the values out");
    } else if (!frame.seen.insert(key.text).second) {
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

std::optional<Node> parse_yaml(std::string_view text, Report& report) {
  if (text.size() > defaults::kFileBytes) {
    report.add({}, {}, "larger than 1 MiB", "a configuration of that size is probably a mistake");
    return std::nullopt;
  }
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);  // the byte order mark that some editors write
  if (!is_text(text, report)) return std::nullopt;

  TreeBuilder builder(text, report);
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
