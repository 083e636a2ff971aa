// The parts of a Gemini answer, for its stream and for its plain form: what signs a part stands in the part itself.
#pragma once

#include <string>

#include "translate/answer/answer_event.h"
#include "translate/write/json_out.h"

namespace drover::translate {

/// The client's programs expect bytes in a signature: Google's own goes as it is, another maker's in base64 with our
/// mark, to be read again when it comes back.
class GeminiParts {
 public:
  /// One part with a text.
  void write_text(BlockKind kind, Text text, JsonOut& json);
  /// One part with a call. Arguments that are no JSON object were paid for all the same: the client gets their text,
  /// under a name that says what it is.
  void write_call(Text id, Text name, Text arguments, JsonOut& json);
  /// Keeps a signature or a sealed thought for the part that comes next. One that is kept already is written first, as
  /// a part of its own.
  void keep(BlockKind kind, const AnswerEvent& sign, JsonOut& json);
  /// Writes what is still kept as a part of its own.
  void flush(JsonOut& json);
  [[nodiscard]] bool keeps() const { return !signature_.empty(); }

 private:
  void write_signature(JsonOut& json);

  std::string signature_ = {};
  bool of_thought_ = false;  ///< it signs the thought before it
};

/// The word for an end; usage as Google counts it.
[[nodiscard]] std::string_view gemini_finish(StopReason reason);
void write_gemini_usage(const AnswerUsage& usage, JsonOut& json);

}  // namespace drover::translate
