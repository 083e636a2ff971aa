// Requests that wait for capacity, and whose turn it is. Those who want the same (the same pools of the same providers)
// stand in one line; clients take turns in proportion to what their requests cost (deficit round robin), classes by
// their weight, and a client's own requests go by deadline, then by arrival. The room knows neither targets nor limits:
// its owner (the fleet) tries to serve one after the other and says what came of it.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "base/fixed_vector.h"
#include "base/instant.h"
#include "core/fleet_port.h"
#include "core/plan.h"
#include "core/window_count.h"

namespace drover::core {

/// Of what becomes free, batch gets this part of what interactive clients get while both wait.
inline constexpr std::array<double, kServiceClasses> kClassWeight = {4.0, 1.0};
/// Different things to wait for at once: each costs one look when something becomes free.
inline constexpr std::size_t kMaxLines = 512;
/// A request dearer than this is taken for this: turns must come round in bounded time.
inline constexpr double kDearest = 64 * 1000.0;
/// A fleet that says "wait until the past" must not make those who wait spin.
inline constexpr Duration kShortestLook = std::chrono::milliseconds(1);
/// Fewer requests served from a line say nothing about how fast it moves.
inline constexpr std::int64_t kServedToKnow = 8;

/// One that waits.
struct Waiting {
  const Route* route = nullptr;
  FixedVector<TargetId, kMaxWalk> tried{};
  ProviderFence fence{};
  Owner owner{};
  Asker asker{};
  ApiNumber api = 0;
  std::uint64_t affinity = 0;
  Amount estimate{};
  bool streamed = false;
  Bell* bell = nullptr;
  Instant until{};
  std::optional<Ticket> ticket{};  ///< reserved for it: its turn has come

  /// As it asked. Borrows `tried`.
  [[nodiscard]] PickRequest request() const {
    return {.route = route,
            .tried = {tried.begin(), tried.size()},
            .fence = fence,
            .owner = owner,
            .asker = asker,
            .api = api,
            .affinity = affinity,
            .estimate = estimate,
            .streamed = streamed};
  }
};

/// What came of trying to serve one.
struct Served {
  enum class What : std::uint8_t {
    Yes,            ///< its ticket is set
    LineBlocked,    ///< nothing for anybody in its line
    ClientBlocked,  ///< nothing for this client's part of the line (the client's own limit)
    Out,            ///< it no longer takes part: what it is told is between it and the owner
  };
  What what = What::LineBlocked;
  PickAnswer because{};  ///< of the blocked ones: what the fleet said
};

class WaitingRoom {
 public:
  explicit WaitingRoom(const Plan& plan) : plan_(&plan) {}

  /// Nobody has a place, so nobody needs to be thought of.
  [[nodiscard]] bool empty() const { return places_taken_ == 0; }
  /// How many stand in line. Those whose turn has come, but who have not come for it yet, do not.
  [[nodiscard]] std::size_t in_line() const { return in_line_; }

  struct Joined {
    WaiterId id{};
    WaitRefusal refusal = WaitRefusal::None;
    Instant expected{};  ///< when its turn should come, as far as the line's pace tells
  };
  /// Takes a place behind those who wait for the same. `blocked`: what the fleet said to it just now.
  [[nodiscard]] Joined join(const PickRequest& request, const PickAnswer& blocked, double cost, Instant now);

  /// Absent: it has no place any more.
  [[nodiscard]] Waiting* find(WaiterId id);
  [[nodiscard]] bool stands_in_line(WaiterId id) const;
  void leave(WaiterId id);
  /// What was reserved for it is gone again: back into line. Its deadline keeps its place there.
  void line_up_again(WaiterId id, Instant now);
  /// Somebody who stands in line, preferably for long; for whoever needs one that will look again.
  [[nodiscard]] WaiterId somebody() const;

  /// What somebody new is told who wants what others wait for; absent: nobody is before it.
  [[nodiscard]] const PickAnswer* before(const PickRequest& request) const;

  /// When the turn of such a request would come if it joined now, by its line's pace; `now` while that is unknown.
  [[nodiscard]] Instant expected(const PickRequest& request, Instant now) const;

