// The contents of a Gemini request; its settings and tools are in read_gemini_settings.cc.
#include "translate/gemini/read_gemini_request.h"

#include <algorithm>
#include <array>
#include <utility>

#include "translate/gemini/write_gemini_request.h"
#include "translate/model/reasoning.h"

namespace drover::translate {
namespace {

/// The names that Google takes in two spellings and that are looked at here.
constexpr auto kJointNames = std::to_array<std::string_view>({"systemInstruction",
                                                              "toolConfig",
                                                              "generationConfig",
                                                              "serviceTier",
                                                              "thoughtSignature",
                                                              "inlineData",
                                                              "fileData",
                                                              "functionCall",
                                                              "functionResponse",
                                                              "executableCode",
                                                              "codeExecutionResult",
                                                              "mimeType",
                                                              "fileUri",
                                                              "displayName",
                                                              "functionDeclarations",
                                                              "parametersJsonSchema",
                                                              "functionCallingConfig",
                                                              "allowedFunctionNames",
                                                              "responseMimeType",
                                                              "responseSchema",
                                                              "responseJsonSchema",
                                                              "maxOutputTokens",
                                                              "topP",
                                                              "topK",
                                                              "stopSequences",
                                                              "candidateCount",
                                                              "thinkingConfig",
                                                              "thinkingLevel",
                                                              "thinkingBudget",
                                                              "includeThoughts",
                                                              "responseModalities",
                                                              "frequencyPenalty",
                                                              "presencePenalty",
                                                              "cachedContent",
                                                              "safetySettings",
                                                              "speechConfig",
                                                              "imageConfig",
                                                              "responseLogprobs",
                                                              "mediaResolution",
                                                              "audioTimestamp",
                                                              "enableEnhancedCivicAnswers"});

/// Whether `name` is "max_output_tokens" for "maxOutputTokens".
bool is_spelt_apart(std::string_view joint, std::string_view name) {
  std::size_t at = 0;
  for (const char letter : joint) {
    const bool capital = letter >= 'A' && letter <= 'Z';
    if (capital && (at == name.size() || name[at++] != '_')) return false;
    if (at == name.size() || name[at++] != (capital ? static_cast<char>(letter | 0x20) : letter)) return false;
  }
  return at == name.size();
}

/// Where files stand that only Google can read, for the account that put them there.
bool is_googles_file(std::string_view uri) {
  const bool public_url = uri.starts_with("https://") || uri.starts_with("http://");
  return !public_url || uri.starts_with("https://generativelanguage.googleapis.com/");
}

std::string_view audio_format(std::string_view media_type) {
  media_type.remove_prefix(std::string_view("audio/").size());
  if (media_type == "mpeg") return "mp3";
  return media_type == "x-wav" ? "wav" : media_type;
}

}  // namespace

std::string_view GeminiRequestReader::camel(std::string_view name) {
  if (name.find('_') == std::string_view::npos) return name;
  const auto* const found =
      std::ranges::find_if(kJointNames, [name](std::string_view joint) { return is_spelt_apart(joint, name); });
  return found == kJointNames.end() ? name : *found;
}

bool GeminiRequestReader::first_time(std::string_view key) {
  if (seen_.insert(key).second) return true;
  fail("ambiguous_key", "A field stands in the body in two spellings.");
  return false;
}

bool GeminiRequestReader::field(std::string_view name, std::string_view raw) {
  const std::string_view key = camel(name);
  if (!first_time(key)) return true;
  if (key == "contents") {
    read_contents(raw);
  } else if (key == "systemInstruction") {
    read_system(raw);
  } else if (key == "tools") {
    read_tools(raw);
  } else if (key == "toolConfig") {
    read_choice(raw);
  } else if (key == "generationConfig") {
    read_generation(raw);
  } else if (key == "serviceTier") {
    out_.settings.tier = {raw == "\"standard\"" ? std::string_view("default") : text_of(raw).escaped};
  } else if (key == "model") {
    std::string_view model = text_of(raw).escaped;
    if (model.starts_with("models/")) model.remove_prefix(std::string_view("models/").size());
    out_.settings.model = {model};
  } else if (key == "store") {
    out_.settings.store = bool_of(raw);
  } else {
    pass_on(key, raw);
  }
  return true;
}

void GeminiRequestReader::end() {
  end_format();
  if (out_.messages.empty()) fail("missing_messages", "contents must hold at least one entry.");
  if (!system_.parts.empty()) out_.messages.insert(out_.messages.begin(), std::move(system_));
}

void GeminiRequestReader::read_system(std::string_view raw) {
  system_.role = Role::System;
  if (is_string(raw)) {
    if (!text_of(raw).empty()) add({.text = text_of(raw)}, system_);
    return;
  }
  if (!is_object(raw)) return wrong_type("systemInstruction must be an object with parts.");
  read_parts(raw, system_);
}

void GeminiRequestReader::read_contents(std::string_view raw) {
  if (!for_elements(raw, [this](std::string_view content) { read_content(content); })) {
    wrong_type("contents must be a list.");
  }
}

void GeminiRequestReader::read_content(std::string_view raw) {
  if (out_.messages.size() == kMaxMessages) return fail("too_many_messages", "More contents than are accepted.");
  if (!is_object(raw)) return wrong_type("An entry of contents must be an object.");
  const std::string_view role = word_in(raw, "role");
  Message made;
  if (role == "model") {
    made.role = Role::Assistant;
    const bool goes_on = !out_.messages.empty() && out_.messages.back().role == Role::Assistant;
    if (!goes_on) {
      waiting_.clear();
      answered_.clear();
    }
  } else if (!role.empty() && role != "user" && role != "function") {
    return fail("invalid_role", "The role of an entry of contents must be user or model.");
  }
  read_parts(raw, made);
  out_.messages.push_back(std::move(made));
}

void GeminiRequestReader::read_parts(std::string_view raw, Message& message) {
  std::string_view parts;
  for_named(raw, [&](std::string_view key, std::string_view value) {
    if (key == "parts") parts = value;
  });
  if (is_object(parts)) {
    read_part(parts, message);
  } else if (!parts.empty() && !for_elements(parts, [&](std::string_view part) { read_part(part, message); })) {
    wrong_type("parts must be a list.");
  }
  end_thought({}, message);
}

void GeminiRequestReader::read_part(std::string_view raw, Message& message) {
  RawPart part;
  const bool is_one = for_named(raw, [&](std::string_view key, std::string_view value) {
    if (key == "text") part.text = value;
    if (key == "thought") part.thought = value == "true";
    if (key == "thoughtSignature") part.signature = value;
    if (key == "inlineData") part.blob = value;
    if (key == "fileData") part.file = value;
    if (key == "functionCall") part.call = value;
    if (key == "functionResponse") part.result = value;
    if (key == "executableCode" || key == "codeExecutionResult") part.code = true;
  });
  if (!is_one) return wrong_type("A part must be an object.");
  if (part.thought) return read_text(part, message);
  end_thought({}, message);
  if (is_object(part.call)) return read_call(part.call, text_of(part.signature), message);
  if (is_object(part.result)) return read_result(part.result, message);
  if (is_object(part.blob)) return add(blob_of(part.blob), message);
  if (is_object(part.file)) return add(file_of(part.file), message);
  if (part.code) return losses_.dropped("contents.code_execution");
  if (!is_string(part.text) && part.signature.empty()) return losses_.refused("contents.parts");
  read_text(part, message);
}

void GeminiRequestReader::read_text(const RawPart& part, Message& message) {
  const Text text = text_of(part.text);
  const Text signature = text_of(part.signature);
  if (!part.thought) {
    read_signature(signature, {}, message);
    if (!text.empty()) add({.text = text}, message);
    return;
  }
  // What only carries the signature of the thought before it says nothing itself.
  if (signature.empty() || !is_blank(text)) {
    thinks_ = true;
    thought_ += text.escaped;
  }
  if (!signature.empty()) end_thought(signature, message);
}

/// The pieces of a thought are one again: what signs it signs the whole.
void GeminiRequestReader::end_thought(Text signature, Message& message) {
  std::string scratch;
  const auto carried = read_carried_bytes(signature.escaped, scratch);
  const bool of_thought = carried.has_value() && !carried->sealed;
  if (thinks_ || of_thought) {
    Part thought{.kind = PartKind::Thinking, .text = {out_.keep(std::exchange(thought_, {}))}};
    if (of_thought) {
      thought.maker = carried->maker;
      thought.id = {out_.keep(std::string(carried->id))};
      thought.signature = {out_.keep(std::string(carried->seal))};
    }
    thinks_ = false;
    add(std::move(thought), message);
  }
  if (!of_thought) read_signature(signature, {}, message);
}

/// A signature of Google's, or what only another maker can read, stands before what it came with.
void GeminiRequestReader::read_signature(Text signature, Text call, Message& message) {
  if (signature.empty() || signature.escaped == kNoSignature) return;
  Part seal{.kind = PartKind::Sealed, .text = signature, .id = call, .maker = Maker::Google};
  std::string scratch;
  if (const auto carried = read_carried_bytes(signature.escaped, scratch)) {
    seal.maker = carried->maker;
    seal.id = {out_.keep(std::string(carried->id))};
    seal.text = {out_.keep(std::string(carried->seal))};
  }
  add(std::move(seal), message);
}

void GeminiRequestReader::read_call(std::string_view raw, Text signature, Message& message) {
  Part call{.kind = PartKind::Call};
  std::string_view arguments;
  for_named(raw, [&](std::string_view key, std::string_view value) {
    if (key == "id") call.id = text_of(value);
    if (key == "name") call.name = text_of(value);
    if (key == "args") arguments = value;
  });
  call.arguments = {Arguments::Written::AsJson, arguments};
  if (call.name.empty()) return fail("invalid_tool_call", "A call of a tool must name the tool.");
  if (!arguments.empty() && !is_object(arguments)) return wrong_type("The args of a call must be an object.");
  if (call.id.empty()) call.id = {out_.keep("gemini_call_" + std::to_string(++made_ids_))};
  waiting_[call.name.escaped].push_back(call.id.escaped);
  read_signature(signature, call.id, message);
  add(std::move(call), message);
}

/// A result without an id is that of the first call of its name that has none yet.
void GeminiRequestReader::read_result(std::string_view raw, Message& message) {
  Part result{.kind = PartKind::Result};
  std::string_view name, response, parts;
  for_named(raw, [&](std::string_view key, std::string_view value) {
    if (key == "id") result.id = text_of(value);
    if (key == "name") name = text_of(value).escaped;
    if (key == "response") response = value;
    if (key == "parts") parts = value;
  });
  if (result.id.empty()) {
    auto& waiting = waiting_[name];
    while (!waiting.empty() && answered_.contains(waiting.front())) waiting.pop_front();
    if (waiting.empty()) {
      return fail("tool_result_without_call", "A tool's result belongs to no call of the turn before it.");
    }
    result.id = {waiting.front()};
  }
  answered_.insert(result.id.escaped);
  read_response(response, result);
  for_elements(parts, [&](std::string_view part) {
    Message inside;
    read_part(part, inside);
    for (Part& each : inside.parts) result.inside.push_back(std::move(each));
  });
  add(std::move(result), message);
}

void GeminiRequestReader::read_response(std::string_view raw, Part& result) {
  if (raw.empty()) return;
  if (!is_object(raw)) return wrong_type("The response of a tool must be an object.");
  std::size_t members = 0;
  std::string_view name, only;
  for_members(raw, [&](std::string_view key, std::string_view value) {
    ++members;
    name = key;
    only = value;
  });
  const bool error = members == 1 && name == kResultError;
  const bool output = members == 1 && (name == kResultOutput || name == "result" || name == "content");
  if (error) result.is_error = true;
  if ((error || output) && is_string(only)) {
    if (!text_of(only).empty() && count_part()) result.inside.push_back({.text = text_of(only)});
    return;
  }
  std::string text;
  append_escaped(raw, text);
  if (count_part()) result.inside.push_back({.text = {out_.keep(std::move(text))}});
}

/// Of inlineData, or of fileData: the media type, and into `media` the rest.
std::string_view GeminiRequestReader::read_media(std::string_view raw, Media& media) {
  std::string_view type;
  for_named(raw, [&](std::string_view key, std::string_view value) {
    if (key == "mimeType") type = text_of(value).escaped;
    if (key == "data" || key == "fileUri") media.data = text_of(value);
    if (key == "displayName") media.filename = text_of(value);
  });
  return type;
}

Part GeminiRequestReader::blob_of(std::string_view raw) {
  Media media{.source = Media::Source::Base64};
  const std::string_view type = read_media(raw, media);
  const bool sound = is_media_type(type) && is_base64(media.data.escaped);
  if (!sound) fail("invalid_image", "inlineData must have a media type and base64 data.");
  return media_of(type, media);
}

Part GeminiRequestReader::file_of(std::string_view raw) {
  Media media{.source = Media::Source::Url};
  std::string_view type = read_media(raw, media);
  const std::string uri = plain(media.data);
  if (uri.empty()) fail("invalid_file", "fileData must have a fileUri.");
  if (is_googles_file(uri)) media.source = Media::Source::FileId;
  if (type.empty()) type = media_type_of_url(uri);
  if (type.starts_with("audio/") || type.starts_with("video/")) losses_.refused("fileData.mimeType");
  return media_of(type.empty() ? "image/jpeg" : type, media);
}

Part GeminiRequestReader::media_of(std::string_view type, Media media) {
  media.type = {type == "image/jpg" ? std::string_view("image/jpeg") : type};
  if (type.starts_with("image/")) return {.kind = PartKind::Image, .media = media};
  if (type.starts_with("audio/")) {
    media.type = {audio_format(type)};
    return {.kind = PartKind::Audio, .media = media};
  }
  if (type.starts_with("video/")) losses_.refused("inlineData.mimeType");
  return {.kind = PartKind::Document, .media = media};
}

}  // namespace drover::translate
