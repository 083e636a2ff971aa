#include "demo/load/course.h"

#include <algorithm>

namespace drover::demo {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// What the setting `walk` may be at most.
constexpr std::size_t kMostWalk = 16;

/// The gateway gives traffic back over 10 s (its slow start) at any scale, so this time does not shrink.
constexpr Duration kLongestReturn = seconds(120);

Error mistake(std::string message) {
  return {.kind = ErrorKind::BadConfig, .code = "bad_demo_option", .message = std::move(message)};
}

Duration scaled(Duration span, double scale) {
  const auto thousandths = std::chrono::duration<double, std::milli>(span).count() * scale;
  return milliseconds(std::max<std::int64_t>(1, static_cast<std::int64_t>(thousandths + 0.5)));
}

std::string number(double value) {
  std::string text = std::to_string(value);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.ends_with('.')) text.pop_back();
  return text;
}

}  // namespace

const char* to_string(Ill ill) {
  switch (ill) {
    case Ill::No: return "is well";
    case Ill::Refuses: return "refuses";
    case Ill::Hangs: return "hangs";
    case Ill::RateLimits: return "answers 429";
    case Ill::Slow: return "is 10 times slower";
    case Ill::AllRefuse: return "refuses, as do all";
  }
  return "";
}

Duration Course::answer_least() const {
  return first_token_least + Duration(static_cast<Duration::rep>(1e9 * tokens_least / tokens_per_second));
}

Duration Course::answer_most() const {
  return first_token_most + Duration(static_cast<Duration::rep>(1e9 * tokens_most / tokens_per_second));
}

Result<Course> make_course(const Options& options) {
  if (options.rate < 1 || options.rate > kMostRate)
    return fail(mistake("--rate is 1 to " + std::to_string(kMostRate) + " requests a second"));
  if (options.seconds < kLeastSeconds || options.seconds > kMostSeconds)
    return fail(mistake("--seconds is " + std::to_string(kLeastSeconds) + " to " + std::to_string(kMostSeconds)));
  if (options.keys < kLeastKeys || options.keys > kMostKeys)
    return fail(mistake("--keys is " + std::to_string(kLeastKeys) + " to " + std::to_string(kMostKeys) +
                        ": one falls ill and the others must carry its load"));
  const double scale = static_cast<double>(options.seconds) / kUsualSeconds;
  Course course{.options = options};
  // 1 to 3 s in all, 2 s in the mean: about 2,000 in flight at 1,000 requests/s.
  course.first_token_least = scaled(milliseconds(200), scale);
  course.first_token_most = scaled(milliseconds(600), scale);
  course.tokens_per_second = 5 / scale;
  course.tokens_least = 4;
  course.tokens_most = 12;
  course.retry_after = scaled(seconds(2), scale);
  // Longer than a healthy answer takes on a busy machine, and short enough to show a hang.
  course.head_timeout = scaled(milliseconds(5000), scale);
  course.eject_for = scaled(seconds(3), scale);
  course.back_share = std::clamp(0.5 * scale, 0.05, 0.5);

  const Phase back{.lasts = scaled(seconds(2), scale), .waits_for_back = kLongestReturn};
  course.phases = {{.lasts = scaled(seconds(5), scale)},
                   {.ill = Ill::Refuses, .lasts = scaled(seconds(5), scale)},
                   back,
                   {.ill = Ill::Hangs, .lasts = scaled(milliseconds(9500), scale)},
                   back,
                   {.ill = Ill::RateLimits, .lasts = scaled(seconds(5), scale)},
                   back,
                   {.ill = Ill::Slow, .lasts = scaled(seconds(10), scale)},
                   back,
                   {.ill = Ill::AllRefuse, .lasts = scaled(seconds(5), scale)},
                   back};
  return course;
}

std::vector<std::string> faults(const Course& course, Ill ill) {
  const std::string key = "key=" + key_value(course.sick()) + ":";
  const std::string port = "port=" + std::to_string(course.sick()) + ":";
  switch (ill) {
    case Ill::No: return {};
    case Ill::Refuses: return {port + "refuse", port + "reset"};
    case Ill::Hangs: return {key + "hang"};
    case Ill::RateLimits: {
      const auto after = std::chrono::duration_cast<milliseconds>(course.retry_after).count();
      return {key + "429:retry-after-ms=" + std::to_string(after)};
    }
    case Ill::Slow: return {key + "slow:factor=" + number(course.slow_factor)};
    case Ill::AllRefuse: {
      std::vector<std::string> all;
      for (std::size_t at = 0; at < course.options.keys; ++at) {
        all.push_back("port=" + std::to_string(at) + ":refuse");
        all.push_back("port=" + std::to_string(at) + ":reset");
      }
      return all;
    }
  }
  return {};
}

std::string key_value(std::size_t key) {
  return "sk-demo-" + std::to_string(1001 + key);  // four characters differ: the mock shows no more of a key
}

std::string key_name(std::size_t key) {
  return key == kClaude ? kClaudeName : "key-" + std::to_string(key + 1);
}

std::string gateway_yaml(const Course& course, const std::vector<std::string>& base_urls,
                         const std::string& access_log) {
  std::string yaml = "listen: 127.0.0.1:0\nadmin: off\naccess_log: " + access_log + "\n";
  yaml += "providers:\n";
  std::string targets;
  for (std::size_t key = 0; key + 1 < base_urls.size(); ++key) {
    yaml += "  " + key_name(key) + ": { base_url: \"" + base_urls[key] + "\", keys: [ { env: DEMO_" +
            std::to_string(key + 1) + " } ] }\n";
    targets += (key == 0 ? "" : ", ") + key_name(key);
  }
  const std::string root = base_urls.back().substr(0, base_urls.back().rfind("/v1"));
  yaml += "  " + std::string(kClaudeName) + ": { dialect: anthropic, base_url: \"" + root + "\", keys: [ { env: DEMO_" +
          std::to_string(base_urls.size()) + " } ] }\n";
  yaml += "models:\n  gpt-4o:\n    balance: p2c\n    targets: [ " + targets + ",\n      { provider: " + kClaudeName +
          ", model: " + kClaudeModel + ", priority: 1 } ]\n";
  // A request may find every key down before anybody knows.
  yaml += "retry: { walk: " + std::to_string(std::min(base_urls.size(), kMostWalk)) + " }\n";
  yaml += "timeouts: { connect: 1s, head: " + span_text(course.head_timeout) +
          ", first_content: " + span_text(course.head_timeout) + " }\n";
  yaml += "health: { probe: off, eject_after: 3, eject_for: " + span_text(course.eject_for) +
          ", max_eject_for: " + span_text(course.eject_for) + " }\n";
  return yaml;
}

std::string span_text(Duration span) {
  const auto thousandths = std::chrono::duration_cast<milliseconds>(span).count();
  if (thousandths % 1000 == 0) return std::to_string(thousandths / 1000) + "s";
  return std::to_string(thousandths) + "ms";
}

}  // namespace drover::demo
