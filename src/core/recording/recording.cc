#include "core/recording/recording.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "core/recording/recording_fields.h"

namespace drover::core {
namespace {

constexpr std::string_view kHead = "drover-recording";
constexpr std::string_view kRequest = "request";
constexpr std::string_view kEvent = "event";
constexpr std::string_view kProbe = "probe";
constexpr std::string_view kLook = "look";
constexpr std::string_view kEnd = "end";
constexpr std::string_view kCommand = ">";
constexpr std::string_view kClosed = "closed";

constexpr std::string_view kAbsent = "-";   ///< an optional without a value
constexpr std::string_view kNone = "none";  ///< kNever, kNoLimit

constexpr std::string_view kHexDigits = "0123456789abcdef";

/// Whether the byte stands as it is. Bytes that end a field or a line, or that a terminal would act on, are written as
/// %xx.
bool plain(char c) {
  return c > ' ' && c < '\x7f' && c != '%';
}

template <class T>
concept Wrapped = requires(T& t) { t.value; };

class Writer {
 public:
  explicit Writer(std::string& out) : out_(out) {}

  template <class T>
  void operator()(std::string_view name, const T& value) {
    out_.append(" ").append(name).append("=");
    put(value);
  }

 private:
  template <class T>
  void put(const T& value) {
    if constexpr (std::is_enum_v<T>) {
      put(static_cast<int>(value));
    } else if constexpr (Wrapped<T>) {
      put(value.value);
    } else {
      char digits[24];
      const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
      out_.append(digits, end);
    }
  }
  void put(bool value) { out_.push_back(value ? '1' : '0'); }
  void put(Instant at) {
    if (at == kNever) {
      out_.append(kNone);
    } else {
      put(at.time_since_epoch().count());
    }
  }
  void put(Duration span) {
    if (span == kNoLimit) {
      out_.append(kNone);
    } else {
      put(span.count());
    }
  }
  void put(const std::string& text) {
    for (const char c : text) {
      if (plain(c)) {
        out_.push_back(c);
        continue;
      }
      const auto byte = static_cast<unsigned char>(c);
      out_.append({'%', kHexDigits[byte >> 4U], kHexDigits[byte & 15U]});
    }
  }
  template <class T>
  void put(const std::optional<T>& value) {
    if (value) {
      put(*value);
    } else {
      out_.append(kAbsent);
    }
  }
  void put(const std::optional<Error>& error) {
    put(error.has_value());
    if (error) fields(*this, *error);
  }

  std::string& out_;
};

/// Takes fields off the front of a line. It keeps the first fault, and reads nothing after it.
class Reader {
 public:
  explicit Reader(std::string_view line) : rest_(line) {}

  template <class T>
  void operator()(std::string_view name, T& value) {
    if (!problem_.empty()) return;
    const std::string_view word = next();
    if (!word.starts_with(name) || word.size() <= name.size() || word[name.size()] != '=') {
      return fail(std::string("expected ").append(name).append("="));
    }
    field_ = name;
    take(word.substr(name.size() + 1), value);
  }

  [[nodiscard]] std::string_view next() {
    while (rest_.starts_with(' ')) rest_.remove_prefix(1);
    const std::string_view word = rest_.substr(0, rest_.find(' '));
    rest_.remove_prefix(word.size());
    return word;
  }
  void fail(std::string problem) {
    if (problem_.empty()) problem_ = std::move(problem);
  }
  /// Empty when the line was read to its end without a fault.
  [[nodiscard]] std::string end() {
    if (const std::string_view word = next(); !word.empty()) fail("more than this program knows of");
    return std::move(problem_);
  }

 private:
  template <class T>
  void take(std::string_view text, T& value) {
    if constexpr (std::is_enum_v<T>) {
      int number = 0;
      take(text, number);
      if (number < 0 || number > static_cast<int>(last_of(T{}))) return wrong();
      value = static_cast<T>(number);
    } else if constexpr (Wrapped<T>) {
      take(text, value.value);
    } else {
      const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
      if (error != std::errc{} || end != text.data() + text.size()) wrong();
    }
  }
  void take(std::string_view text, bool& value) {
    if (text != "0" && text != "1") return wrong();
    value = text == "1";
  }
  void take(std::string_view text, Instant& at) {
    if (text == kNone) {
      at = kNever;
      return;
    }
    Instant::rep count = 0;
    take(text, count);
    at = Instant(Duration(count));
  }
  void take(std::string_view text, Duration& span) {
    if (text == kNone) {
      span = kNoLimit;
      return;
    }
    Duration::rep count = 0;
    take(text, count);
    span = Duration(count);
  }
  void take(std::string_view text, std::string& value) {
    value.clear();
    for (std::size_t at = 0; at < text.size(); ++at) {
      if (text[at] != '%') {
        value.push_back(text[at]);
        continue;
      }
      unsigned byte = 0;
      const std::string_view digits = text.substr(at + 1, 2);
      const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), byte, 16);
      if (digits.size() != 2 || error != std::errc{} || end != digits.data() + 2) return wrong();
      value.push_back(static_cast<char>(byte));
      at += 2;
    }
  }
  template <class T>
  void take(std::string_view text, std::optional<T>& value) {
    value.reset();
    if (text != kAbsent) take(text, value.emplace());
  }
  void take(std::string_view text, std::optional<Error>& error) {
    bool there = false;
    take(text, there);
    error.reset();
    if (there && problem_.empty()) fields(*this, error.emplace());
  }
  void wrong() { fail(std::string(field_) + " has no value that it could have"); }

