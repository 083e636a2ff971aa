#include "integration/gateway_fixture.h"

#include <stdexcept>
#include <thread>

#include "gateway/process/server.h"
#include "net/loop/loop.h"

namespace drover::test {

struct MockProvider::Running {
  explicit Running(mock::Settings settings) : server(loop, std::move(settings)) {}
  net::Loop loop{1};
  mock::MockServer server;
  std::thread thread;
};

MockProvider::MockProvider(mock::Settings settings) : running_(std::make_unique<Running>(std::move(settings))) {
  const Result<void> started = running_->server.start();
  if (!started) throw std::runtime_error(started.error().message);
  running_->thread = std::thread([this] { running_->loop.run(); });
}

MockProvider::~MockProvider() {
  (void)running_->loop.post([this] {
    running_->server.stop();
    running_->loop.stop();
  });
  running_->thread.join();
}

mock::MockServer* MockProvider::operator->() {
  return &running_->server;
}
void MockProvider::fault(std::string_view text) {
  running_->server.add_fault(mock::parse_fault(text).value());
}
std::uint64_t MockProvider::requests() const {
  return running_->server.journal().total();
}
mock::Record MockProvider::last() const {
  // The client can have the answer before the mock has noted that it was sent.
  (void)running_->server.wait_for([](const mock::Journal& journal) {
    return !journal.records().empty() && journal.records().back().ended.has_value();
  });
  return running_->server.journal().records().back();
}
std::string MockProvider::url(std::size_t index) const {
  return running_->server.base_url(index);
}

config::Settings load(const std::string& yaml) {
  auto settings = config::load_text(yaml, "test.yaml", config::real_environment());
  if (settings) return *std::move(settings);
  std::string problems;
  for (const config::Problem& problem : settings.error()) problems += problem.to_string() + "\n";
  throw std::runtime_error(problems);
}

Gateway::Gateway(config::Settings settings, std::shared_ptr<upstream::Recorder> recorder) {
  auto started = gateway::Server::start(std::move(settings), std::move(recorder));
  if (!started) throw std::runtime_error(started.error().message);
  server_ = std::move(*started);
}
Gateway::~Gateway() = default;
Gateway::Gateway(Gateway&&) noexcept = default;

std::uint16_t Gateway::port(std::size_t index) const {
  return server_->ports().at(index);
}
Answer Gateway::admin(std::string_view page, const Fields& fields) const {
  return HttpClient("127.0.0.1", admin_port()).get(page, fields);
}
void Gateway::serve_admin_api(gateway::StoreDoor store) {
  server_->serve_admin_api(std::move(store));
}

std::uint16_t Gateway::admin_port() const {
  return server_->admin_port().value();
}
std::string Gateway::explained(const std::string& name) const {
  const auto until = Clock::now() + kPatience;
  Answer answer = admin("/explain/" + name);
  while (answer.status == 404 && Clock::now() < until) answer = admin("/explain/" + name);
  return answer.body;
}

void Gateway::flush_access_log() {
  server_->flush_access_log();
}
Result<void> Gateway::reload(config::Settings settings) {
  return server_->reload(std::move(settings));
}
Result<void> Gateway::reread() {
  return server_->reread();
}
std::int64_t Gateway::open_leases() const {
  return server_->accounts().book().open_leases();
}

void Gateway::drain(Duration patience) {
  server_->drain(patience);
}
void Gateway::stop() {
  server_.reset();
}

}  // namespace drover::test
