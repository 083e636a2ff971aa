// Writes an answer as a stream of the client's form, event by event.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/error.h"
#include "translate/answer/answer_context.h"
#include "translate/answer/answer_event.h"

namespace drover::translate {

/// A writer writes into the string that it was last bound to. Once its buffers have grown a piece of text costs no
/// allocation. What it is given must be in order (sequencer.h), except for chat completions, which tell the pieces of
/// calls apart.
class AnswerWriter : public AnswerSink {
 public:
  explicit AnswerWriter(const AnswerContext& context) : context_(context) {}
  AnswerWriter(const AnswerWriter&) = delete;
  AnswerWriter& operator=(const AnswerWriter&) = delete;

  /// Where to write; the bytes are added.
  void bind(std::string& out) { out_ = &out; }
  void on(const AnswerEvent& event) override;
  /// A keep-alive that the client's programs take for none of the answer.
  virtual void ping() { out() += ": ping\n\n"; }
  [[nodiscard]] const AnswerUsage& usage() const { return usage_; }
  /// The end or an error was written.
  [[nodiscard]] bool ended() const { return ended_; }
  [[nodiscard]] const std::optional<Error>& error() const { return error_; }

 protected:
  virtual void start(const AnswerEvent& event) = 0;
  virtual void open(const AnswerEvent& event) = 0;
  virtual void add(const AnswerEvent& event) = 0;
  virtual void sign(const AnswerEvent& event) = 0;
  virtual void close(const AnswerEvent& event) = 0;
  virtual void end() = 0;
  virtual void failed(const Error& error) = 0;

  [[nodiscard]] std::string& out() { return *out_; }
  [[nodiscard]] const AnswerContext& context() const { return context_; }
  [[nodiscard]] bool started() const { return started_; }
  /// The model's name as the client gave it, quoted.
  void write_model(std::string& to) const;

  StopReason stop_ = StopReason::End;
  std::string stop_sequence_;
  AnswerUsage usage_;
  bool said_ = false;  ///< words, a refusal or a call

 private:
  const AnswerContext& context_;
  std::string* out_ = nullptr;
  bool started_ = false;
  bool stopped_ = false;
  bool ended_ = false;
  std::optional<Error> error_;
};

/// `context` must outlive the writer.
[[nodiscard]] std::unique_ptr<AnswerWriter> answer_writer(const AnswerContext& context);

}  // namespace drover::translate
