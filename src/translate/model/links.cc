#include "translate/model/links.h"

#include <algorithm>
#include <string>
#include <unordered_map>

#include "translate/model/losses.h"

namespace drover::translate {
namespace {

bool is_at_home(const Part& part, Role role) {
  switch (part.kind) {
    case PartKind::Text: return true;
    case PartKind::Image:
    case PartKind::Document:
    case PartKind::Audio:
    case PartKind::Result: return role == Role::User;
    case PartKind::Refusal:
    case PartKind::Call:
    case PartKind::Thinking:
    case PartKind::Sealed: return role == Role::Assistant;
  }
  return false;
}

bool is_told_in_result(const Part& part) {
  return part.kind == PartKind::Text || part.kind == PartKind::Image || part.kind == PartKind::Document;
}

class Linker {
 public:
  explicit Linker(Conversation& conversation) : conversation_(conversation) {}

  std::optional<Error> run() {
    for (Message& message : conversation_.messages) {
      if (message.role == Role::Assistant) {
        if (spoken_to_ && !open_.empty()) return unanswered();
        spoken_to_ = false;
        if (auto wrong = take_calls(message)) return wrong;
      } else if (message.role == Role::User) {
        spoken_to_ = true;
        if (auto wrong = take_results(message)) return wrong;
      }
    }
    if (!open_.empty()) return unanswered();
    return std::nullopt;
  }

 private:
  static std::optional<Error> unanswered() {
    return invalid("tool_call_without_result", "A call of a tool has no result before the conversation goes on.");
  }

  std::optional<Error> take_calls(Message& message) {
    for (Part& part : message.parts) {
      if (part.kind != PartKind::Call) continue;
      if (part.id.empty()) return invalid("missing_tool_call_id", "A call of a tool has no id.");
      if (open_.contains(part.id.escaped)) {
        return invalid("duplicate_tool_call_id", "Two calls of one turn have the same id.");
      }
      const std::size_t uses = ++uses_[part.id.escaped];
      const std::string_view own = part.id.escaped;
      if (uses > 1) part.id = {conversation_.keep(std::string(own) + "_" + std::to_string(uses))};
      open_.emplace(own, &part);
    }
    return std::nullopt;
  }

  std::optional<Error> take_results(Message& message) {
    for (Part& part : message.parts) {
      if (part.kind != PartKind::Result) continue;
      const auto call = open_.find(part.id.escaped);
      if (call == open_.end()) {
        return invalid("tool_result_without_call", "A tool's result belongs to no call of the turn before it.");
      }
      part.id = call->second->id;
      part.custom = call->second->custom;
      open_.erase(call);
    }
    return std::nullopt;
  }

  Conversation& conversation_;
  bool spoken_to_ = false;                                  ///< the user has spoken since the assistant did
  std::unordered_map<std::string_view, const Part*> open_;  ///< by the client's id; the part has the one that is sent
  std::unordered_map<std::string_view, std::size_t> uses_;
};

}  // namespace

std::optional<Error> check_places(const Conversation& conversation) {
  for (const Message& message : conversation.messages) {
    for (const Part& part : message.parts) {
      if (!is_at_home(part, message.role) || !std::ranges::all_of(part.inside, is_told_in_result)) {
        return invalid("misplaced_part",
                       "A part of a message stands where it cannot: in a message of another role, or in a result.");
      }
    }
  }
  return std::nullopt;
}

std::optional<Error> link_calls(Conversation& conversation) {
  return Linker(conversation).run();
}

}  // namespace drover::translate
