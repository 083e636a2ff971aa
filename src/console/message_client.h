// Asks a running drover in another process for one answer in Anthropic's dialect: for `drover chat` with models that
// the library, which speaks OpenAI's, cannot ask for. The answer is given to the caller as it comes.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace drover::console {

/// A turn of a conversation in plain text.
struct ChatTurn {
  std::string role;  ///< "user" or "assistant"
  std::string content;
};

struct MessageServer {
  std::string url;  ///< "http://127.0.0.1:8080/v1"
  std::string key;  ///< a client's; may be empty
};

/// Asks, waits for the end of the answer and returns it; `print` gets each piece. Errors: a sentence for the person who
/// asked.
[[nodiscard]] Result<std::string> ask_message(const MessageServer& server, const std::string& model,
                                              const std::vector<ChatTurn>& conversation,
                                              const std::function<void(std::string_view)>& print);

}  // namespace drover::console
