// Shared by the mock's tests: requests, and functions that read scripts.
#pragma once

#include <string>
#include <string_view>

#include "mock/provider/provider.h"

namespace drover::mock {

using namespace std::chrono_literals;
inline Now at(Duration span) {
  return {Instant{} + 1h + span, 784'111'777};
}

inline constexpr std::string_view kPlain = R"({"model":"gpt-4o","messages":[{"role":"user","content":"hi"}]})";
inline constexpr std::string_view kStreamed =
    R"({"model":"gpt-4o","messages":[{"role":"user","content":"hi"}],"stream":true,"stream_options":{"include_usage":true}})";

inline Heard request(std::string_view body, std::string_view target = "/v1/chat/completions",
                     std::string_view key = "Bearer sk-a") {
  Heard heard{.method = "POST", .target = target};
  heard.fields = {{"Content-Type", "application/json"}, {"Authorization", key}, {"X-Request-Id", "abc"}};
  heard.body = body;
  return heard;
}

inline Settings short_answers() {
  Settings settings;
  settings.answer_tokens = Distribution::fixed(3.0);
  return settings;
}

inline std::string wire(const Script& script) {
  std::string bytes;
  for (const Step& step : script.steps) bytes += step.bytes;
  return bytes;
}

inline Script ask(Provider& provider, const Heard& heard, Duration when = 0s) {
  std::uint64_t ordinal = 0;
  Script script = provider.heard(heard, at(when), ordinal);
  provider.ended(ordinal, {}, script.body, at(when).at);
  return script;
}

inline Script ask_with_fault(std::string_view fault, std::string_view body) {
  Provider provider(short_answers(), at(0s));
  provider.add_faults({*parse_fault(fault)}, at(0s).at);
  return ask(provider, request(body));
}

}  // namespace drover::mock
