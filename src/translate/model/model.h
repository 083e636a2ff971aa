// The one model of a conversation that every dialect is read into and written from. It holds views of the request it
// was read from, which must outlive it; JSON that nobody here has to understand (schemas, arguments) stays as it was
// written.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "translate/model/form.h"
#include "translate/model/text.h"

namespace drover::translate {

enum class Role : std::uint8_t { System, Developer, User, Assistant };

enum class PartKind : std::uint8_t {
  Text,
  Refusal,  ///< the model's own words for "I will not"
  Image,
  Document,
  Audio,
  Call,      ///< of a tool, by the assistant
  Result,    ///< of a call; stands in a user's message
  Thinking,  ///< readable; with a signature, its maker can go on with it
  Sealed,    ///< thinking that only its maker can read
};

/// Who made a signature or a sealed thought. Nobody else is given it.
enum class Maker : std::uint8_t { Nobody, Anthropic, OpenAi, Google };

/// A point up to which the provider is to keep the prompt in its cache.
enum class CacheMark : std::uint8_t { None, Short, Hour };

struct Media {
  enum class Source : std::uint8_t { None, Url, Base64, FileId, PlainText };
  Source source = Source::None;
  Text type = {};      ///< the media type; of audio the format ("wav"); empty: not said
  Text data = {};      ///< the URL, the base64 digits, the id or the text
  Text detail = {};    ///< of an image: low, high, auto
  Text filename = {};  ///< of a document
};

struct Part {
  PartKind kind = PartKind::Text;
  Text text = {};  ///< what is said, thought, refused or sealed
  Media media = {};
  /// Of a call and of its result; of a thought, its maker's name for it; of what Google sealed, the call that it signs.
  Text id = {};
  Text name = {};  ///< of a call
  Arguments arguments = {};
  bool custom = false;    ///< a call of a free-form tool (`arguments` is its input, any text), or its result
  bool is_error = false;  ///< the tool failed
  Text signature = {};
  Maker maker = Maker::Nobody;
  CacheMark mark = CacheMark::None;
  std::vector<Part> inside = {};  ///< what a result consists of
};

struct Message {
  Role role = Role::User;
  std::vector<Part> parts = {};
};

struct Tool {
  Text name = {};
  Text description = {};
  std::string_view schema = {};  ///< raw; empty: no parameters
  std::optional<bool> strict = {};
  bool custom = false;           ///< free-form: its input is any text
  std::string_view format = {};  ///< raw: the grammar of a free-form one
  CacheMark mark = CacheMark::None;
};

struct ToolChoice {
  enum class Kind : std::uint8_t { Unset, Auto, None, Required, Named };
  Kind kind = Kind::Unset;
  Text name = {};
  std::vector<Text> allowed = {};  ///< not empty: only these may be called
};

enum class Effort : std::uint8_t { Unset, None, Minimal, Low, Medium, High, ExtraHigh, Max };
enum class ThinkingMode : std::uint8_t { Unset, Off, Budget, Adaptive };

struct OutputFormat {
  enum class Kind : std::uint8_t { Text, JsonObject, JsonSchema };
  Kind kind = Kind::Text;
  Text name = {};
  Text description = {};
  std::string_view schema = {};  ///< raw
  std::optional<bool> strict = {};
};

/// A field that nobody here has to understand: a row of fields.h and its raw value.
struct PassedField {
  std::size_t row = 0;
  std::string_view raw = {};
};

struct Settings {
  Text model = {};
  bool stream = false;
  bool include_usage = false;  ///< of a chat stream: the client wants the usage chunk
  std::optional<std::int64_t> max_tokens = {};
  std::string_view temperature = {};  ///< raw number; empty: not said
  std::string_view top_p = {};
  std::string_view top_k = {};
  std::vector<Text> stop = {};
  std::optional<bool> parallel_calls = {};
  Effort effort = Effort::Unset;
  ThinkingMode thinking = ThinkingMode::Unset;
  std::int64_t thinking_budget = 0;  ///< tokens
  bool wants_summary = false;        ///< the client asked for a summary of the reasoning
  OutputFormat format = {};
  Text verbosity = {};
  Text user = {};
  Text tier = {};
  std::optional<bool> store = {};
  std::vector<PassedField> fields = {};
};

/// One request. Moves, and does not copy: `made` holds the texts that the request did not hold itself.
struct Conversation {
  Conversation() = default;
  Conversation(Conversation&&) = default;
  Conversation& operator=(Conversation&&) = default;
  Conversation(const Conversation&) = delete;
  Conversation& operator=(const Conversation&) = delete;

  Form form = Form::Chat;
  std::vector<Message> messages = {};  ///< system ones at the place where they stood
  std::vector<Tool> tools = {};
  ToolChoice choice;
  Settings settings;
  std::deque<std::string> made;

  /// A view of `text` that lives as long as the conversation does.
  [[nodiscard]] std::string_view keep(std::string text) { return made.emplace_back(std::move(text)); }
};

}  // namespace drover::translate
