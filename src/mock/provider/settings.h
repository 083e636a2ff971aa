// The behaviour of one mock provider: speed, models, keys with their limits, scripted faults. Pure values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/instant.h"
#include "base/result.h"
#include "mock/faults/fault.h"
#include "mock/provider/distribution.h"

namespace drover::mock {

/// A key that the mock accepts, with its own limits; a missing limit does not apply. These are test values, not
/// secrets.
struct KeySettings {
  std::string key;
  std::optional<double> requests_per_second = {};
  std::optional<double> requests_per_minute = {};
  std::optional<double> tokens_per_minute = {};
  std::optional<std::uint64_t> concurrent = {};

  friend bool operator==(const KeySettings&, const KeySettings&) = default;
};

/// How writes are cut: at the pieces of the answer, or at places drawn from the seed.
enum class Cuts : std::uint8_t { None, Random };

/// What answers tell about the limits of their key.
enum class TellLimits : std::uint8_t {
  Headers,     ///< x-ratelimit-* with every answer, Retry-After with a refusal
  RetryAfter,  ///< Retry-After with a refusal
  Nothing,
};

/// What the log keeps of each request beside counts and times. Off by default, because bodies hold prompts.
struct Recording {
  bool fields = false;          ///< the request's header fields, credentials cut to their last four characters
  std::size_t body_bytes = 0;   ///< the beginning of both bodies; only this process can read it
  std::size_t requests = 4096;  ///< most requests that the log keeps; a further one replaces the oldest

  friend bool operator==(const Recording&, const Recording&) = default;
};

/// The text of the model's answers.
enum class Speech : std::uint8_t {
  Echo,   ///< the newest text of the conversation, which people understand at once
  Words,  ///< answer_tokens words, drawn from the seed; some are hard to cut, escape and count
};

struct ListenAt {
  std::string host = "127.0.0.1";
  std::uint16_t port = 0;  ///< 0: any free port

  friend bool operator==(const ListenAt&, const ListenAt&) = default;
};

/// Several listening addresses are several simulated servers of one provider.
struct Settings {
  std::vector<ListenAt> listen{ListenAt{}};
  std::uint64_t seed = 1;
  /// The models' names, or beginnings with "*"; "*" alone serves every name.
  std::vector<std::string> models{"gpt-6.2-sol",
                                  "gpt-6-luna",
                                  "gpt-4o",
                                  "gpt-4o-mini",
                                  "text-embedding-3-small",
                                  "omni-moderation-latest",
                                  "whisper-1",
                                  "gpt-image-1",
                                  "gpt-4o-mini-tts",
                                  "rerank-v3.5",
                                  "claude-sonnet-5-5",
                                  "claude-sonnet-4-5",
                                  "claude-*",
                                  "gemini-3-pro",
                                  "gemini-embedding-001",
                                  "gemini-*"};
  std::vector<KeySettings> keys;  ///< empty: every key is accepted, also none
  Distribution first_token = Distribution::fixed(std::chrono::milliseconds(0));
  Distribution tokens_per_second = Distribution::fixed(0.0);  ///< 0: no wait between tokens
  Distribution answer_tokens = Distribution::fixed(24.0);     ///< of Words
  Speech speech = Speech::Words;
  Cuts cuts = Cuts::None;
  TellLimits tell_limits = TellLimits::Headers;
  Recording record;
  Duration keep_alive = std::chrono::seconds(75);  ///< idle connections are closed after this
  std::vector<Fault> faults;
};

/// Bounds of a settings file.
inline constexpr std::size_t kMaxSettingsText = 1024 * 1024;
inline constexpr std::size_t kMaxKeys = 10'000;
inline constexpr std::size_t kMaxModels = 10'000;
inline constexpr std::size_t kMaxPorts = 64;
inline constexpr std::size_t kMaxFaults = 256;
inline constexpr std::size_t kMaxRecordedBody = 64 * 1024 * 1024;
/// Longest answer, in tokens (words).
inline constexpr std::int64_t kMaxAnswerTokens = 100'000;

/// The speed of a real provider, and three keys: used when nothing is configured.
[[nodiscard]] Settings demo_settings();

/// A whole file, with the defaults for missing members. Errors: BadConfig with a sentence that names the member.
[[nodiscard]] Result<Settings> settings_from_json(std::string_view text);
/// Changes the settings that `text` names. Listening addresses cannot change while the mock runs.
[[nodiscard]] Result<Settings> changed_settings(Settings settings, std::string_view text);
/// The current settings, with keys cut to their last four characters.
[[nodiscard]] std::string settings_to_json(const Settings& settings);

/// One fault or a list of them: strings in the compact form or objects.
[[nodiscard]] Result<std::vector<Fault>> faults_from_json(std::string_view text);

/// "127.0.0.1:9001", ":9001", "9001" or "[::1]:9001".
[[nodiscard]] Result<ListenAt> parse_listen(std::string_view text);

/// Whether `name` is `pattern`, or begins with it up to its final "*".
[[nodiscard]] bool matches(std::string_view pattern, std::string_view name);

/// "*cd12": a key in logs and pages.
[[nodiscard]] std::string key_tail(std::string_view key);

}  // namespace drover::mock
