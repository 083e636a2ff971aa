// The door of this room: a request of one form into another, and its answer back. Pure: no clock, no sockets, the same
// input gives the same bytes. Where both sides speak one form nothing is translated; that traffic stays as it is, to
// the byte.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "http/body/sse.h"
#include "translate/answer/answer_context.h"
#include "translate/answer/answer_event.h"
#include "translate/answer/reasoning_notes.h"
#include "translate/answer/told_error.h"
#include "translate/model/capabilities.h"
#include "translate/model/losses.h"

namespace drover::translate {

struct RequestOptions {
  Form front = Form::Chat;
  Form back = Form::Messages;
  Policy policy = Policy::Lenient;
  std::string_view model = {};            ///< the name that is sent to the upstream
  const Capabilities* can = nullptr;      ///< what it takes; null: the built-in table says
  const ReasoningNotes* notes = nullptr;  ///< what is remembered of earlier answers; null: nothing
  std::string_view request_id = {};
  std::int64_t created = 0;  ///< unix seconds: when the answer says it was made
  /// Of a client that speaks Gemini, whose path says what other bodies say: the model, and that a stream is asked for.
  std::string_view asked_model = {};
  bool asked_stream = false;
};

struct TranslatedRequest {
  std::string body = {};  ///< for Gemini without the model and the stream, which its path names (dialect::gemini_path)
  Losses losses = {};     ///< what is told; refusals have become an error
  AnswerContext context = {};  ///< for the answer
  bool stream = false;
  /// What the body needs in the head field anthropic-beta; empty: nothing. The version of Anthropic's API that goes
  /// with a translated request is dialect::kAnthropicVersion: later ones refuse what older models take.
  std::string_view beta = {};
};

/// Translates a request. `body` is looked at during the call only.
/// Errors (status 400, nothing of the client's in the message): the body is unsound (kind BadRequest), or the target
/// cannot be given what the request asks for (kind Unsupported, code unsupported_by_target): losses that change the
/// meaning, with Policy::Strict any loss of a hint, with Policy::Off everything.
[[nodiscard]] Result<TranslatedRequest> translate_request(std::string_view body, const RequestOptions& options);

/// Translates a request for a count of its tokens (Anthropic's count_tokens) into OpenAI's /responses/input_tokens.
[[nodiscard]] Result<std::string> count_request(std::string_view body, const RequestOptions& options);
/// Its answer, in Anthropic's form. Nothing: the upstream's body holds no count.
[[nodiscard]] std::optional<std::string> count_answer(std::string_view body);
/// The same for an upstream that counts nothing: an estimate (dialect::Inspection::input_tokens_estimate).
[[nodiscard]] std::string count_answer(std::int64_t tokens);

/// The answer of one attempt, plain or streamed. Costs no allocation for a piece of text once its buffers have grown.
class Answer {
 public:
  explicit Answer(AnswerContext context);
  ~Answer();
  Answer(const Answer&) = delete;
  Answer& operator=(const Answer&) = delete;

  /// One whole event of the upstream's stream. Adds the client's events to `out`: none, one or several.
  void on_event(const http::SseEvent& event, std::string& out);
  /// Bytes of the upstream's stream, cut anywhere. The same; an event longer than kMaxEventBytes ends the answer with
  /// an error.
  void feed(std::string_view bytes, std::string& out);
  /// The upstream's body has ended in an orderly way: adds the client's error where the answer was not whole.
  void end_of_body(std::string& out);
  /// The upstream is gone, or we end its answer: adds the client's error, unless the answer is at its end.
  void cut(const Error& error, std::string& out);
  /// A keep-alive in the client's form.
  void ping(std::string& out);

  /// A whole plain answer of the upstream's, as the client's. Errors: the one inside it; it is unsound.
  [[nodiscard]] Result<std::string> plain(std::string_view body);

  /// Nothing more will be written: the answer was whole, or an error was told.
  [[nodiscard]] bool ended() const;
  /// The error that ended it; null: none.
  [[nodiscard]] const Error* error() const;
  [[nodiscard]] const AnswerUsage& usage() const;
  /// What is to be remembered of a whole answer for the request in which the results of its calls come.
  [[nodiscard]] std::optional<ReasoningNote> note() const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace drover::translate
