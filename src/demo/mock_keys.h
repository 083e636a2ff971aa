// The upstreams of the demonstration: one mock provider on a thread of its own, a server for each key. Its journal is
// the upstreams' book.
#pragma once

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/result.h"
#include "demo/course.h"
#include "demo/ledger.h"
#include "mock/server.h"
#include "net/loop.h"

namespace drover::demo {

class MockKeys {
 public:
  /// Errors: those of binding and of a fault that the mock does not know.
  [[nodiscard]] static Result<std::unique_ptr<MockKeys>> start(const Course& course);
  ~MockKeys();
  MockKeys(const MockKeys&) = delete;
  MockKeys& operator=(const MockKeys&) = delete;

  [[nodiscard]] std::vector<std::string> base_urls() const;
  /// From the next request on the last key ails of this.
  [[nodiscard]] Result<void> fall_ill(const Course& course, Ill ill);
  [[nodiscard]] std::uint64_t requests() const;
  /// All that was heard so far; waits a little for answers under way to be written down.
  [[nodiscard]] std::vector<UpstreamLine> lines() const;
  [[nodiscard]] std::thread& thread() { return thread_; }

 private:
  MockKeys() : loop_(1) {}

  net::Loop loop_;
  std::unique_ptr<mock::MockServer> server_;
  std::size_t keys_ = 0;
  std::thread thread_;
};

}  // namespace drover::demo
