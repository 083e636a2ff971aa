#include "translate/model/losses.h"

#include <algorithm>

namespace drover::translate {

void Losses::add(std::string_view field, Severity severity) {
  const Loss loss{field, severity};
  if (all_.size() == kMax || std::ranges::find(all_, loss) != all_.end()) return;
  all_.push_back(loss);
}

std::optional<Error> Losses::refusal() const {
  const Severity least = policy_ == Policy::Strict ? Severity::Dropped : Severity::Refused;
  const auto found = std::ranges::find_if(all_, [least](const Loss& loss) { return loss.severity >= least; });
  if (found == all_.end()) return std::nullopt;
  return unsupported(found->field);
}

std::string Losses::head_value() const {
  std::string value;
  for (const Loss& loss : all_) {
    if (!value.empty()) value += ", ";
    value += loss.field;
  }
  return value;
}

Error unsupported(std::string_view field) {
  return {.kind = ErrorKind::Unsupported,
          .scope = ErrorScope::Request,
          .retry = RetryClass::OtherProvider,
          .status = 400,
          .code = "unsupported_by_target",
          .message = "The target cannot be given '" + std::string(field) + "'; leave it out or choose another model."};
}

Error invalid(std::string_view code, std::string_view message) {
  return {.kind = ErrorKind::BadRequest,
          .scope = ErrorScope::Request,
          .retry = RetryClass::Never,
          .status = 400,
          .code = std::string(code),
          .message = std::string(message)};
}

}  // namespace drover::translate