  std::string_view rest_;
  std::string_view field_;
  std::string problem_;
};

template <class Names>
std::size_t place_of(const Names& names, std::string_view name) {
  std::size_t at = 0;
  while (at < names.size() && names[at] != name) ++at;
  return at;
}

/// Reads the alternative whose number is `place`.
template <std::size_t At = 0>
void read_event(std::size_t place, Reader& reader, Event& event) {
  if constexpr (At == std::variant_size_v<Event>) {
    reader.fail("an event that this program does not know");
  } else if (place == At) {
    fields(reader, event.emplace<At>());
  } else {
    read_event<At + 1>(place, reader, event);
  }
}

void append_event(std::string& out, const RecordedEvent& line) {
  Writer writer(out);
  writer("number", line.number);
  writer("now", line.now);
  out.append(" what=").append(kEventNames[line.event.index()]);
  std::visit([&](const auto& event) { fields(writer, event); }, line.event);
}

RecordedEvent read_event_line(Reader& reader) {
  RecordedEvent line;
  std::string what;
  reader("number", line.number);
  reader("now", line.now);
  reader("what", what);
  read_event(place_of(kEventNames, what), reader, line.event);
  return line;
}

template <class Line>
std::expected<RecordedLine, std::string> read_as(Reader& reader) {
  Line line;
  fields(reader, line);
  std::string problem = reader.end();
  if (!problem.empty()) return std::unexpected(std::move(problem));
  return line;
}

template <class Line>
void append_as(std::string& out, std::string_view word, const Line& line) {
  out.append(word);
  Writer writer(out);
  fields(writer, line);
}

struct LineWriter {
  std::string& out;

  void operator()(const RecordingHead& line) const {
    append_as(out, std::string(kHead) + ' ' + std::to_string(kRecordingForm), line);
  }
  void operator()(const RecordedRequest& line) const { append_as(out, kRequest, line); }
  void operator()(const RecordedEvent& line) const {
    out.append(kEvent);
    append_event(out, line);
  }
  void operator()(const RecordedProbe& line) const { append_as(out, kProbe, line); }
  void operator()(const RecordedLook& line) const { append_as(out, kLook, line); }
  void operator()(const RecordedEnd& line) const { append_as(out, kEnd, line); }
  void operator()(const RecordedCommand& line) const { out.append(kCommand).append(" ").append(line.text); }
  void operator()(const RecordingClosed& line) const { append_as(out, kClosed, line); }
};

}  // namespace

namespace {

std::string names_of(const ProviderFence& fence, const Plan& plan) {
  if (fence.within == nullptr) return kAllProviders;
  std::string names;
  for (std::uint32_t at = 0; at < plan.providers.size(); ++at) {
    if (!fence.within->has(ProviderId{at})) continue;
    names.append(names.empty() ? "" : ",").append(std::to_string(at));
  }
  return names;
}

}  // namespace

RecordedRequest recorded(std::uint64_t number, std::uint64_t seed, const DispatchRequest& request) {
  RecordedRequest line{.number = number, .seed = seed, .id = std::string(request.id), .facts = request};
  line.route = static_cast<std::uint32_t>(request.route - request.plan->routes.data());
  line.providers = names_of(request.fence, *request.plan);
  line.facts.id = {};
  line.facts.plan = nullptr;
  line.facts.route = nullptr;
  line.facts.fence = {};
  line.facts.bell = nullptr;
  return line;
}

std::optional<ProviderSet> providers_of(const RecordedRequest& line, const Plan& plan) {
  ProviderSet set;
  std::string_view rest = line.providers;
  while (!rest.empty()) {
    std::uint32_t provider = 0;
    const auto [end, problem] = std::from_chars(rest.data(), rest.data() + rest.size(), provider);
    if (problem != std::errc{} || provider >= plan.providers.size()) return std::nullopt;
    set.add(ProviderId{provider});
    rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
    if (rest.empty()) return set;
    if (rest.front() != ',') return std::nullopt;
    rest.remove_prefix(1);
  }
  return std::nullopt;
}

void append_line(std::string& out, const RecordedLine& line) {
  std::visit(LineWriter{out}, line);
  out.push_back('\n');
}

std::string command_text(const Command& command) {
  std::string out(kCommandNames[command.index()]);
  Writer writer(out);
  std::visit([&](const auto& what) { fields(writer, what); }, command);
  return out;
}

void append_commands(std::string& out, const Commands& commands) {
  for (const Command& command : commands) append_line(out, RecordedCommand{command_text(command)});
}

std::expected<RecordedLine, std::string> read_recorded(std::string_view line) {
  Reader reader(line);
  const std::string_view word = reader.next();
  if (word == kCommand) return RecordedCommand{line.substr(std::min(line.size(), kCommand.size() + 1))};
  if (word == kEvent) {
    RecordedEvent event = read_event_line(reader);
    std::string problem = reader.end();
    if (!problem.empty()) return std::unexpected(std::move(problem));
    return event;
  }
  if (word == kRequest) return read_as<RecordedRequest>(reader);
  if (word == kEnd) return read_as<RecordedEnd>(reader);
  if (word == kProbe) return read_as<RecordedProbe>(reader);
  if (word == kLook) return read_as<RecordedLook>(reader);
  if (word == kClosed) return read_as<RecordingClosed>(reader);
  if (word != kHead) return std::unexpected("not a line of a recording");
  if (reader.next() != std::to_string(kRecordingForm)) {
    return std::unexpected("another form of recording than this program reads");
  }
  return read_as<RecordingHead>(reader);
}

}  // namespace drover::core
