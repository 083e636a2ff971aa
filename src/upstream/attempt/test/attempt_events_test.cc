// A stream's events on their way through an attempt: what counts as content, and where a long one ends. Over exchanges
// in memory.
#include <string>

#include "upstream/test/run_test_kit.h"

namespace drover::upstream {
namespace {

using namespace testing;

TEST(AttemptEvents, C14_CommentsOfAnUpstreamDoNotPutOffTheIdleTimeout) {
  MemoryWorld world(1);
  world.plan().pools[0].timeouts = long_timeouts();
  world.plan().pools[0].timeouts.idle = 200ms;
  world.begin([&] {
    world.upstream().says_head(kStreamHead);
    world.upstream().says(kContent);
  });
  Drip comments(world.loop, [&] { world.upstream().says(": still there\n\n"); });
  ASSERT_TRUE(world.ends());
  EXPECT_EQ(world.error(), "upstream_idle_timeout");
}

/// Longer than what is held of an event.
TEST(AttemptEvents, C15_ALongEventEndsWithItsBlankLineWhateverItsLineEnds) {
  for (const std::string end : {"\n", "\r\n", "\r"}) {
    MemoryWorld world(1);
    world.plan().pools[0].timeouts = long_timeouts();
    const std::string event = R"(data: {"choices":[{"index":0,"delta":{"content":")" + std::string(kMaxReadBytes, 'x') +
                              R"("},"finish_reason":null}]})" + end + end;
    const std::string done = "data: [DONE]" + end + end + (end == "\r" ? ":" : "");
    world.begin([&] {
      world.upstream().says_head(kStreamHead);
      for (std::size_t at = 0; at < event.size(); at += 16 * 1024) world.upstream().says(event.substr(at, 16 * 1024));
      world.upstream().says(done);
    });
    ASSERT_TRUE(drive(world.loop, [&] { return world.client.whole(); })) << "its end was not seen";
    EXPECT_EQ(world.client.text().substr(0, event.size()), event);
    EXPECT_EQ(world.error(), "");
  }
}

}  // namespace
}  // namespace drover::upstream
