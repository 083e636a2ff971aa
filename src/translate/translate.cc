#include "translate/translate.h"

#include "translate/read/answer_reader.h"
#include "translate/read/json_walk.h"
#include "translate/read/request_reader.h"
#include "translate/write/request_writer.h"

namespace drover::translate {

Result<TranslatedRequest> translate_request(std::string_view body, const RequestOptions& options) {
  if (options.policy == Policy::Off) return fail(unsupported("translation"));
  Losses losses(options.policy);
  auto read = read_request(options.front, body, losses);
  if (!read.has_value()) {
    auto refusal = losses.refusal();
    return fail(refusal.has_value() ? std::move(*refusal) : std::move(read.error()));
  }
  Conversation& conversation = *read;
  if (options.front == Form::Gemini) {
    conversation.settings.stream = options.asked_stream;
    if (!options.asked_model.empty()) {
      std::string model;
      append_escaped(options.asked_model, model);
      conversation.settings.model = {conversation.keep(std::move(model))};
    }
  }
  if (options.notes != nullptr) restore_reasoning(conversation, *options.notes);
  const Capabilities& can = options.can != nullptr ? *options.can : capabilities_of(options.back, options.model);
  auto written = write_request(options.back, conversation, options.model, can, losses);
  // A refusal says more than the fault that may have come of it.
  if (auto refusal = losses.refusal()) return fail(std::move(*refusal));
  if (!written.has_value()) return fail(std::move(written.error()));
  return TranslatedRequest{.body = std::move(written->body),
                           .losses = std::move(losses),
                           .context = {.front = options.front,
                                       .back = options.back,
                                       .model = plain(conversation.settings.model),
                                       .request_id = std::string(options.request_id),
                                       .created = options.created,
                                       .include_usage = conversation.settings.include_usage,
                                       .names = std::move(written->names),
                                       .json_tool = std::move(written->json_tool)},
                           .stream = conversation.settings.stream,
                           .beta = written->beta};
}

Result<std::string> count_request(std::string_view body, const RequestOptions& options) {
  auto request = translate_request(body, options);
  if (!request.has_value()) return fail(std::move(request.error()));
  // What is only about the output is not part of what is counted, and is not taken there.
  std::string counted;
  JsonOut json(counted);
  json.open('{');
  for_members(request->body, [&](std::string_view name, std::string_view value) {
    for (const std::string_view taken :
         {"model", "input", "instructions", "tools", "tool_choice", "text", "reasoning", "parallel_tool_calls"}) {
      if (name == taken) json.key(name).raw(value);
    }
  });
  json.close('}');
  return counted;
}

std::string count_answer(std::int64_t tokens) {
  std::string out;
  JsonOut(out).open('{').key("input_tokens").number(tokens).close('}');
  return out;
}

std::optional<std::string> count_answer(std::string_view body) {
  const auto tokens = dialect::raw_integer(dialect::raw_member(body, "input_tokens"));
  if (!tokens.has_value() || *tokens < 0) return std::nullopt;
  return count_answer(*tokens);
}

}  // namespace drover::translate
