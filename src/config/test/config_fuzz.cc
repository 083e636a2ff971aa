// Reading any text as a configuration ends soon, with settings or with mistakes, and never shows a key.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "config/settings.h"

namespace {

constexpr std::string_view kSecret = "k1-fuzz-0123456789abcdef";

drover::config::Environment fuzz_environment() {
  drover::config::Environment environment;
  environment.variable = [](std::string_view) { return std::optional<std::string>(kSecret); };
  environment.read_file = [](const std::string& path,
                             std::size_t) -> std::expected<drover::config::FileContent, std::string> {
    if (path.ends_with(".pem"))
      return drover::config::FileContent{.text = "-----BEGIN CERTIFICATE-----\n", .mode = 0600};
    if (path.empty() || path.front() != '/') return std::unexpected("does not exist");
    return drover::config::FileContent{.text = std::string(kSecret) + "\n", .mode = 0644};
  };
  return environment;
}

void require(bool promise) {
  if (!promise) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  static const drover::config::Environment environment = fuzz_environment();
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  // The fuzzer can learn the secret from the comparisons below, and text outside of keys may be shown.
  if (text.find(kSecret) != std::string_view::npos) return 0;
  const auto settings = drover::config::load_text(text, "fuzz.yaml", environment);
  if (settings) {
    require(settings->plan != nullptr);
    require(drover::config::describe(*settings).find(kSecret) == std::string::npos);
    for (const auto& pool : settings->plan->pools) {
      require(!pool.targets.empty());
      for (const auto target : pool.targets) require(target.index() < settings->plan->targets.size());
    }
    return 0;
  }
  require(!settings.error().empty());
  for (const auto& problem : settings.error()) {
    require(problem.to_string().find(kSecret) == std::string::npos);
    require(!problem.message.empty());
  }
  return 0;
}
