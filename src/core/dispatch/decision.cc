#include "core/dispatch/decision.h"

namespace drover::core {

std::string_view to_string(Bar bar) {
  switch (bar) {
    case Bar::None: return "usable";
    case Bar::Tried: return "tried";
    case Bar::Fenced: return "not_for_this_client_or_api";
    case Bar::NotOwner: return "not_the_owner";
    case Bar::NoWeight: return "weight_0";
    case Bar::Cooling: return "cooling";
    case Bar::Resting: return "resting";
    case Bar::Ejected: return "ejected";
    case Bar::OnTrial: return "on_trial";
    case Bar::Silent: return "silent";
    case Bar::LacksApi: return "lacks_api";
    case Bar::Doubted: return "doubted";
    case Bar::Returning: return "returning";
    case Bar::Limit: return "limit";
    case Bar::LearnedLimit: return "provider_limit";
  }
  return "usable";
}

std::string_view to_string(Stop stop) {
  switch (stop) {
    case Stop::Running: return "running";
    case Stop::Answered: return "answered";
    case Stop::ClientLeft: return "client_left";
    case Stop::Draining: return "draining";
    case Stop::RequestsOwn: return "same_everywhere";
    case Stop::SameElsewhere: return "refused_twice";
    case Stop::Poisonous: return "failed_twice_alike";
    case Stop::MayHaveRun: return "may_have_been_executed";
    case Stop::NoReplay: return "never_repeated";
    case Stop::Committed: return "content_was_sent";
    case Stop::Walk: return "walk";
    case Stop::MostAttempts: return "most_attempts";
    case Stop::Budget: return "retry_budget";
    case Stop::NothingLeft: return "nothing_left";
    case Stop::RoomFull: return "waiting_room_full";
    case Stop::ClientFull: return "too_many_waiting";
    case Stop::AskersLimit: return "limit_of_client_or_model";
    case Stop::TooLate: return "too_late";
    case Stop::Deadline: return "deadline";
    case Stop::StreamMax: return "stream_max";
  }
  return "running";
}

bool about_the_fleet(Stop stop) {
  switch (stop) {
    case Stop::Walk:
    case Stop::MostAttempts:
    case Stop::Budget:
    case Stop::NothingLeft:
    case Stop::RoomFull:
    case Stop::ClientFull:
    case Stop::TooLate:
    case Stop::Deadline: return true;
    default: return false;
  }
}

}  // namespace drover::core
