// The mock provider as a server on a loop. It opens and closes its ports as the faults say, and other threads may watch
// and change it while it runs.
//
//   net::Loop loop(1);
//   mock::MockServer server(loop, settings);
//   Result<void> started = server.start();        // before the loop runs, or on its thread
//   std::jthread thread([&] { loop.run(); });
//   server.add_fault(*mock::parse_fault("key=sk-mock-2:429:retry-after=7"));
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "mock/provider/journal.h"
#include "mock/provider/settings.h"
#include "mock/server/shared_provider.h"

namespace drover::net {
class Loop;
}

namespace drover::mock {

class MockServer {
 public:
  MockServer(net::Loop& loop, Settings settings);
  /// On the loop's thread, or when the loop does not run.
  ~MockServer();
  MockServer(const MockServer&) = delete;
  MockServer& operator=(const MockServer&) = delete;

  /// Opens every address of the settings. On the loop's thread, or before the loop runs.
  /// Errors: those of net::Listeners::bind.
  [[nodiscard]] Result<void> start();
  /// Closes ports and connections. On the loop's thread, or when the loop does not run.
  void stop();

  /// Any thread from here on. A change is in force for every request that arrives after the call has returned.

  /// The port that address `index` of the settings was bound to; the same again after a refusal.
  [[nodiscard]] std::uint16_t port(std::size_t index = 0) const;
  /// "http://127.0.0.1:9001/v1"
  [[nodiscard]] std::string base_url(std::size_t index = 0) const;

  void add_fault(const Fault& fault);
  void set_faults(const std::vector<Fault>& faults);
  void change_settings(const std::function<void(Settings&)>& change);
  /// Restores the settings that it was made with; connections stay open.
  void reset();

  /// A copy of the journal.
  [[nodiscard]] Journal journal() const;
  /// Waits (not on the loop's thread) until `holds` is true for the journal, at most `most`. Returns whether it became
  /// true.
  [[nodiscard]] bool wait_for(const std::function<bool(const Journal&)>& holds,
                              Duration most = std::chrono::seconds(20)) const;

 private:
  class State;
  std::shared_ptr<State> state_;
};

}  // namespace drover::mock
