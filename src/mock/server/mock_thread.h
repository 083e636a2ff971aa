// A mock provider on a thread of its own, for programs whose own threads have other work.
#pragma once

#include <memory>
#include <thread>

#include "base/result.h"
#include "mock/server/server.h"
#include "net/loop/loop.h"

namespace drover::mock {

class MockThread {
 public:
  /// Listens on the addresses of the settings and begins to serve. Errors: those of binding.
  [[nodiscard]] static Result<std::unique_ptr<MockThread>> start(Settings settings);
  /// Stops serving, and waits for the thread.
  ~MockThread();
  MockThread(const MockThread&) = delete;
  MockThread& operator=(const MockThread&) = delete;

  /// Its functions say which of them any thread may call.
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
