// Probes every key at every server: one small GET of the provider's list of models in each interval, spread over the
// interval and bounded, on connections of its own. Never a paid request. core/targets/evidence.h decides what an
// answer means for health.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/instant.h"
#include "core/fleet/fleet.h"
#include "net/asio.h"
#include "net/loop/ticker.h"
#include "upstream/catalog/catalog.h"
#include "upstream/catalog/retirements.h"
#include "upstream/connections/fetch.h"
#include "upstream/run/run.h"
#include "upstream/run/shared_fleet.h"

namespace drover::upstream {

/// Probes under way at once, of all providers together: each is a connection and up to 4 MiB of answer.
inline constexpr std::size_t kMaxProbesInFlight = 32;
/// Probes begun in a second. With more keys than fit, each key is probed less often.
inline constexpr std::int64_t kMaxProbesPerSecond = 100;
/// The share of the interval by which each probe comes earlier or later, so that keys are not probed all at once.
inline constexpr double kProbeJitter = 0.1;
/// How often a provider's list of models is searched for shutdown dates.
inline constexpr Duration kReadListEvery = std::chrono::hours(1);
/// The first probes of new keys are spread over this time, or over more where kMaxProbesPerSecond asks for it.
inline constexpr Duration kFirstProbesWithin = std::chrono::seconds(1);

/// Belongs to one loop's thread. Outlives what it has started there (net::Loop::abandon before it goes).
class Prober {
 public:
  /// Gets each line for the log; safe to print.
  using Say = std::function<void(std::string_view line)>;

  explicit Prober(LoopTools tools, Say say = {});
  Prober(const Prober&) = delete;
  Prober& operator=(const Prober&) = delete;

  /// Sets the keys to probe. A key that was probed before keeps its turn, a new key is probed soon, other keys are
  /// forgotten.
  void use(std::shared_ptr<const Catalog> catalog, std::shared_ptr<SharedFleet> fleet);

  [[nodiscard]] std::size_t watched() const { return slots_.size(); }
  [[nodiscard]] std::size_t in_flight() const { return in_flight_; }
  /// What the lists of models that probes fetched say.
  [[nodiscard]] const Retirements& retirements() const { return retirements_; }

 private:
  struct Slot {
    core::CheckPoint point;
    Instant due{};
    bool running = false;
  };
  struct Turn {
    Instant due;
    std::uint32_t slot;
    [[nodiscard]] bool operator<(const Turn& other) const { return due > other.due; }  // a heap's top is the next
  };
  /// A probe's place among those under way. However the probe ends, its key gets its next turn.
  class Place {
   public:
    Place(Prober& prober, std::uint32_t slot);
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;
    ~Place();

   private:
    Prober& prober_;
    std::uint64_t round_;  ///< of use()
    std::uint32_t slot_;
  };
  /// What one probe needs until its end, also across a reload.
  struct Job {
    Place place;
    std::shared_ptr<const Catalog> catalog;
    std::shared_ptr<SharedFleet> fleet;
    core::CheckPoint point;
    std::string path;
    Duration timeout;
  };
  enum class Verdict : std::uint8_t { Healthy, Sick, NoSuchPath };

  static void due(void* self) { static_cast<Prober*>(self)->begin_due(); }
  void begin_due();
  void begin(std::uint32_t slot);
  void schedule(std::uint32_t slot, Instant at);
  void wake();
  [[nodiscard]] bool watches(const core::CheckPoint& point) const;
  [[nodiscard]] std::string name_of(const core::CheckPoint& point) const;
  [[nodiscard]] Duration next_interval();
  [[nodiscard]] static net::Awaitable<> probe(Prober* self, std::unique_ptr<Job> job);
  void answered(const Job& job, const Result<Fetched>& fetched, Duration taken);
  [[nodiscard]] Verdict judge(const Job& job, const Result<Fetched>& fetched, Error& error);
  void turn_off(const Job& job, const std::string& why);
  void read_list(const Job& job, std::string_view body);
  void say(const std::string& line) const;

  LoopTools tools_;
  Say say_;
  std::shared_ptr<const Catalog> catalog_;
  std::shared_ptr<SharedFleet> fleet_;
  std::vector<Slot> slots_;
  std::vector<Turn> turns_;    ///< a heap by time
  std::set<std::string> off_;  ///< providers ("name path") that have no such probe path
  Retirements retirements_;
  std::map<std::string, Instant> read_again_at_;  ///< by provider: when its list of models is looked into again
  std::set<std::string> proven_;                  ///< base URLs whose probe path has answered well
  std::uint64_t round_ = 0;
  std::size_t in_flight_ = 0;
  Instant next_start_{};
  net::Deadline deadline_;
};

}  // namespace drover::upstream
