// What a provider's wire shapes mean: one interface, one folder per dialect. Pure: bytes in, facts out.
#pragma once

#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "dialect/failure/failure_row.h"
#include "http/body/sse.h"
#include "http/head/head.h"

namespace drover::dialect {

/// What a request path is for. Decides how the body is read and how far it may be replayed.
enum class Api : std::uint8_t {
  Chat,         ///< POST /v1/chat/completions
  Completions,  ///< POST /v1/completions
  Responses,    ///< POST /v1/responses
  Embeddings,
  Moderations,
  Rerank,
  Images,       ///< generations, edits, variations
  Audio,        ///< speech, transcriptions, translations
  Messages,     ///< POST /v1/messages
  CountTokens,  ///< POST /v1/messages/count_tokens, /v1beta/models/{id}:countTokens
  Generate,     ///< POST /v1beta/models/{id}:generateContent, :streamGenerateContent
  Models,       ///< GET and HEAD of /v1/models and /v1/models/{id}
  OtherModel,   ///< any other POST under /v1: has a model if one can be read
  Pinned,       ///< everything else: goes to the pin, is never retried
};

/// Whether executing the request twice does harm beyond its price (core::Replay, which this room cannot see).
enum class Repeat : std::uint8_t { Free, NotExecuted, Never };

/// What was read in a request.
struct Inspection {
  bool has_model = false;
  std::string model;            ///< unescaped
  std::size_t model_begin = 0;  ///< where the value stands in the body, quotes included (JSON) or bare (multipart)
  std::size_t model_end = 0;
  bool model_is_json = true;          ///< false: a multipart part
  bool model_is_missing = false;      ///< the body names none: at model_begin one can be put in, in place of a null
  bool model_may_be_missing = false;  ///< and its provider has the same default: only another name is put in
  bool names_other_models = false;    ///< by a field beside the model that a router behind the provider may obey
  bool stream = false;                ///< the answer must be a stream: asked for, on a path that has streams
  bool asks_usage = false;            ///< stream_options.include_usage is true
  bool has_stream_options = false;
  std::size_t stream_options_begin = 0;  ///< where the value of stream_options stands, when it is there
  std::size_t stream_options_end = 0;
  Repeat repeat = Repeat::Never;
  std::uint64_t continues = 0;              ///< id_mark of the response, conversation or file it needs; 0: none
  std::uint64_t sealed = 0;                 ///< id_mark of the last text in it that only its maker can read; 0: none
  std::uint64_t affinity = 0;               ///< hash of what names the conversation (affinity.h); 0: none
  std::int64_t input_tokens_estimate = 0;   ///< text bytes / 4
  std::int64_t output_tokens_estimate = 0;  ///< max_tokens and its other names, else 0
  std::uint32_t choices = 1;                ///< `n`: how many answers are asked for; 0: not known (a form)
};

/// How a provider says that it served a request; prices differ by it.
enum class ServiceTier : std::uint8_t { Standard, Flex, Priority, Batch };

struct Usage {
  bool known = false;  ///< read from the answer, not estimated
  ServiceTier tier = ServiceTier::Standard;
  std::int64_t input_tokens = 0;  ///< all of the input, what came from or went into a cache included
  std::int64_t output_tokens = 0;
  std::int64_t cached_tokens = 0;       ///< of the input: read from the provider's prompt cache
  std::int64_t cache_write_tokens = 0;  ///< of the input: written to that cache
  // Each of these is at most kMaxTokensBelieved.
  std::int32_t cache_write_1h_tokens = 0;  ///< of these: to be kept for an hour
  std::int32_t reasoning_tokens = 0;       ///< of the output
  std::int32_t audio_input_tokens = 0;     ///< of the input
  std::int32_t audio_output_tokens = 0;    ///< of the output
  std::int64_t cost_nano_usd = -1;         ///< what the provider itself says that it costs; below 0: it says nothing
};

enum class EventKind : std::uint8_t {
  Comment,    ///< keep-alive of any form, pings included
  Lifecycle,  ///< before content; can be thrown away
  Content,
  Usage,       ///< the extra event that carries usage only
  Terminator,  ///< [DONE], response.completed, message_stop
  Error,
};

/// Most answers one request may ask for (OpenAI's own limit on `n`). A choice beyond it is not counted.
inline constexpr std::size_t kMaxChoices = 128;

/// Which choices of an answer have begun and which have ended, by their index.
struct Choices {
  std::bitset<kMaxChoices> begun;
  std::bitset<kMaxChoices> ended;
};

/// What has been learned of one answer so far; one per attempt, no allocation.
struct AnswerState {
  bool content_seen = false;
  bool finish_seen = false;  ///< a finish_reason / stop_reason was seen
  bool terminated = false;
  bool must_terminate = false;    ///< it is a stream that names its last event
  bool error_shown = false;       ///< the event that failed is one that clients take for an error
  bool failure_ended = false;     ///< and the last of its stream
  std::uint32_t choices_due = 1;  ///< Inspection::choices
  Choices choices;
  Usage usage;
  std::uint64_t content_events = 0;
  /// id_marks of what only this account's keys can go on with: the id of a response, file, batch, ..., the files that
  /// came of it, or the last text that it sealed. 0: nothing.
  std::array<std::uint64_t, 3> made{};
  const FailureRules* rules = nullptr;  ///< the operator's own, for errors inside the answer
};

/// An error of ours, to be put in the dialect's shape.
struct ErrorReply {
  int status = 500;
  std::string_view code;     ///< drover's own code or the provider's
  std::string_view message;  ///< says what to do
  std::string_view request_id;
};

/// Bytes one step of an Inspector should take: under 1 ms on any text, 0.1 ms on most.
inline constexpr std::size_t kInspectSlice = 128 * 1024;

/// inspect() in slices, so that a body of 64 MiB does not hold its thread up.
class Inspector {
 public:
  virtual ~Inspector() = default;

