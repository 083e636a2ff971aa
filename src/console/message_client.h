// One answer in Anthropic's dialect, asked of a running drover from another process: for `drover chat` with models that
// the library, which speaks OpenAI's, cannot ask for. Streamed to whoever wants to print it.
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

/// Asks and waits for the end of the answer, which is returned; `print` gets it piece by piece. Errors: a sentence for
/// the person who asked.
[[nodiscard]] Result<std::string> ask_message(const MessageServer& server, const std::string& model,
                                              const std::vector<ChatTurn>& conversation,
                                              const std::function<void(std::string_view)>& print);

}  // namespace drover::console
