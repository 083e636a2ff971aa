// An answer of the provider before speed and faults: a head, and a body in pieces that each have a role. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "mock/answers/ask.h"
#include "mock/provider/rate_limits.h"

namespace drover::mock {

/// The role of a piece of a body; faults choose pieces by it.
enum class Role : std::uint8_t {
  Opening,     ///< before content: role chunk, response.created
  Content,     ///< one token
  Closing,     ///< finish reason, usage, whole texts
  Terminator,  ///< [DONE], response.completed
};

struct Piece {
  Role role = Role::Content;
  std::string bytes = {};
};

struct Answer {
  int status = 200;
  std::string content_type = "application/json";
  std::vector<FieldLine> fields;
  bool stream = false;  ///< each piece is one event, which is sent when it is ready
  std::vector<Piece> pieces;
  std::uint64_t tokens = 0;  ///< of a plain answer: the time that it takes depends on them
  Call call = Call::Unknown;
};

/// A plain answer made of one text.
[[nodiscard]] Answer plain_answer(Call call, std::string body);

struct ProviderError {
  int status = 500;
  std::string type;
  std::string code;
  std::string message;
};

/// A provider's usual error for this status; `code` replaces the usual code when it is not empty.
[[nodiscard]] ProviderError usual_error(int status, std::string_view code);
/// The error as a whole answer in the shape of the call's dialect.
[[nodiscard]] Answer error_answer(Call call, const ProviderError& error);
/// 404 for a path that the mock does not serve.
[[nodiscard]] Answer unknown_url(Call call);
/// OpenAI's shape: {"error": {...}}.
[[nodiscard]] std::string error_json(const ProviderError& error);
/// The error as an event of a stream; `first`: nothing of the stream comes before it.
[[nodiscard]] std::string error_event(Call call, const ProviderError& error, bool first = false);

/// A page such as a login wall or a proxy's error.
[[nodiscard]] std::string web_page(int status);

/// "data: ...\n\n", with an event line when `name` is not empty.
[[nodiscard]] std::string event(std::string_view name, std::string_view data);

}  // namespace drover::mock
