// The upstreams of the demonstration: one mock provider on a thread of its own, with a server for each key. Its journal
// is the upstreams' book.
#pragma once

#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/result.h"
#include "demo/account/ledger.h"
#include "demo/load/course.h"
#include "mock/server/mock_thread.h"

namespace drover::demo {

class MockKeys {
 public:
  /// Errors: those of binding, and of a fault that the mock does not know.
  [[nodiscard]] static Result<std::unique_ptr<MockKeys>> start(const Course& course);

  /// The spare target's is the last one.
  [[nodiscard]] std::vector<std::string> base_urls() const;
  /// The last key has this illness from the next request on.
  [[nodiscard]] Result<void> fall_ill(const Course& course, Ill ill);
  [[nodiscard]] std::uint64_t requests() const;
  /// All requests that the upstreams received. Waits a little for the ends of running answers.
  [[nodiscard]] std::vector<UpstreamLine> lines() const;
  [[nodiscard]] std::thread& thread() { return mock_->thread(); }

 private:
  MockKeys(std::unique_ptr<mock::MockThread> mock, std::size_t keys) : mock_(std::move(mock)), keys_(keys) {}

  std::unique_ptr<mock::MockThread> mock_;
  std::size_t keys_;
};

}  // namespace drover::demo
