// What the paths of Google's API say: what a request is for, and the model and the stream that other dialects name in
// the body.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "dialect/dialect.h"

namespace drover::dialect {

/// What is done with a model, behind the colon of a path.
enum class GeminiVerb : std::uint8_t { Generate, Stream, CountTokens, Embed, BatchEmbed };

/// "/v1beta/models/gemini-3-pro:generateContent", also with what Vertex writes before it
/// ("/v1/projects/P/locations/L/publishers/google/models/...").
struct GeminiPath {
  GeminiVerb verb = GeminiVerb::Generate;
  std::string model = {};       ///< without escapes: "gemini-3-pro", "org/name", "tunedModels/name"
  std::size_t place_begin = 0;  ///< where "models/" or "tunedModels/" before it stands in the path
  std::size_t model_begin = 0;  ///< where the name stands there, escapes and all
  std::size_t model_end = 0;
  [[nodiscard]] bool streams() const { return verb == GeminiVerb::Stream; }
};

/// Nothing: the path names no model, one that cannot be (request_inspector.h, is_model_name), or another verb.
/// `path` is without query.
[[nodiscard]] std::optional<GeminiPath> read_gemini_path(std::string_view path);

/// Whether the query asks for a stream of events (alt=sse). Without it a stream is one JSON list, sent piece by piece,
/// and is read and passed on as a plain answer.
[[nodiscard]] bool asks_events(std::string_view query);

/// The path, and for a stream the query, by which a model is asked:
/// "/v1beta/models/NAME:streamGenerateContent?alt=sse".
[[nodiscard]] std::string gemini_path(std::string_view model, GeminiVerb verb);

/// `path`, as read, with another model in it.
[[nodiscard]] std::string with_model(std::string_view path, const GeminiPath& read, std::string_view model);

/// "gemini-3-pro" for "models/gemini-3-pro", as bodies and lists write it; other names stay as they are.
[[nodiscard]] std::string_view bare_model(std::string_view name);

namespace gemini_detail {

/// See Dialect::api.
[[nodiscard]] Api api_of(std::string_view method, std::string_view path);
/// See Dialect::methods.
[[nodiscard]] std::string_view methods(std::string_view path);
/// See Dialect::lists.
[[nodiscard]] bool lists(std::string_view path);

}  // namespace gemini_detail

}  // namespace drover::dialect
