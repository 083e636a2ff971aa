#include "upstream/run/dispatch_request.h"

#include <algorithm>
#include <string_view>

#include "base/hash.h"
#include "http/head/head.h"

namespace drover::upstream {
namespace {

core::Replay replay_of(dialect::Repeat repeat) {
  switch (repeat) {
    case dialect::Repeat::Free: return core::Replay::Free;
    case dialect::Repeat::NotExecuted: return core::Replay::NotExecuted;
    case dialect::Repeat::Never: return core::Replay::Never;
  }
  return core::Replay::Never;
}

/// So much of a body's front and end tells it from others well enough, in a time that long bodies do not stretch.
constexpr std::size_t kMarkedBytes = 4096;

std::uint64_t mark_of(std::string_view body) {
  if (body.empty()) return 0;
  const std::string_view front = body.substr(0, kMarkedBytes);
  const std::string_view end = body.substr(std::max(front.size(), body.size() - std::min(body.size(), kMarkedBytes)));
  const std::uint64_t mark = hash64(end, hash64(front, body.size()));
  return mark == 0 ? 1 : mark;
}

}  // namespace

core::DispatchRequest dispatch_request(const core::Plan& plan, const core::Route& route,
                                       const UpstreamRequest& request) {
  const dialect::Inspection& inspection = request.inspection;
  core::DispatchRequest dispatch;
  dispatch.plan = &plan;
  dispatch.route = &route;
  dispatch.answer = inspection.stream ? core::AnswerKind::Stream : core::AnswerKind::Plain;
  dispatch.replay = replay_of(inspection.repeat);
  dispatch.safe = http::is_safe_method(request.method);
  dispatch.asker.model = plan.limited_model(inspection.model);
  dispatch.affinity = inspection.affinity;
  dispatch.body = mark_of(request.body.view());
  dispatch.estimate.input_tokens = Tokens{inspection.input_tokens_estimate};
  dispatch.estimate.output_tokens = Tokens{inspection.output_tokens_estimate};
  return dispatch;
}

}  // namespace drover::upstream
