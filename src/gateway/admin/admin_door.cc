#include "gateway/admin/admin_door.h"

#include <chrono>
#include <optional>
#include <utility>

#include "gateway/admin/api/fault.h"
#include "gateway/admin/api/store_records.h"
#include "net/loop/loop.h"
#include "net/loop/ticker.h"
#include "net/loop/waiter.h"

namespace drover::gateway {
namespace {

WallTime wall_now() {
  return std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now());
}

class StoreWait;

/// Where the thread of the store leaves the answer. `wait` is for the loop's thread.
struct StoreAnswer {
  Reply reply;
  bool ready = false;
  StoreWait* wait = nullptr;
};

/// A wait with an end: for the store's answer, or for the time alone.
class StoreWait {
 public:
  explicit StoreWait(net::Loop& loop)
      : waiter_(loop), deadline_(loop.ticker(), [](void* self) { static_cast<StoreWait*>(self)->wake(); }, this) {}
  StoreWait(const StoreWait&) = delete;
  StoreWait& operator=(const StoreWait&) = delete;
  ~StoreWait() { leave(); }

  [[nodiscard]] net::Awaitable<Result<void>> until(Instant end) {
    deadline_.arm(end);
    return waiter_.wait();
  }
  void wake() {
    deadline_.disarm();
    waiter_.resume_later();
  }
  void wait_for(std::shared_ptr<StoreAnswer> answer) {
    answer_ = std::move(answer);
    answer_->wait = this;
  }

 private:
  void leave() {
    if (answer_) answer_->wait = nullptr;
  }

  net::Waiter waiter_;
  net::Deadline deadline_;
  std::shared_ptr<StoreAnswer> answer_{};
};

/// What outlives the head's memory.
struct HeadCopy {
  std::string method;
  std::string target;
  std::string authorization;
  std::string if_match;
  std::string if_none_match;
  std::string idempotency_key;
};

HeadCopy copy_of(const http::RequestHead& head) {
  const auto field = [&](std::string_view name) { return std::string(http::find(head.fields, name).value_or("")); };
  return {.method = std::string(head.method),
          .target = std::string(head.target),
          .authorization = field("authorization"),
          .if_match = field("if-match"),
          .if_none_match = field("if-none-match"),
          .idempotency_key = field("idempotency-key")};
}

Reply body_fault(int status, std::string message) {
  const std::string type = status == 413 ? "too_large" : status == 415 ? "unsupported_coding" : "invalid_request";
  return admin::fault_reply({.status = status, .type = type, .message = std::move(message)});
}

/// Reads the body. The error is the answer.
net::Awaitable<std::expected<std::string, Reply>> whole_body(net::Loop& loop, net::ServerExchange& exchange) {
  std::string body;
  const Instant end = after(loop.now(), kAdminBodyTime);
  exchange.send_continue();
  for (;;) {
    const Result<net::Read> read = exchange.read_body();
    if (!read) co_return std::unexpected(body_fault(400, "the body is framed wrong"));
    if (read->state == net::ReadState::End) co_return body;
    if (read->state == net::ReadState::Data) {
      if (body.size() + read->bytes.size() > admin::kMaxAdminBody) {
        co_return std::unexpected(body_fault(413, "the body has more than 1 MiB"));
      }
      body.append(read->bytes);
      continue;
    }
    const Result<void> ready = co_await exchange.until_readable(end);
    if (!ready) co_return std::unexpected(body_fault(408, "the body did not come in time"));
  }
}

/// Lets the thread of the store do the job and waits for its answer. `door` keeps the API alive for the job.
net::Awaitable<Reply> ask_store(net::Loop& loop, std::shared_ptr<const AdminDoor> door, admin::Job job, WallTime now) {
  if (!door->store.post) {
    co_return admin::fault_reply({.status = 503,
                                  .type = "no_store",
                                  .message = "the configuration has no store, so there are no keys to manage"});
  }
  const auto answer = std::make_shared<StoreAnswer>();
  StoreWait wait(loop);
  wait.wait_for(answer);
  // Not told that it is there: the wait ends by its time.
  const bool posted = door->store.post(
      [answer, door, job = std::move(job), now](store::Store& store) {
        admin::StoreRecords records(store, now);
        answer->reply = job(records);
      },
      [&loop, answer] {
        (void)loop.post([answer] {
          answer->ready = true;
          if (answer->wait != nullptr) answer->wait->wake();
        });
      });
  if (!posted) {
    co_return admin::fault_reply(
        {.status = 503, .type = "store_busy", .message = "too many calls wait for the store; try again"});
  }
  const Instant end = after(loop.now(), kStoreTime);
  const Result<void> woken = co_await wait.until(end);
  if (woken && answer->ready) co_return std::move(answer->reply);
  co_return admin::fault_reply({.status = 503,
                                .type = "store_slow",
                                .message = "the store did not answer in time; whether it did this is not known"});
}

}  // namespace

net::Awaitable<NextRequest> answer_api(net::Loop& loop, net::ServerExchange& exchange,
                                       std::shared_ptr<const AdminDoor> door, Reply& reply) {
  const HeadCopy head = copy_of(exchange.head());
  const auto request = [&](std::string_view body) {
    return admin::ApiRequest{.method = head.method,
                             .target = head.target,
                             .authorization = head.authorization,
                             .if_match = head.if_match,
                             .if_none_match = head.if_none_match,
                             .idempotency_key = head.idempotency_key,
                             .body = body};
  };
  const WallTime now = wall_now();
  const bool coded = http::find(exchange.head().fields, "content-encoding").has_value();
  // The body of a caller without a token is not read.
  if (door->api.caller(head.authorization) == nullptr) {
    std::variant<Reply, admin::Job> refused = door->api.handle(request({}), now);
    if (auto* const told = std::get_if<Reply>(&refused)) reply = std::move(*told);
    if (reply.status != 401) co_return NextRequest::Taken;
    StoreWait delay(loop);
    const Instant end = after(loop.now(), kWrongTokenDelay);
    const Result<void> waited = co_await delay.until(end);
    (void)waited;
    co_return NextRequest::Refused;
  }
  if (coded) {
    reply = body_fault(415, "the body has a content coding; send it plain");
    co_return NextRequest::Refused;
  }
  std::expected<std::string, Reply> body = co_await whole_body(loop, exchange);
  if (!body) {
    reply = std::move(body.error());
    co_return NextRequest::Refused;
  }
  std::variant<Reply, admin::Job> done = door->api.handle(request(*body), now);
  if (auto* const told = std::get_if<Reply>(&done)) {
    reply = std::move(*told);
    co_return NextRequest::Taken;
  }
  admin::Job job = std::get<admin::Job>(std::move(done));
  reply = co_await ask_store(loop, door, std::move(job), now);
  co_return NextRequest::Taken;
}

}  // namespace drover::gateway
