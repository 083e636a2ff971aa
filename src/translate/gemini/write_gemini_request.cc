// The contents of a Gemini request; its settings and tools are in write_gemini_settings.cc.
#include "translate/gemini/write_gemini_request.h"

#include <array>
#include <utility>

#include "translate/read/request_reader.h"

namespace drover::translate {
namespace {

constexpr auto kGeminiImages =
    std::to_array<std::string_view>({"image/jpeg", "image/png", "image/webp", "image/heic", "image/heif"});

constexpr auto kGeminiSounds = std::to_array<std::string_view>({"wav", "mp3", "aiff", "aac", "ogg", "flac"});

struct Ending {
  std::string_view letters;
  std::string_view type;
};
constexpr auto kEndings = std::to_array<Ending>({{".jpg", "image/jpeg"},
                                                 {".jpeg", "image/jpeg"},
                                                 {".png", "image/png"},
                                                 {".webp", "image/webp"},
                                                 {".gif", "image/gif"},
                                                 {".heic", "image/heic"},
                                                 {".heif", "image/heif"},
                                                 {".pdf", "application/pdf"}});

bool is_models(const Message& message) {
  return message.role == Role::Assistant;
}

bool is_thought_part(const Part& part) {
  return part.kind == PartKind::Thinking || part.kind == PartKind::Sealed;
}

/// What Google has sealed; empty: nothing, or another maker has.
Text googles_seal(const Part& part) {
  if (part.maker != Maker::Google) return {};
  return part.kind == PartKind::Sealed ? part.text : part.signature;
}

/// Whether a part of a tool's result can stand inside it as data.
bool is_data(const Part& part) {
  const bool media = part.kind == PartKind::Image || part.kind == PartKind::Document;
  return media && part.media.source == Media::Source::Base64;
}

}  // namespace

std::string_view media_type_of_url(std::string_view url) {
  std::string_view path = url.substr(0, url.find_first_of("?#"));
  const std::size_t slash = path.rfind('/');
  if (slash != std::string_view::npos) path.remove_prefix(slash);
  const std::size_t dot = path.rfind('.');
  if (dot == std::string_view::npos) return {};
  std::string ending(path.substr(dot).substr(0, 8));
  for (char& c : ending) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
  const auto* const found = std::ranges::find(kEndings, ending, &Ending::letters);
  return found == kEndings.end() ? std::string_view() : found->type;
}

void GeminiRequestWriter::write_body() {
  write_tier();
  write_system();
  write_tools();
  write_generation();
  json_.key("contents").open('[');
  write_turns();
  json_.close(']');
  check_messages("\"contents\":[]");
}

/// All of it at the front: these models take it in no other place.
void GeminiRequestWriter::write_system() {
  bool leading = true;
  for (const Message& message : in_.messages) {
    const bool system = message.role == Role::System || message.role == Role::Developer;
    if (!system) leading = false;
    if (system && !leading) losses_.adapted("system.position");
  }
  if (asks_json_in_words()) losses_.adapted("response_format");
  if (!can_.system_instruction) return;  // said by the user: write_turns()
  const std::size_t before = written_.body.size();
  json_.key("systemInstruction").open('{').key("parts").open('[');
  const std::size_t empty = written_.body.size();
  write_system_parts();
  if (written_.body.size() == empty) {
    written_.body.resize(before);
    return;
  }
  json_.close(']').close('}');
}

void GeminiRequestWriter::write_system_parts() {
  for (const Message& message : in_.messages) {
    if (message.role != Role::System && message.role != Role::Developer) continue;
    for (const Part& part : message.parts) {
      if (is_written(part)) write_part(part);
    }
  }
  if (!asks_json_in_words()) return;
  json_.open('{').key("text").word("Respond with one valid JSON object and nothing else.").close('}');
}

void GeminiRequestWriter::write_turns() {
  if (!can_.system_instruction) {
    const std::size_t before = written_.body.size();
    json_.open('{').key("role").word("user").key("parts").open('[');
    const std::size_t empty = written_.body.size();
    write_system_parts();
    begun_ = written_.body.size() > empty;
    begun_ ? void(json_.close(']').close('}')) : written_.body.resize(before);
    if (begun_) losses_.adapted("system.role");
  }
  const std::span<const Message> all(in_.messages);
  for (std::size_t at = 0; at < all.size();) {
    const bool models = is_models(all[at]);
    std::size_t end = at + 1;
    while (end < all.size() && is_models(all[end]) == models) ++end;
    const auto turn = all.subspan(at, end - at);
    models ? write_assistant(turn) : write_user(turn);
    at = end;
  }
}

bool GeminiRequestWriter::is_written(const Part& part) const {
  switch (part.kind) {
    case PartKind::Text:
    case PartKind::Refusal: return !is_blank(part.text);
    case PartKind::Thinking:
    case PartKind::Sealed:
    case PartKind::Result: return false;  // results stand in an entry of their own
    default: return true;
  }
}

/// First the results, alone and in the order of their calls, as the newest models demand; then what the user says.
void GeminiRequestWriter::write_user(std::span<const Message> messages) {
  std::vector<const Part*> parts;
  write_results(messages, parts);
  for (const Message& message : messages) {
    if (message.role != Role::User) continue;
    for (const Part& part : message.parts) {
      if (is_written(part)) parts.push_back(&part);
    }
  }
  if (parts.empty()) return;
  begun_ = true;
  json_.open('{').key("role").word("user").key("parts").open('[');
  for (const Part* const part : parts) write_part(*part);
  json_.close(']').close('}');
}

void GeminiRequestWriter::write_results(std::span<const Message> messages, std::vector<const Part*>& moved) {
  std::unordered_map<std::string_view, const Part*> results;
  for (const Message& message : messages) {
    for (const Part& part : message.parts) {
      if (part.kind == PartKind::Result) results.emplace(part.id.escaped, &part);
    }
  }
  if (results.empty()) return;
  begun_ = true;
  json_.open('{').key("role").word("user").key("parts").open('[');
  for (const OpenCall& call : open_calls_) {
    const auto found = results.find(call.id.escaped);
    if (found != results.end()) write_result(*found->second, call.name, moved);
  }
  json_.close(']').close('}');
  open_calls_.clear();
}

/// A result stays the text that it is: one that looks like JSON may hold what Google would take for its own ("$ref").
void GeminiRequestWriter::write_result(const Part& result, Text name, std::vector<const Part*>& moved) {
  tell_marks(result.mark);
  json_.open('{').key("functionResponse").open('{');
  if (can_.call_ids) json_.key("id").text(id_of(result.id));
  json_.key("name").text(name_of(name)).key("response").open('{');
  std::string& out = json_.key(result.is_error ? kResultError : kResultOutput).value();
  out += '"';
  bool first = true;
  bool data = false;
  for (const Part& inside : result.inside) {
    if (inside.kind == PartKind::Text || inside.kind == PartKind::Refusal) {
      if (!std::exchange(first, false)) out += "\\n";
      out += inside.text.escaped;
    } else if (can_.media_in_results && is_data(inside)) {
      data = true;
    } else {
      losses_.adapted("tool_result.media");
      moved.push_back(&inside);
    }
  }
  out += '"';
  json_.close('}');
  if (data) {
    json_.key("parts").open('[');
    for (const Part& inside : result.inside) {
      if (is_data(inside)) write_part(inside);
    }
    json_.close(']');
  }
  json_.close('}').close('}');
}

GeminiRequestWriter::Seals GeminiRequestWriter::take_seals(std::span<const Message> messages) {
  Seals seals;
  std::unordered_map<std::string_view, bool> calls;
  for (const Message& message : messages) {
    for (const Part& part : message.parts) {
      if (part.kind == PartKind::Call) calls.emplace(part.id.escaped, true);
    }
  }
  for (const Message& message : messages) {
    for (const Part& part : message.parts) {
      const Text seal = googles_seal(part);
      if (is_thought_part(part) && part.maker != Maker::Google) losses_.dropped("reasoning");
      if (seal.empty()) continue;
      const bool of_call = calls.contains(part.id.escaped);
      of_call ? void(seals.by_call.emplace(part.id.escaped, seal)) : seals.others.push_back(seal);
    }
  }
  return seals;
}

void GeminiRequestWriter::write_assistant(std::span<const Message> messages) {
  Seals seals = take_seals(messages);
  const bool any = std::ranges::any_of(messages, [this](const Message& message) {
    return std::ranges::any_of(message.parts, [this](const Part& part) { return is_written(part); });
  });
  if (!any) return;
  if (!std::exchange(begun_, true)) {  // the first turn has to be the user's
    losses_.adapted("messages.first");
    json_.open('{').key("role").word("user").key("parts").open('[');
    json_.open('{').key("text").word("Continue.").close('}').close(']').close('}');
  }
  json_.open('{').key("role").word("model").key("parts").open('[');
  bool called = false;
  for (const Message& message : messages) {
    for (const Part& part : message.parts) {
      if (!is_written(part)) continue;
      const bool is_call = part.kind == PartKind::Call;
      write_model_part(part, seals, is_call && !called);
      called = called || is_call;
    }
  }
  if (!seals.others.empty()) {  // it came behind the last text
    json_.open('{').key("text").word("").key("thoughtSignature").text(seals.others.back()).close('}');
  }
  json_.close(']').close('}');
}

void GeminiRequestWriter::write_model_part(const Part& part, Seals& seals, bool first_call) {
  if (part.kind == PartKind::Call) return write_call(part, seals, first_call);
  tell_marks(part.mark);
  json_.open('{').key("text").text(part.text);
  if (!seals.others.empty()) {
    json_.key("thoughtSignature").text(seals.others.front());
    seals.others.pop_front();
  }
  json_.close('}');
}

void GeminiRequestWriter::write_call(const Part& call, Seals& seals, bool first) {
  if (call.custom) losses_.refused("tools.custom");
  open_calls_.push_back({call.id, call.name});
  json_.open('{').key("functionCall").open('{');
  if (can_.call_ids) json_.key("id").text(id_of(call.id));
  json_.key("name").text(name_of(call.name));
  if (!append_as_object(call.arguments, json_.key("args").value())) {
    fail("invalid_tool_arguments",
         "The arguments of a call in the messages are no JSON object, which the target demands.");
  }
  json_.close('}');
  const auto own = seals.by_call.find(call.id.escaped);
  if (own != seals.by_call.end()) {
    json_.key("thoughtSignature").text(own->second);
  } else if (first && !seals.others.empty()) {
    json_.key("thoughtSignature").text(seals.others.front());
    seals.others.pop_front();
  } else if (first && can_.call_signatures) {
    losses_.adapted("reasoning.signature");
    json_.key("thoughtSignature").word(kNoSignature);
  }
  json_.close('}');
}

void GeminiRequestWriter::write_part(const Part& part) {
  tell_marks(part.mark);
  json_.open('{');
  switch (part.kind) {
    case PartKind::Image: write_image(part.media); break;
    case PartKind::Document: write_document(part.media); break;
    case PartKind::Audio: {
      const std::string_view format = part.media.type.escaped;
      if (std::ranges::find(kGeminiSounds, format) == kGeminiSounds.end()) losses_.refused("input_audio.format");
      const std::string type = "audio/" + std::string(format);
      write_blob({type}, part.media.data);
      break;
    }
    default: json_.key("text").text(part.text);
  }
  json_.close('}');
}

void GeminiRequestWriter::write_blob(Text type, Text data) {
  if (!is_base64(data.escaped)) fail("invalid_file", "The data of a file must be base64.");
  json_.key("inlineData").open('{').key("mimeType").text(type).key("data").text(data).close('}');
}

void GeminiRequestWriter::write_file(std::string_view type, Text uri) {
  if (uri.empty()) fail("invalid_file", "The URL of a file must not be empty.");
  json_.key("fileData").open('{').key("mimeType").word(type).key("fileUri").text(uri).close('}');
}

void GeminiRequestWriter::write_image(const Media& media) {
  if (media.source == Media::Source::Base64) {
    const bool taken = std::ranges::find(kGeminiImages, media.type.escaped) != kGeminiImages.end();
    if (!taken) losses_.refused("image.media_type");
    return write_blob(media.type, media.data);
  }
  if (media.source != Media::Source::Url) losses_.refused("file_id");
  // Google wants to be told what it will find there.
  const std::string_view known = media_type_of_url(plain(media.data));
  if (!known.starts_with("image/")) losses_.adapted("image.media_type");
  write_file(known.starts_with("image/") ? known : "image/jpeg", media.data);
}

void GeminiRequestWriter::write_document(const Media& media) {
  switch (media.source) {
    case Media::Source::PlainText: json_.key("text").text(media.data); return;
    case Media::Source::Base64: {
      const std::string_view type = media.type.escaped;
      const bool text = type.starts_with("text/") && is_media_type(type);
      if (type != "application/pdf" && !text) losses_.refused("document.media_type");
      return write_blob(media.type, media.data);
    }
    case Media::Source::Url: return write_file("application/pdf", media.data);
    default: losses_.refused("file_id"); write_file("application/pdf", media.data);
  }
}

}  // namespace drover::translate
