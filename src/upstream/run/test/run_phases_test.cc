// Every phase of an attempt met with everything that can happen in it: the request ends in time, as it should, and
// leaves nothing behind. Over exchanges in memory.
#include <string>
#include <string_view>

#include "upstream/test/run_test_kit.h"

namespace drover::upstream {
namespace {

using namespace testing;

enum class Phase : std::uint8_t { Sending, Head, FirstContent, Body, Draining, ClientBlocked };
enum class What : std::uint8_t { Silence, Drip, Reset, End, ClientLeaves, ProcessEnds };

/// Where the request ends: "answered" by the first target, "elsewhere", "left", or the code that the client is told.
struct Cell {
  Phase phase;
  What what;
  std::string_view end;
};

constexpr Cell kCells[] = {
    {Phase::Sending, What::Silence, "elsewhere"},
    {Phase::Sending, What::Drip, "elsewhere"},
    {Phase::Sending, What::Reset, "elsewhere"},
    {Phase::Sending, What::ClientLeaves, "left"},
    {Phase::Sending, What::ProcessEnds, "shutting_down"},
    {Phase::Head, What::Silence, "elsewhere"},
    {Phase::Head, What::Drip, "elsewhere"},
    {Phase::Head, What::Reset, "elsewhere"},
    {Phase::Head, What::ClientLeaves, "left"},
    {Phase::Head, What::ProcessEnds, "shutting_down"},
    {Phase::FirstContent, What::Silence, "elsewhere"},
    {Phase::FirstContent, What::Drip, "elsewhere"},
    {Phase::FirstContent, What::Reset, "elsewhere"},
    {Phase::FirstContent, What::End, "elsewhere"},
    {Phase::FirstContent, What::ClientLeaves, "left"},
    {Phase::FirstContent, What::ProcessEnds, "shutting_down"},
    {Phase::Body, What::Silence, "upstream_idle_timeout"},
    {Phase::Body, What::Drip, "upstream_idle_timeout"},
    {Phase::Body, What::Reset, "upstream_connection_lost"},
    {Phase::Body, What::End, "stream_incomplete"},
    {Phase::Body, What::ClientLeaves, "left"},
    {Phase::Body, What::ProcessEnds, "shutting_down"},
    {Phase::Draining, What::Silence, "answered"},
    {Phase::Draining, What::Drip, "answered"},
    {Phase::Draining, What::Reset, "answered"},
    {Phase::Draining, What::End, "answered"},
    {Phase::Draining, What::ClientLeaves, "answered"},
    {Phase::Draining, What::ProcessEnds, "answered"},
    {Phase::ClientBlocked, What::Silence, "left"},
    {Phase::ClientBlocked, What::Drip, "stream_max"},
    {Phase::ClientBlocked, What::Reset, "left"},
    {Phase::ClientBlocked, What::End, "left"},
    {Phase::ClientBlocked, What::ClientLeaves, "left"},
    {Phase::ClientBlocked, What::ProcessEnds, "shutting_down"},
};

std::string name_of(const ::testing::TestParamInfo<Cell>& info) {
  constexpr const char* kPhases[] = {"Sending", "Head", "FirstContent", "Body", "Draining", "ClientBlocked"};
  constexpr const char* kWhats[] = {"Silence", "Drip", "Reset", "End", "ClientLeaves", "ProcessEnds"};
  return std::string(kPhases[static_cast<std::size_t>(info.param.phase)]) + "_" +
         kWhats[static_cast<std::size_t>(info.param.what)];
}

/// Brings the first target's attempt into the phase.
void play_up_to(Phase phase, MemoryWorld& world) {
  MemoryUpstream& upstream = world.upstream();
  if (phase == Phase::Sending) return upstream.takes(5);
  if (phase == Phase::Head) return;
  upstream.says_head(kStreamHead);
  if (phase == Phase::FirstContent) return upstream.says(kRole);
  if (phase == Phase::ClientBlocked) world.client.stops_reading();
  upstream.says(kContent);
  if (phase == Phase::Draining) upstream.says(kDone);
}

/// What stirs, and brings nobody on.
void drop(Phase phase, MemoryWorld& world) {
  const bool speaks = phase != Phase::Sending && phase != Phase::Head;
  if (phase == Phase::ClientBlocked) return world.client.reads_a_byte();
  speaks ? world.upstream().says(": still here\n\n") : world.upstream().says_nothing_new();
}

void happen(What what, MemoryWorld& world) {
  switch (what) {
    case What::Silence:
    case What::Drip: return;
    case What::Reset: return world.upstream().resets();
    case What::End: return world.upstream().ends();
    case What::ClientLeaves: return world.client.leaves();
    case What::ProcessEnds: (void)world.run().expire(); return;
  }
}

std::string end_of(MemoryWorld& world) {
  if (world.run().client_left()) return "left";
  if (!world.error().empty()) return world.error();
  return world.attempts() == 1 ? "answered" : "elsewhere";
}

class EveryPhase : public ::testing::TestWithParam<Cell> {};

TEST_P(EveryPhase, EndsInTimeAndLeavesNothingBehind) {
  const auto [phase, what, end] = GetParam();
  MemoryWorld world;
  const bool waits = what == What::Silence || what == What::Drip;
  if (!waits) world.plan().pools[0].timeouts = long_timeouts();
  if (what == What::Drip) world.facts.blocked_client = 20s;
  if (what == What::ProcessEnds) world.facts.blocked_client = 20s;
  world.begin([&] {
    play_up_to(phase, world);
    world.upstream(1).says_head(kStreamHead);
    world.upstream(1).says(std::string(kContent) + kDone);
    world.upstream(1).ends();
  });
  world.settle();
  std::optional<Drip> drip;
  if (what == What::Drip) drip.emplace(world.loop, [&, in = phase] { drop(in, world); });
  happen(what, world);
  ASSERT_TRUE(world.ends());
  EXPECT_EQ(end_of(world), end);
  // The longest bound is stream_max; a second more is generous and still far below a minute.
  EXPECT_LT(world.took(), short_timeouts().stream_max + 4s);
  EXPECT_EQ(world.leases(), 0U);
  EXPECT_EQ(world.busy(0), 0U);
  EXPECT_EQ(world.busy(1), 0U);
  const bool answered = end == "answered" || end == "elsewhere";
  const bool left_in_tail = phase == Phase::Draining && what == What::ClientLeaves;  // with all but the end of its body
  EXPECT_EQ(world.client.whole(), answered && !left_in_tail);
  EXPECT_TRUE(!answered || world.client.text().starts_with(std::string(kContent) + kDone)) << world.client.text();
  const bool ours = end == "left" || end == "shutting_down" || end == "answered" || end == "stream_max";
  EXPECT_EQ(world.failures(0), ours ? 0U : 1U);
}

INSTANTIATE_TEST_SUITE_P(Run, EveryPhase, ::testing::ValuesIn(kCells), name_of);

}  // namespace
}  // namespace drover::upstream