  /// Reads about `budget` more bytes. True: all is read, call take(). False: call again. After an error: do not.
  /// Errors: those of Dialect::inspect.
  [[nodiscard]] virtual Result<bool> step(std::size_t budget) = 0;
  /// What was read; once, after step() said true.
  [[nodiscard]] virtual Inspection take() = 0;
};

class Dialect {
 public:
  virtual ~Dialect() = default;

  /// What `method path` is; `path` is canonical and without query.
  [[nodiscard]] virtual Api api(std::string_view method, std::string_view path) const = 0;

  /// The methods that a path of this API has, as the value of an Allow field: "POST, OPTIONS". Empty: the path is not
  /// known here, and may have any.
  [[nodiscard]] virtual std::string_view methods(std::string_view path) const = 0;

  /// The model that this API takes where a request to this path names none; empty: it takes none, or no one in
  /// particular.
  [[nodiscard]] virtual std::string_view default_model(std::string_view path) const = 0;

  /// Whether this API has this path, in just this spelling, for requests that change or make something (POST, PUT,
  /// PATCH, DELETE). What it has not may be anything to the provider.
  [[nodiscard]] virtual bool lists(std::string_view path) const = 0;

  /// Reads a request body. `body` must be followed by kPadding readable bytes. Linear time; never recurses.
  /// Errors (kind BadRequest or Unsupported, status 400 or 415, a message that names the place): invalid JSON or UTF-8,
  /// depth over 256, duplicate routed keys, wrong type of a routed key, no JSON content type, content encodings.
  [[nodiscard]] virtual Result<Inspection> inspect(Api api, std::string_view content_type,
                                                   std::string_view body) const = 0;

  /// The same for a long body, in slices. `body` must outlive the inspector and stay where it is.
  [[nodiscard]] virtual std::unique_ptr<Inspector> inspector(Api api, std::string_view content_type,
                                                             std::string_view body) const = 0;

  /// What a whole event of a streamed answer is. Updates `state`; for Error, `failure` says what it means.
  [[nodiscard]] virtual EventKind read_event(Api api, const http::SseEvent& event, AnswerState& state,
                                             Error& failure) const = 0;

  /// Whether a streamed answer that ended here (orderly end of body) was complete.
  [[nodiscard]] virtual bool stream_complete(Api api, const AnswerState& state) const = 0;

  /// Reads a plain 2xx JSON answer (whole, with kPadding readable bytes behind it): usage, or the failure inside it.
  [[nodiscard]] virtual std::optional<Error> read_plain(Api api, std::string_view body, AnswerState& state) const = 0;

  /// Reads the beginning of one that is too long to be held: whose it is, or that it is a failure.
  [[nodiscard]] virtual std::optional<Error> read_front(Api api, std::string_view front, AnswerState& state) const = 0;

  /// What a non-2xx answer means: kind, scope, retry class, retry_after, the provider's code. `now_unix` seconds, for
  /// Retry-After dates and reset times. Body may be HTML, empty or cut at 64 KiB. `rules`: the operator's own, or null.
  [[nodiscard]] virtual Error read_failure(int status, const http::Fields& fields, std::string_view body,
                                           std::int64_t now_unix, const FailureRules* rules) const = 0;

  /// Whether the answer to a request with this error says "not executed" (stage S4) rather than "failed" (S5). Only for
  /// what read_failure() said: an error inside a 200 (read_event, read_plain) is S5 whatever it says.
  [[nodiscard]] virtual bool not_executed(const Error& failure) const = 0;

  /// The head field in which this dialect's SDKs look for the id of a request.
  [[nodiscard]] virtual std::string_view request_id_field() const = 0;

  /// A JSON body / a whole SSE event for an error of ours. Never holds client text.
  [[nodiscard]] virtual std::string error_body(const ErrorReply& reply) const = 0;
  [[nodiscard]] virtual std::string error_event(Api api, const ErrorReply& reply) const = 0;
  /// What ends a failed stream behind its error event; empty where that event is the last.
  [[nodiscard]] virtual std::string failure_end(Api, const ErrorReply&) const { return {}; }

  /// Body of GET /models for these names (sorted, unique).
  [[nodiscard]] virtual std::string models_body(const std::vector<std::string>& names) const = 0;
  /// Body of GET /models/{id}.
  [[nodiscard]] virtual std::string model_body(std::string_view name) const = 0;
};

/// Readable bytes required behind a body given to inspect() or read_plain() (SIMDJSON_PADDING).
inline constexpr std::size_t kPadding = 64;

[[nodiscard]] const Dialect& openai();
[[nodiscard]] const Dialect& anthropic();
/// Google's generateContent. Its paths name the model and the stream: gemini/paths.h.
[[nodiscard]] const Dialect& gemini();

/// Anthropic requires a version of its API in the head of each request. The one named for a client that names none is
/// the oldest that is served, which all that speak the dialect know.
inline constexpr std::string_view kAnthropicVersionField = "anthropic-version";
inline constexpr std::string_view kAnthropicVersion = "2023-06-01";

}  // namespace drover::dialect
