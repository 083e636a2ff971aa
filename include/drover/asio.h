// For callers who use Boost.Asio: a chat as an asynchronous operation. Optional: no other header includes it, and the
// library's own Asio is invisible, so that yours may be of any version.
//
//   drover::Result<drover::ChatReply> reply = co_await drover::async_chat(client, "hello", boost::asio::use_awaitable);
#pragma once

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <memory>
#include <type_traits>
#include <utility>

#include "drover/client.h"

DROVER_BEGIN

/// Completes with Result<ChatReply> on the token's executor. Cancelling it ends the call, which completes with
/// Cancelled. The client must outlive the start of the operation, not its end.
template <class Token>
auto async_chat(Client& client, ChatRequest request, Token&& token) {
  const auto start = [&client](auto handler, ChatRequest asked) {
    using Handler = std::decay_t<decltype(handler)>;
    auto work = boost::asio::make_work_guard(boost::asio::get_associated_executor(handler));
    const auto slot = boost::asio::get_associated_cancellation_slot(handler);
    auto kept = std::make_shared<Handler>(std::move(handler));
    const Pending pending = client.chat(asked, [kept, work](Result<ChatReply> reply) {
      auto result = std::make_shared<Result<ChatReply>>(std::move(reply));
      boost::asio::post(work.get_executor(), [kept, result] { std::move (*kept)(std::move(*result)); });
    });
    if (slot.is_connected()) {
      auto ended_by = slot;
      ended_by.assign([pending](boost::asio::cancellation_type) { pending.cancel(); });
    }
  };
  return boost::asio::async_initiate<Token, void(Result<ChatReply>)>(start, token, std::move(request));
}

DROVER_END
