#include "mock/server/run.h"

#include <csignal>
#include <ostream>
#include <thread>

#include "mock/server/server.h"
#include "net/loop/loop.h"
#include "net/loop/signals.h"

namespace drover::mock {
namespace {

void print_welcome(std::ostream& out, const MockServer& server, const Settings& settings) {
  for (std::size_t index = 0; index < settings.listen.size(); ++index) {
    out << "mock provider listening on " << server.base_url(index) << "\n";
  }
  const std::string key = settings.keys.empty() ? "any" : settings.keys.front().key;
  const std::string model = settings.models.empty() ? "none" : settings.models.front();
  out << "try: curl " << server.base_url() << "/chat/completions -H 'Authorization: Bearer " << key
      << "' -H 'Content-Type: application/json' -d '{\"model\":\"" << model
      << "\",\"messages\":[{\"role\":\"user\",\"content\":\"hello\"}]}'\n"
      << "its pages: /_mock/faults /_mock/settings /_mock/log /_mock/reset\n"
      << std::flush;
}

}  // namespace

int run(const Settings& settings, std::ostream& out) {
  net::Loop loop(settings.seed);
  MockServer server(loop, settings);
  if (const Result<void> started = server.start(); !started) {
    out << started.error().message << "\n";
    return 1;
  }
  print_welcome(out, server, settings);
  // This thread waits for a signal, which ends the wait and then the loop.
  net::Signals signals;
  std::thread serving([&loop] { loop.run(); });
  signals.run({SIGTERM, SIGINT}, [&signals](int) { signals.stop(); });
  (void)loop.order([&server, &loop] {
    server.stop();
    loop.stop();
  });
  serving.join();
  return 0;
}

}  // namespace drover::mock
