#include "upstream/dispatch_request.h"

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

}  // namespace

core::DispatchRequest dispatch_request(const core::Plan& plan, const core::Route& route,
                                       const dialect::Inspection& inspection) {
  core::DispatchRequest dispatch;
  dispatch.plan = &plan;
  dispatch.route = &route;
  dispatch.answer = inspection.stream ? core::AnswerKind::Stream : core::AnswerKind::Plain;
  dispatch.replay = replay_of(inspection.repeat);
  dispatch.asker.model = plan.limited_model(inspection.model);
  dispatch.affinity = inspection.affinity;
  dispatch.estimate.input_tokens = Tokens{inspection.input_tokens_estimate};
  dispatch.estimate.output_tokens = Tokens{inspection.output_tokens_estimate};
  return dispatch;
}

}  // namespace drover::upstream
