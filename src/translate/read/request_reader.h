// What the readers of requests share. Each reads one form into the model and tells what it has no place for.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "translate/model/limits.h"
#include "translate/model/losses.h"
#include "translate/model/model.h"
#include "translate/read/json_walk.h"

namespace drover::translate {

/// Reads the body of a request. `body` must outlive the conversation, which holds views of it. What the model has no
/// place for goes into `losses`. Errors (status 400): the body is no sound JSON object, a field has the wrong type, a
/// role is not known, a limit of limits.h is passed, calls and results do not belong together.
[[nodiscard]] Result<Conversation> read_request(Form form, std::string_view body, Losses& losses);

class RequestReader {
 public:
  virtual ~RequestReader() = default;
  RequestReader(const RequestReader&) = delete;
  RequestReader& operator=(const RequestReader&) = delete;

  /// One top-level field. Returns false where it is not known to the form.
  virtual bool field(std::string_view name, std::string_view raw) = 0;
  /// A field that nobody here has to understand: a row of fields.h, or lost.
  void pass_on(std::string_view name, std::string_view raw);
  /// Called when all fields have been read, in whatever order they stood.
  virtual void end() {}

  [[nodiscard]] const std::optional<Error>& error() const { return error_; }
  [[nodiscard]] Conversation take() { return std::move(out_); }

 protected:
  RequestReader(Form form, Losses& losses) : losses_(losses) { out_.form = form; }

  /// Notes the first thing that is wrong.
  void fail(std::string_view code, std::string_view message) {
    if (!error_.has_value()) error_ = invalid(code, message);
  }
  void wrong_type(std::string_view message) { fail("invalid_type", message); }
  /// Whether another part may be added.
  bool count_part();
  void add(Part part, Message& message);

  // Fields that several forms have in common.
  /// The model, the stream and the sampling. False: it is none of them.
  bool read_common(std::string_view name, std::string_view raw);
  /// What OpenAI's two forms name alike.
  bool read_openai_common(std::string_view name, std::string_view raw);
  /// The members of a schema for the output, as OpenAI's forms have them.
  void read_output_schema(std::string_view raw);
  /// A choice among some tools: how it is made, and the objects that name them.
  void read_allowed(std::string_view mode, std::string_view tools);
  /// A text, a refusal or a sound, which OpenAI's forms write alike. False: the part is none of them.
  bool read_openai_part(std::string_view type, std::string_view raw, Part& part);
  void read_stop(std::string_view raw);
  void read_number(std::string_view raw, std::string_view& number);
  void read_max_tokens(std::string_view raw);
  void read_effort(std::string_view raw);
  [[nodiscard]] CacheMark read_mark(std::string_view cache_control);
  /// An image that is given as one URL, which may hold the data itself.
  [[nodiscard]] Media image_of(Text url, Text detail);
  /// A file's content as OpenAI's forms have it: file_data (a data: URL), file_url, file_id, filename.
  [[nodiscard]] Part document_of(std::string_view raw);
  /// A schema of a tool or of the output; fails where it is something else than an object.
  [[nodiscard]] std::string_view schema_of(std::string_view raw);

  Conversation out_;
  Losses& losses_;

 private:
  std::optional<Error> error_ = {};
  std::size_t parts_ = 0;
};

/// Whether `text` is made of nothing but digits of base64, of either alphabet.
[[nodiscard]] bool is_base64(std::string_view text);
/// Whether `text` is a media type without parameters: "image/png".
[[nodiscard]] bool is_media_type(std::string_view text);

/// Splits a data: URL. Nothing: it is another URL.
struct DataUrl {
  std::string_view type = {};  ///< "image/png"; empty: not said
  std::string_view digits = {};
  bool sound = false;  ///< it has a media type and base64 data
};
[[nodiscard]] std::optional<DataUrl> read_data_url(std::string_view url);

}  // namespace drover::translate
