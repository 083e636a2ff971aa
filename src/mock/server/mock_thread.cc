#include "mock/server/mock_thread.h"

namespace drover::mock {

Result<std::unique_ptr<MockThread>> MockThread::start(Settings settings) {
  std::unique_ptr<MockThread> mock(new MockThread(std::move(settings)));
  const Result<void> started = mock->server_.start();
  if (!started) return fail(started.error());
  mock->thread_ = std::thread([loop = &mock->loop_] { loop->run(); });
  return mock;
}

MockThread::~MockThread() {
  if (!thread_.joinable()) return;
  (void)loop_.order([this] {
    server_.stop();
    loop_.stop();
  });
  thread_.join();
}

}  // namespace drover::mock
