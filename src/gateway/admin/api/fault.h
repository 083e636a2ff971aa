// What is wrong with a call of the admin API, and its answer: {"error":{"type","message","field"}}.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include "base/error.h"
#include "gateway/answers/replies.h"

namespace drover::gateway::admin {

/// `message` is one sentence for a person. It holds no value of the call but names that were checked, and no secret.
struct Fault {
  int status = 400;
  std::string type = "invalid_request";
  std::string message;
  std::string field = {};  ///< the path of the field that is wrong, "limits[0].amount"; empty: not about one
};

template <class T>
using Or = std::expected<T, Fault>;

[[nodiscard]] inline std::unexpected<Fault> refuse(Fault fault) {
  return std::unexpected<Fault>(std::move(fault));
}

[[nodiscard]] Fault not_found(std::string_view what);
/// What the store said: a conflict, or that it is away (503, with its code).
[[nodiscard]] Fault fault_of(const Error& error);

/// How an error is written: as above, or {"error":{"message","type","param","code"}}.
enum class Form : std::uint8_t { Own, Litellm };

/// The answer for a fault.
[[nodiscard]] Reply fault_reply(const Fault& fault, Form form = Form::Own);
/// An answer with a JSON body.
[[nodiscard]] Reply json_reply(int status, std::string body, std::string_view more_fields = {});

}  // namespace drover::gateway::admin
