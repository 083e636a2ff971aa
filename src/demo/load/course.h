// The course of the demonstration as plain values: its rate and length, how the keys behave, and which illness comes
// when.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "base/instant.h"
#include "base/result.h"

namespace drover::demo {

struct Options {
  std::uint32_t rate = 1000;   ///< requests a second
  std::uint32_t seconds = 70;  ///< about how long; every time shrinks or grows with it
  std::uint32_t keys = 5;
  std::string json{};  ///< a file for the result; empty: none
};

inline constexpr std::uint32_t kUsualSeconds = 70;
inline constexpr std::uint32_t kLeastSeconds = 5;
inline constexpr std::uint32_t kMostSeconds = 3600;
inline constexpr std::uint32_t kLeastKeys = 2;
inline constexpr std::uint32_t kMostKeys = 20;
inline constexpr std::uint32_t kMostRate = 20'000;

/// The illness of the last key; in the last chapter every key has it.
enum class Ill : std::uint8_t { No, Refuses, Hangs, RateLimits, Slow, AllRefuse };
[[nodiscard]] const char* to_string(Ill ill);

struct Phase {
  Ill ill = Ill::No;
  Duration lasts{};           ///< of an illness: exactly; of health: at least
  Duration waits_for_back{};  ///< of health: up to so much longer, until the key has its traffic back
};

struct Course {
  Options options{};
  std::vector<Phase> phases{};
  // The keys' behaviour.
  Duration first_token_least{};
  Duration first_token_most{};
  double tokens_per_second = 0;
  int tokens_least = 0;
  int tokens_most = 0;
  double slow_factor = 10;
  Duration retry_after{};
  // The gateway's settings that differ from the defaults.
  Duration head_timeout{};
  Duration eject_for{};
  /// The share of an even share at which traffic counts as back; the rest comes with the gateway's slow start.
  double back_share = 0.5;

  [[nodiscard]] double fair() const { return static_cast<double>(options.rate) / options.keys; }
  [[nodiscard]] std::size_t sick() const { return options.keys - 1; }
  [[nodiscard]] Duration answer_least() const;
  [[nodiscard]] Duration answer_most() const;
};

/// Errors: BadConfig with a sentence about the wrong option.
[[nodiscard]] Result<Course> make_course(const Options& options);

/// The mock's faults of one illness, in its compact form.
[[nodiscard]] std::vector<std::string> faults(const Course& course, Ill ill);

/// The number of the spare target: a key that speaks Anthropic's dialect, so that requests for it are translated.
inline constexpr std::size_t kClaude = std::numeric_limits<std::size_t>::max();
inline constexpr const char* kClaudeName = "claude";
inline constexpr const char* kClaudeModel = "claude-sonnet-5-5";

/// The value of a mock key: a test value, not a secret.
[[nodiscard]] std::string key_value(std::size_t key);
[[nodiscard]] std::string key_name(std::size_t key);

/// The gateway's whole configuration, for keys at these base URLs, the spare target's last, and an access log in that
/// file.
[[nodiscard]] std::string gateway_yaml(const Course& course, const std::vector<std::string>& base_urls,
                                       const std::string& access_log);

/// "1.5s" or "350ms", as configurations write it.
[[nodiscard]] std::string span_text(Duration span);

}  // namespace drover::demo
