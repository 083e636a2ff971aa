// What has to be known of a request to translate its answer. A value: an attempt keeps it when the request is gone.
#pragma once

#include <cstdint>
#include <string>

#include "translate/model/form.h"
#include "translate/model/names.h"

namespace drover::translate {

struct AnswerContext {
  Form front = Form::Chat;      ///< the client's
  Form back = Form::Messages;   ///< the upstream's
  std::string model = {};       ///< as the client has named it: what the answer says
  std::string request_id = {};  ///< for an answer that has no id of its own, and for errors
  std::int64_t created = 0;     ///< unix seconds: what the answer says
  bool include_usage = false;   ///< of a chat stream: the client asked for the usage chunk
  ToolNames names = {};
  std::string json_tool = {};  ///< Written::json_tool
};

}  // namespace drover::translate
