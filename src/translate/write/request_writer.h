// What the writers of requests share. Each writes the model in one form, and tells what the form or the model has no
// place for.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>

#include "base/result.h"
#include "translate/model/capabilities.h"
#include "translate/model/losses.h"
#include "translate/model/model.h"
#include "translate/model/names.h"
#include "translate/write/json_out.h"

namespace drover::translate {

/// What is sent, and what has to be known to translate the answer.
struct Written {
  std::string body = {};
  ToolNames names = {};
  /// The output's schema was given as a tool of this name: a call of it is the answer's text. Empty: it was not.
  std::string json_tool = {};
  /// What the body needs in the head field anthropic-beta; empty: nothing.
  std::string_view beta = {};
};

/// Writes the request for `model` (the name that is sent). The conversation is not changed but for the texts that it
/// keeps. The same conversation gives the same bytes, and the messages stand last, so that a longer conversation begins
/// with the same bytes. Errors (status 400): a call's arguments are no JSON object where the form needs one; nothing is
/// left to be sent.
[[nodiscard]] Result<Written> write_request(Form form, Conversation& conversation, std::string_view model,
                                            const Capabilities& can, Losses& losses);

class RequestWriter {
 public:
  RequestWriter(Form form, Conversation& conversation, const Capabilities& can, Losses& losses)
      : form_(form), in_(conversation), can_(can), losses_(losses), json_(written_.body) {
    for (const Text name : in_.choice.allowed) allowed_.insert(name.escaped);
  }
  virtual ~RequestWriter() = default;
  RequestWriter(const RequestWriter&) = delete;
  RequestWriter& operator=(const RequestWriter&) = delete;

  [[nodiscard]] Result<Written> write(std::string_view model);

 protected:
  /// The model and the passed fields.
  virtual void write_head(std::string_view model);
  /// All the rest but the brackets.
  virtual void write_body() = 0;

  void fail(std::string_view code, std::string_view message) {
    if (!error_.has_value()) error_ = invalid(code, message);
  }
  /// Fails where nothing was left of the messages: the body then ends with `empty`.
  void check_messages(std::string_view empty) {
    if (written_.body.ends_with(empty)) fail("empty_messages", "The messages hold nothing that can be sent.");
  }
  [[nodiscard]] const Settings& settings() const { return in_.settings; }
  [[nodiscard]] Text name_of(Text name) { return written_.names.sent(form_, name, in_); }
  [[nodiscard]] Text id_of(Text id) { return sent_id(form_, id, in_); }
  /// Whether a tool is left out because only others may be called.
  [[nodiscard]] bool is_allowed(const Tool& tool) const {
    return allowed_.empty() || allowed_.contains(tool.name.escaped);
  }
  [[nodiscard]] const Tool* find_tool(Text name) const;
  /// A tool's name, its description and what it takes, as OpenAI's forms have them.
  void write_openai_tool(const Tool& tool);
  /// The choice of a tool as it can be kept: a demanded one must be there.
  void check_choice();
  /// tool_choice as a word. False: one tool is named, or nothing was said, and nothing was written.
  bool write_choice_word();
  /// The members of a schema for the output, as OpenAI's forms have them.
  void write_output_schema(std::optional<bool> strict);
  /// How hard it is to think, whichever way it was said.
  [[nodiscard]] Effort wanted_effort() const;
  void write_passed_fields();
  void write_sampling();
  /// The effort's word for one of OpenAI's models; empty: none is sent.
  [[nodiscard]] std::string_view openai_effort();
  /// The user, the tier and the verbosity, as OpenAI has them.
  void write_openai_hints();
  /// An image as one URL, the data inside where it has no other; adds the string with its quotes.
  void write_image_url(const Media& media);
  void write_data_url(Text type, Text digits);
  void write_openai_file(const Media& media, std::string_view url_member);
  void tell_marks(CacheMark mark);

  Form form_;
  Conversation& in_;
  const Capabilities& can_;
  Losses& losses_;
  Written written_;
  JsonOut json_;
  std::optional<Error> error_ = {};

 private:
  std::unordered_set<std::string_view> allowed_;
};

/// A schema that says nothing: what a tool without parameters has.
inline constexpr std::string_view kEmptySchema = R"({"type":"object","properties":{}})";

}  // namespace drover::translate
