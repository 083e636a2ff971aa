#include "cli/embedded_mock.h"

#include <string_view>

#include "mock/provider/settings.h"

namespace drover::cli {

Result<std::unique_ptr<EmbeddedMock>> EmbeddedMock::start() {
  auto mock = mock::MockThread::start(mock::demo_settings());
  if (!mock) return fail(std::move(mock.error()));
  return std::unique_ptr<EmbeddedMock>(new EmbeddedMock(std::move(*mock)));
}

std::string EmbeddedMock::a_key() {
  return mock::demo_settings().keys.front().key;
}

std::expected<config::Settings, config::Problems> EmbeddedMock::gateway_settings() const {
  const mock::Settings settings = mock::demo_settings();
  std::string keys_text = "    keys:\n";
  for (std::size_t at = 0; at < settings.keys.size(); ++at)
    keys_text.append("      - { env: MOCK_KEY_").append(std::to_string(at)).append(" }\n");
  const std::string url = base_url();
  const std::string host = url.substr(0, url.rfind("/v1"));  // without /v1, as Anthropic's and Google's SDKs write it
  std::string text = "providers:\n";
  text.append("  mock:\n    base_url: ").append(url).append("\n").append(keys_text);
  text.append("  mock-claude:\n    dialect: anthropic\n    base_url: ").append(host).append("\n").append(keys_text);
  text.append("  mock-gemini:\n    dialect: gemini\n    base_url: ").append(host).append("\n").append(keys_text);
  text.append("models:\n");
  for (const std::string& model : settings.models) {
    const std::string_view provider = model.starts_with("claude")   ? "mock-claude"
                                      : model.starts_with("gemini") ? "mock-gemini"
                                                                    : "mock";
    text.append("  ").append(model).append(": { targets: [ ").append(provider).append(" ] }\n");
  }
  const config::Environment keys{
      .variable = [settings](std::string_view name) -> std::optional<std::string> {
        for (std::size_t at = 0; at < settings.keys.size(); ++at) {
          if (name == "MOCK_KEY_" + std::to_string(at)) return settings.keys[at].key;
        }
        return std::nullopt;
      },
      .read_file = [](const std::string&, std::size_t) -> std::expected<config::FileContent, std::string> {
        return std::unexpected("is not read here");
      },
  };
  return config::load_text(text, "embedded mock", keys);
}

}  // namespace drover::cli
