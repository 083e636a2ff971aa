// Writes an answer as a stream of Google's streamGenerateContent with alt=sse. Calls come whole: most programs that
// speak this API know no others.
#pragma once

#include <string>

#include "translate/answer/fold.h"
#include "translate/gemini/gemini_parts.h"
#include "translate/write/answer_writer.h"

namespace drover::translate {

class GeminiStreamWriter final : public AnswerWriter {
 public:
  using AnswerWriter::AnswerWriter;
  /// An empty text: Google's programs read every line that is not empty as JSON, also a comment.
  void ping() override;

 private:
  void start(const AnswerEvent& event) override;
  void open(const AnswerEvent& event) override;
  void add(const AnswerEvent& event) override;
  void sign(const AnswerEvent& event) override;
  void close(const AnswerEvent& event) override;
  void end() override;
  void failed(const Error& error) override;

  /// One event with the parts that `write` writes.
  template <class Write>
  void chunk(Write write);

  std::string behind_;  ///< of a chunk: behind its candidates
  GeminiParts parts_;
  std::string id_, name_, arguments_;  ///< of the call that is open
};

/// A whole answer as a plain one.
void write_gemini(const FoldedAnswer& answer, const AnswerContext& context, JsonOut& json);

}  // namespace drover::translate
