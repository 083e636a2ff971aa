#include "gateway/request/pipeline.h"

#include <boost/asio/post.hpp>
#include <utility>

#include "gateway/answers/models_page.h"
#include "gateway/answers/own_answer.h"
#include "gateway/answers/replies.h"
#include "gateway/process/worker.h"
#include "gateway/request/body_phase.h"
#include "gateway/request/phases.h"
#include "gateway/request/record.h"

namespace drover::gateway {

net::Awaitable<> serve(Worker& worker, RequestState& state) {
  Result<void> good = begin(worker, state);  // id, deadline, path
  if (good && state.answered_here) {
    good = answer_itself(state);
    if (!good) end_with_error(state, good.error());
    record(worker, state, good ? nullptr : &good.error());
    co_return;
  }
  if (good) good = authenticate(state);   // a client's key, or nobody's web page
  if (good) good = admit(worker, state);  // is there room; size as announced

  while (good) {  // the body, whole, kept for replay
    const Result<BodyRead> read = read_body(worker, state);
    if (!read) good = fail(read.error());
    if (!read || *read == BodyRead::Whole) break;
    if (*read == BodyRead::Turn) {
      co_await net::asio::post(worker.loop().executor(), net::kUseAwaitable);
      continue;
    }
    good = co_await state.exchange->until_readable(kNever);  // the exchange bounds the time of a body
    if (!good) good = body_too_slow(std::move(good.error()));
  }

  state.body_bytes = state.request.body.view().size();
  if (good) good = take_place(worker, state);  // one of the requests in flight

  std::unique_ptr<dialect::Inspector> inspector;  // only for long bodies: others are read in one go
  if (good) good = inspect(state, inspector);
  while (good && inspector) {
    const Result<bool> read = inspect_on(state, inspector);
    if (!read) good = fail(read.error());
    if (!read || *read) break;
    co_await net::asio::post(worker.loop().executor(), net::kUseAwaitable);  // let the others have a turn
  }

  if (good && state.request.api == dialect::Api::Models) {
    good = co_await answer_models(worker, state);
    if (!good) end_with_error(state, good.error());
    record(worker, state, good ? nullptr : &good.error());
    co_return;
  }

  if (good) good = route(state);
  if (good && state.routing.counts_here) {
    send_reply(state, counted_tokens(state));
  } else if (good) {
    start_run(worker, state);
    co_await state.run->perform();  // pick → exchange → classify → relay or next → settle
    end_run(state);
  } else {
    end_with_error(state, good.error());
  }
  if (state.exchange->pending_bytes() > 0) {
    const Result<void> flushed = co_await state.exchange->until_flushed(flushed_by(worker, state));
    if (!flushed) state.exchange->abort();
  }
  record(worker, state, good ? nullptr : &good.error());
}

}  // namespace drover::gateway
