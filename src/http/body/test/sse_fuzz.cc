// An event stream gives the same events in any cut, and those that a plain line-by-line reader finds.
#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "http/body/sse.h"
#include "http/test/fuzz_require.h"

namespace {

using namespace drover;
using namespace drover::http;

struct Seen {
  std::string name, data;
  std::size_t data_lines = 0;
  friend bool operator==(const Seen&, const Seen&) = default;
};

std::vector<Seen> scan(std::string_view stream, std::size_t step) {
  SseScanner scanner;
  SseEvent event;
  std::vector<Seen> events;
  std::size_t taken = 0;
  for (std::size_t seen = 0; seen < stream.size();) {
    seen = std::min(seen + step, stream.size());
    for (;;) {
      const std::string_view held = stream.substr(taken, seen - taken);
      if (!scanner.next(held, event)) break;
      require(!event.bytes.empty() && event.bytes.data() == held.data(), "an event is the front of the input");
      require(event.bytes.size() <= held.size(), "an event is within the input");
      std::string data;
      sse_data(event, data);
      if (event.data_lines <= 1) require(event.data == data, "one line of data needs no copy");
      events.push_back({std::string(event.name), data, event.data_lines});
      taken += event.bytes.size();
    }
  }
  return events;
}

/// The simplest reading of the standard: lines first, then fields.
std::vector<Seen> plain_reading(std::string_view stream) {
  std::vector<Seen> events;
  Seen event;
  bool first_line = true;
  std::string line;
  for (std::size_t at = 0; at < stream.size(); ++at) {
    if (stream[at] != '\r' && stream[at] != '\n') {
      line += stream[at];
      continue;
    }
    if (stream[at] == '\r') {
      if (at + 1 == stream.size()) break;
      if (stream[at + 1] == '\n') ++at;
    }
    if (line.empty()) {
      events.push_back(event);
      event = {};
      first_line = true;
      continue;
    }
    if (first_line && line.starts_with("\xEF\xBB\xBF")) line.erase(0, 3);
    first_line = false;
    const std::size_t colon = std::min(line.find(':'), line.size());
    std::string value = line.substr(std::min(colon + 1, line.size()));
    if (value.starts_with(' ')) value.erase(0, 1);
    const std::string field = line.substr(0, colon);
    if (field == "event") event.name = value;
    if (field == "data") event.data += (event.data_lines++ > 0 ? "\n" : "") + value;
    line.clear();
  }
  return events;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 16 * 1024) return 0;
  const std::string_view stream(reinterpret_cast<const char*>(data), size);
  const std::vector<Seen> whole = scan(stream, size + 1);
  require(whole == scan(stream, 1), "one byte at a time changes nothing");
  require(whole == scan(stream, 5), "five bytes at a time change nothing");
  require(whole == plain_reading(stream), "the events are those of the standard");
  return 0;
}
