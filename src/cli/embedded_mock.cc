#include "cli/embedded_mock.h"

#include "mock/settings.h"

namespace drover::cli {

EmbeddedMock::EmbeddedMock() : loop_(1) {}

Result<std::unique_ptr<EmbeddedMock>> EmbeddedMock::start() {
  std::unique_ptr<EmbeddedMock> mock(new EmbeddedMock());
  mock->server_ = std::make_unique<mock::MockServer>(mock->loop_, mock::demo_settings());
  auto started = mock->server_->start();
  if (!started) return fail(std::move(started.error()));
  mock->thread_ = std::thread([loop = &mock->loop_] { loop->run(); });
  return mock;
}

EmbeddedMock::~EmbeddedMock() {
  if (!thread_.joinable()) return;
  loop_.post([this] {
    server_->stop();
    loop_.stop();
  });
  thread_.join();
}

std::expected<config::Settings, config::Problems> EmbeddedMock::gateway_settings() const {
  std::string text = "providers:\n  mock:\n    base_url: " + base_url() + "\n    keys:\n";
  const mock::Settings settings = mock::demo_settings();
  for (std::size_t at = 0; at < settings.keys.size(); ++at)
    text.append("      - { env: MOCK_KEY_").append(std::to_string(at)).append(" }\n");
  text.append("models:\n");
  for (const std::string& model : settings.models) text.append("  ").append(model).append(": { targets: [ mock ] }\n");
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
