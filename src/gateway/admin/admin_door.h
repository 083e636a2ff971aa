// The admin API on the admin listener: reads a request's body, lets the API judge it, and waits for what the thread of
// the store finds. The calls themselves are in admin/api.
#pragma once

#include <functional>
#include <memory>

#include "gateway/admin/api/admin_api.h"
#include "gateway/answers/replies.h"
#include "net/asio.h"
#include "net/exchange.h"
#include "store/store.h"

namespace drover::net {
class Loop;
}

namespace drover::gateway {

/// How the office reaches the store. The thread behind `post` ends before the office does.
struct StoreDoor {
  /// Runs the job soon on the thread that owns the store, and `done` when what it changed holds for requests
  /// (store::Ledger::post). False: it cannot now. Null: no store.
  std::function<bool(std::function<void(store::Store&)> job, std::function<void()> done)> post{};
  admin::Makers makers{};
};

/// The API as the configuration and the store make it. A new one takes its place at a reload; calls that run keep
/// theirs.
struct AdminDoor {
  admin::AdminApi api;
  StoreDoor store;
};

/// How late a wrong token is answered. Its connection ends then, so that guesses are few: one a second and connection.
inline constexpr Duration kWrongTokenDelay = std::chrono::seconds(1);
/// How long a body may take to come.
inline constexpr Duration kAdminBodyTime = std::chrono::seconds(20);
/// How long the store may take: a call has several statements, each with its own bound.
inline constexpr Duration kStoreTime = std::chrono::seconds(20);

/// Whether the connection takes another request after this answer.
enum class NextRequest : std::uint8_t { Taken, Refused };

/// Finds the answer of one request of the API; it is not sent yet. `loop`, `exchange` and `reply` outlive the
/// coroutine.
[[nodiscard]] net::Awaitable<NextRequest> answer_api(net::Loop& loop, net::ServerExchange& exchange,
                                                     std::shared_ptr<const AdminDoor> door, Reply& reply);

}  // namespace drover::gateway
