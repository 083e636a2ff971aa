// Names of tools and ids of calls where the other side takes fewer letters or shorter ones: changed in a way that is
// the same each time, and changed back in the answer.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "translate/model/form.h"
#include "translate/model/model.h"

namespace drover::translate {

/// The names that were changed for one request. Values, so that an attempt can keep them longer than the request.
class ToolNames {
 public:
  /// The name as `form` takes it; what is changed is noted, and kept by the conversation.
  [[nodiscard]] Text sent(Form form, Text name, Conversation& conversation);
  /// The client's own name for one in an answer. The view lives as long as this, or as `sent`.
  [[nodiscard]] Text original(Text sent) const;
  [[nodiscard]] bool empty() const { return changed_.empty(); }

 private:
  std::map<std::string, std::string, std::less<>> changed_;  ///< what is sent, to the inside of a JSON string
};

/// The id of a call as `form` takes it. The same id gives the same one in each turn.
[[nodiscard]] Text sent_id(Form form, Text id, Conversation& conversation);

/// An end user's id: OpenAI takes 64 characters. A longer one becomes its digest.
[[nodiscard]] Text sent_user(Form form, Text user, Conversation& conversation);

}  // namespace drover::translate