  /// Tries one after the other, in the order of their turns, until nothing more can be had.
  template <class Try>
  void serve(Instant now, Try&& attempt) {
    begin_pass();
    while (const std::optional<WaiterId> id = next()) note(*id, attempt(places_[id->place].waiting), now);
    end_pass();
  }

 private:
  static constexpr std::uint32_t kNone = ~std::uint32_t{0};

  /// What is the same for all who stand in one line.
  struct LineKey {
    const Route* route = nullptr;
    std::uint64_t fence = 0;  ///< its mark
    Owner owner{};
    std::uint64_t tried = 0;  ///< a hash: after a failure less is left to wait for
    std::uint32_t model = kUnlimitedModel;
    ApiNumber api = 0;
    friend bool operator==(const LineKey&, const LineKey&) = default;
  };
  struct Line {
    LineKey key{};
    std::uint32_t count = 0;    ///< who stand in it; 0: free for another use
    std::uint32_t clients = 0;  ///< how many different
    std::uint64_t blocked = 0;  ///< in which pass
    PickAnswer because{};
    Instant since{};  ///< when the first joined
    WindowCount<10> served{std::chrono::seconds(10)};
  };
  /// One client's part of one line: a list by deadline, then arrival.
  struct Queue {
    std::uint32_t line = kNone;
    std::uint32_t head = kNone;
    std::uint32_t tail = kNone;
    std::uint32_t count = 0;
    std::uint64_t blocked = 0;
    PickAnswer because{};
  };
  struct Client {
    std::uint32_t principal = kNobody;
    ServiceClass service = ServiceClass::Interactive;
    double deficit = 0;
    std::uint32_t count = 0;  ///< in line and served but not gone
    std::uint32_t in_line = 0;
    std::vector<Queue> queues{};  ///< those that are not empty
  };
  struct Place {
    Waiting waiting{};
    double cost = 0;
    std::uint32_t turn = 0;
    std::uint32_t client = kNone;  ///< kNone: the place is free
    std::uint32_t line = kNone;    ///< kNone: does not stand in line
    LineKey key{};
    std::uint64_t arrival = 0;
    std::uint32_t next = kNone;
    std::uint32_t previous = kNone;
  };

  static LineKey key_of(const PickRequest& request);
  [[nodiscard]] std::uint32_t find_line(const LineKey& key) const;
  [[nodiscard]] std::uint32_t find_client(std::uint32_t principal) const;
  [[nodiscard]] const Queue* find_queue(std::uint32_t client, std::uint32_t line) const;
  std::uint32_t take_client(std::uint32_t principal);
  std::uint32_t take_place();
  bool line_up(std::uint32_t place, const PickAnswer& because, Instant now);
  void insert(Queue& queue, std::uint32_t place);
  void step_out(std::uint32_t place);
  [[nodiscard]] bool earlier(std::uint32_t a, std::uint32_t b) const;
  [[nodiscard]] double quantum(const Client& client) const;

  void begin_pass();
  std::optional<WaiterId> next();
  [[nodiscard]] std::uint32_t first_open(const Client& client) const;
  void advance();
  void note(WaiterId id, Served served, Instant now);
  void end_pass();

  const Plan* plan_;
  std::vector<Place> places_;
  std::vector<std::uint32_t> free_places_;
  std::vector<Line> lines_;
  std::vector<Client> clients_;
  std::vector<std::uint32_t> ring_;  ///< clients with somebody in line, in the order of their turns
  std::array<std::uint32_t, kServiceClasses> clients_of_class_{};
  std::size_t turn_ = 0;                 ///< in ring_: whose turn it is
  bool credited_ = false;                ///< and has been given its due for this turn
  std::optional<std::uint32_t> resume_;  ///< the client whose turn was cut short in this pass
  std::uint64_t pass_ = 1;
  std::uint64_t arrivals_ = 0;
  std::uint32_t turns_ = 0;
  std::size_t places_taken_ = 0;
  std::size_t in_line_ = 0;
};

}  // namespace drover::core
