// Any bytes as a request body: no crash, the same verdict in slices, and the verdict of a second JSON parser.
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <string_view>

#include "dialect/dialect.h"
#include "dialect/gemini/paths.h"
#include "dialect/json/json_scan.h"
#include "dialect/json/test/json_reference.h"
#include "dialect/request/body_edits.h"
#include "dialect/request/request_inspector.h"

namespace {

using namespace drover;
using namespace drover::dialect;

void require(bool holds) {
  if (!holds) std::abort();
}

/// The judge agrees with Boost.JSON where no name is looked for.
void compare_with_reference(std::string_view text) {
  JsonScan scan(text, {});
  const Result<bool> verdict = scan.step(std::numeric_limits<std::size_t>::max());
  require(!verdict.has_value() || *verdict);
  const auto expected = reference_accepts(text, JsonScan::kMaxDepth);
  require(!expected.has_value() || *expected == verdict.has_value());
}

void compare_slices(const Dialect& dialect, Api api, std::string_view text, std::size_t slice) {
  const Result<Inspection> whole = dialect.inspect(api, "application/json", text);
  const auto inspector = dialect.inspector(api, "application/json", text);
  Result<bool> done = false;
  while (done.has_value() && !*done) done = inspector->step(slice);
  require(done.has_value() == whole.has_value());
  if (!done.has_value()) return;  // of two faults, which is named may depend on the slice
  const Inspection read = inspector->take();
  require(read.model == whole->model && read.model_begin == whole->model_begin && read.affinity == whole->affinity);
}

/// What goes upstream after an edit is good JSON again and names the new model.
void edit(const Dialect& dialect, Api api, std::string_view text) {
  const Result<Inspection> read = dialect.inspect(api, "application/json", text);
  if (!read.has_value()) return;
  const BodyEdits edits = body_edits(api, *read, text, "other", UsageWish::Ask);
  const std::string edited = apply_edits(text, edits);
  const Result<Inspection> again = dialect.inspect(api, "application/json", edited);
  require(again.has_value());
  require(again->stream == read->stream && again->has_model == read->has_model);
  require(!read->has_model || again->model == "other");
  require(!read->stream || api != Api::Chat || again->asks_usage);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  compare_with_reference(text);
  for (const Api api : {Api::Generate, Api::CountTokens, Api::Embeddings}) {
    compare_slices(gemini(), api, text, 1 + size % 7);
  }
  if (const auto path = read_gemini_path(text)) {
    require(is_model_name(path->model) && path->model_begin < path->model_end && path->model_end <= size);
    const std::string again = gemini_path(path->model, path->verb);
    require(read_gemini_path(again.substr(0, again.find('?')))->model == path->model);
  }
  (void)asks_events(text);
  for (const Api api : {Api::Chat, Api::Responses, Api::OtherModel, Api::Messages}) {
    const Dialect& dialect = api == Api::Messages ? anthropic() : openai();
    compare_slices(dialect, api, text, 1 + size % 7);
    edit(dialect, api, text);
  }
  return 0;
}
