// Reads a request of Google's generateContent into the model. What its path says (the model, the stream) is told by
// RequestOptions. Keys are taken in both of Google's spellings, "maxOutputTokens" and "max_output_tokens".
#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include "translate/read/request_reader.h"

namespace drover::translate {

class GeminiRequestReader final : public RequestReader {
 public:
  explicit GeminiRequestReader(Losses& losses) : RequestReader(Form::Gemini, losses) {}
  bool field(std::string_view name, std::string_view raw) override;
  void end() override;

 private:
  /// The members of a part.
  struct RawPart {
    std::string_view text, signature, blob, file, call, result;
    bool thought = false;
    bool code = false;  ///< run by the provider, or what came of it
  };

  /// Calls `visit(key, value)` for each member, the key in Google's first spelling.
  template <class Visit>
  bool for_named(std::string_view raw, Visit visit);
  /// The first spelling of a name that is known here; another name as it stands.
  [[nodiscard]] static std::string_view camel(std::string_view name);
  /// Fails where a field stands there in both spellings.
  bool first_time(std::string_view key);

  void read_system(std::string_view raw);
  void read_contents(std::string_view raw);
  void read_content(std::string_view raw);
  void read_parts(std::string_view raw, Message& message);
  void read_part(std::string_view raw, Message& message);
  void read_text(const RawPart& part, Message& message);
  void read_signature(Text signature, Text call, Message& message);
  void end_thought(Text signature, Message& message);
  void read_call(std::string_view raw, Text signature, Message& message);
  void read_result(std::string_view raw, Message& message);
  void read_response(std::string_view raw, Part& result);
  [[nodiscard]] std::string_view read_media(std::string_view raw, Media& media);
  [[nodiscard]] Part blob_of(std::string_view raw);
  [[nodiscard]] Part file_of(std::string_view raw);
  [[nodiscard]] Part media_of(std::string_view type, Media media);

  // Settings and tools: read_gemini_settings.cc.
  void read_tools(std::string_view raw);
  void read_tool(std::string_view raw);
  void read_declaration(std::string_view raw);
  void read_choice(std::string_view raw);
  void read_calling(std::string_view raw);
  void read_generation(std::string_view raw);
  bool read_output(std::string_view key, std::string_view raw);
  void read_thinking(std::string_view raw);
  void read_level(std::string_view raw);
  void read_modalities(std::string_view raw);
  void end_format();
  /// A schema in Google's older words, as a JSON schema.
  [[nodiscard]] std::string_view schema_of_google(std::string_view raw);

  Message system_;
  std::unordered_set<std::string_view> seen_;
  std::string thought_;  ///< pieces of a thought that has not ended
  bool thinks_ = false;
  std::size_t made_ids_ = 0;
  /// Calls of the model's last turn that no result has been read for, by their name.
  std::unordered_map<std::string_view, std::deque<std::string_view>> waiting_;
  std::unordered_set<std::string_view> answered_;
  std::string_view mime_type_, schema_;
};

template <class Visit>
bool GeminiRequestReader::for_named(std::string_view raw, Visit visit) {
  return for_members(raw, [&](std::string_view name, std::string_view value) {
    if (!is_absent(value)) visit(camel(name), value);
  });
}

}  // namespace drover::translate
