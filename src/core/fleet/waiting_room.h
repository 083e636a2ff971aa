// The requests that wait for capacity, and their order. Requests that want the same (the same pools of the same
// providers) stand in one line. Clients take turns in proportion to the cost of their requests (deficit round robin),
// classes by their weight; a client's own requests go by deadline, then by arrival. The room knows neither targets nor
// limits: its owner, the fleet, tries to serve one request after the other and reports the result.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "base/fixed_vector.h"
#include "base/instant.h"
#include "core/fleet/fleet_port.h"
#include "base/window_count.h"
#include "core/plan/plan.h"

namespace drover::core {

/// Weights of the classes while both wait: batch clients get a quarter of what interactive clients get.
inline constexpr std::array<double, kServiceClasses> kClassWeight = {4.0, 1.0};
/// Most lines at once: each costs one look when capacity becomes free.
inline constexpr std::size_t kMaxLines = 512;
/// A request's cost counts as this at most, so that every client's turn comes in bounded time.
inline constexpr double kDearest = 64 * 1000.0;
/// The shortest wait, so that waiting requests do not spin when the fleet names a time that has passed.
inline constexpr Duration kShortestLook = std::chrono::milliseconds(1);
/// A line's pace is known from this many served requests on.
inline constexpr std::int64_t kServedToKnow = 8;

/// A waiting request.
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
  std::optional<Ticket> ticket{};  ///< the target reserved for it: its turn has come

  /// The pick request as it was made. Borrows `tried`.
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

/// The result of trying to serve one waiting request.
struct Served {
  enum class What : std::uint8_t {
    Yes,            ///< its ticket is set
    LineBlocked,    ///< no request of its line can be served
    ClientBlocked,  ///< no request of this client in the line can be served (the client's own limit)
    Out,            ///< it leaves the order; the owner tells it why
  };
  What what = What::LineBlocked;
  PickAnswer because{};  ///< for the blocked results: the fleet's answer
};

class WaitingRoom {
 public:
  explicit WaitingRoom(const Plan& plan) : plan_(&plan) {}

  /// No request has a place.
  [[nodiscard]] bool empty() const { return places_taken_ == 0; }
  /// How many requests stand in line. A request whose turn has come, but that has not claimed its target yet, does not.
  [[nodiscard]] std::size_t in_line() const { return in_line_; }

  struct Joined {
    WaiterId id{};
    WaitRefusal refusal = WaitRefusal::None;
    Instant expected{};  ///< when its turn is expected, by the line's pace
  };
  /// Takes a place at the end of the line of requests that wait for the same. `blocked`: the fleet's answer to the
  /// request just now.
  [[nodiscard]] Joined join(const PickRequest& request, const PickAnswer& blocked, double cost, Instant now);

  /// The waiting request of this place; null when the place is gone.
  [[nodiscard]] Waiting* find(WaiterId id);
  [[nodiscard]] bool stands_in_line(WaiterId id) const;
  void leave(WaiterId id);
  /// Puts a request back into line, because the target that was reserved for it cannot be used any more. Its deadline
  /// decides its place there.
  void line_up_again(WaiterId id, Instant now);
  /// A request that stands in line, preferably one that will wait long: a candidate for the keeper, whose timer looks
  /// again for all.
  [[nodiscard]] WaiterId somebody() const;

  /// The answer to a new request that wants what others already wait for; null: no request is before it.
  [[nodiscard]] const PickAnswer* before(const PickRequest& request) const;

  /// When the turn of this request would come if it joined now, by its line's pace; `now` while the pace is unknown.
  [[nodiscard]] Instant expected(const PickRequest& request, Instant now) const;

  /// Calls `attempt` for one waiting request after the other, in the order of their turns, until no further request can
  /// be served.
  template <class Try>
  void serve(Instant now, Try&& attempt) {
    begin_pass();
    while (const std::optional<WaiterId> id = next()) note(*id, attempt(places_[id->place].waiting), now);
    end_pass();
  }

 private:
  static constexpr std::uint32_t kNone = ~std::uint32_t{0};

  /// The key of a line: what is equal for all its requests.
  struct LineKey {
    const Route* route = nullptr;
    std::uint64_t fence = 0;  ///< its mark
    Owner owner{};
    std::uint64_t tried = 0;  ///< a hash: after a failure fewer targets are left to wait for
    std::uint32_t model = kUnlimitedModel;
    ApiNumber api = 0;
    friend bool operator==(const LineKey&, const LineKey&) = default;
  };
  struct Line {
    LineKey key{};
    std::uint32_t count = 0;    ///< requests in the line; 0: free for another line
    std::uint32_t clients = 0;  ///< how many different clients
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
  std::vector<std::uint32_t> ring_;  ///< clients with a request in line, in the order of their turns
  std::array<std::uint32_t, kServiceClasses> clients_of_class_{};
  std::size_t turn_ = 0;                 ///< the client in ring_ whose turn it is
  bool credited_ = false;                ///< and whether it has been credited for this turn
  std::optional<std::uint32_t> resume_;  ///< the client whose turn was cut short in this pass
  std::uint64_t pass_ = 1;
  std::uint64_t arrivals_ = 0;
  std::uint32_t turns_ = 0;
  std::size_t places_taken_ = 0;
  std::size_t in_line_ = 0;
};

}  // namespace drover::core
