// Writes a conversation as a request of Google's generateContent. The model and the wish for a stream stand in its
// path, not here.
#pragma once

#include <deque>
#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "translate/write/request_writer.h"

namespace drover::translate {

class GeminiRequestWriter final : public RequestWriter {
 public:
  GeminiRequestWriter(Conversation& conversation, const Capabilities& can, Losses& losses)
      : RequestWriter(Form::Gemini, conversation, can, losses) {}

 private:
  /// What signs a part: Google's own seals of one turn, each used once.
  struct Seals {
    std::unordered_map<std::string_view, Text> by_call;
    std::deque<Text> others;  ///< of texts, and of calls that have another id by now
  };
  struct OpenCall {
    Text id, name;
  };

  void write_head(std::string_view /*model*/) override {}
  void write_body() override;

  // Settings and tools: write_gemini_settings.cc.
  void write_tier();
  void write_tools();
  void write_tool(const Tool& tool);
  void write_choice();
  void write_allowed_names();
  void write_generation();
  void write_gemini_sampling();
  void write_stops();
  void write_format();
  void write_thinking();
  void write_level(Effort effort);
  void write_budget(Effort effort);
  void tell_lost_settings();
  [[nodiscard]] bool forces_json_tool() const;
  [[nodiscard]] bool asks_json_in_words() const;

  // Contents.
  void write_system();
  void write_system_parts();
  void write_turns();
  void write_user(std::span<const Message> messages);
  void write_results(std::span<const Message> messages, std::vector<const Part*>& moved);
  void write_result(const Part& result, Text name, std::vector<const Part*>& moved);
  void write_assistant(std::span<const Message> messages);
  void write_model_part(const Part& part, Seals& seals, bool first_call);
  void write_call(const Part& call, Seals& seals, bool first);
  [[nodiscard]] Seals take_seals(std::span<const Message> messages);
  [[nodiscard]] bool is_written(const Part& part) const;
  void write_part(const Part& part);
  void write_blob(Text type, Text data);
  void write_image(const Media& media);
  void write_document(const Media& media);
  void write_file(std::string_view type, Text uri);

  std::vector<OpenCall> open_calls_;  ///< of the model's last turn, in their order
  bool begun_ = false;                ///< a turn has been written
};

/// The media type that the end of a URL's path names ("image/png"); empty: it names none.
[[nodiscard]] std::string_view media_type_of_url(std::string_view url);

/// Stands for a signature that nobody has: Google's models then go on without the thought that was signed.
inline constexpr std::string_view kNoSignature = "skip_thought_signature_validator";
/// What a text is called in a tool's result that is an object: Google's own names.
inline constexpr std::string_view kResultOutput = "output";
inline constexpr std::string_view kResultError = "error";

}  // namespace drover::translate
