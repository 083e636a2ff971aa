// The objects of a Responses answer that its stream and its plain answer have in common.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"
#include "translate/answer/answer_context.h"
#include "translate/answer/answer_event.h"
#include "translate/write/json_out.h"

namespace drover::translate {

/// What an item of the output is made of. Views.
struct ItemParts {
  BlockKind kind = BlockKind::Text;
  std::string_view id = {};      ///< of the item
  Text text = {};                ///< what was said, thought, or the arguments
  Text call_id = {}, name = {};  ///< of a call
  std::string_view seal = {};    ///< of a thought: its encrypted_content
  bool whole = true;             ///< false: it has only begun, and has no text yet
};

void write_output_item(const ItemParts& item, JsonOut& json);
/// One part of a message's content.
void write_output_part(BlockKind kind, Text text, JsonOut& json);

struct ResponseParts {
  std::string_view id = {};          ///< without its prefix
  std::string_view status = {};      ///< in_progress, completed, incomplete, failed
  std::string_view output = {};      ///< the items, with commas
  std::string_view incomplete = {};  ///< the reason; empty: none
  const AnswerUsage* usage = nullptr;
  const Error* error = nullptr;
};

void write_response(const ResponseParts& parts, const AnswerContext& context, JsonOut& json);

/// The prefix of an item's id.
[[nodiscard]] std::string_view item_prefix(BlockKind kind);
/// What a reasoning item carries for the maker of a thought: OpenAI's own as it is, another's with a mark.
void append_encrypted_content(BlockKind kind, Maker maker, Text seal, Text id, std::string& out);

}  // namespace drover::translate
