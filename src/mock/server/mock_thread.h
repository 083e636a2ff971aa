// A mock provider on a thread of its own, for programs that have other things to do.
#pragma once

#include <memory>
#include <thread>

#include "base/result.h"
#include "mock/server/server.h"
#include "net/loop/loop.h"

namespace drover::mock {

class MockThread {
 public:
  /// Listens where the settings say and begins to serve. Errors: those of binding.
  [[nodiscard]] static Result<std::unique_ptr<MockThread>> start(Settings settings);
  /// Stops serving, and waits for the thread.
  ~MockThread();
  MockThread(const MockThread&) = delete;
  MockThread& operator=(const MockThread&) = delete;

  /// What MockServer says may be called from any thread.
  [[nodiscard]] MockServer& server() { return server_; }
  [[nodiscard]] const MockServer& server() const { return server_; }
  [[nodiscard]] std::thread& thread() { return thread_; }

 private:
  explicit MockThread(Settings settings) : loop_(1), server_(loop_, std::move(settings)) {}

  net::Loop loop_;
  MockServer server_;
  std::thread thread_;
};

}  // namespace drover::mock
