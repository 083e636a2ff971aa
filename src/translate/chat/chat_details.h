// The fields of a chat message in which reasoning goes to the client and comes back: OpenRouter's reasoning_details and
// LiteLLM's thinking_blocks.
#pragma once

#include <cstddef>
#include <string_view>

#include "translate/model/model.h"
#include "translate/write/json_out.h"

namespace drover::translate {

struct SignedThought {
  Text text = {};
  Text seal = {};  ///< the signature, or the sealed thought itself where `text` is empty
  Text id = {};
  Maker maker = Maker::Nobody;
  bool sealed = false;
};

/// One entry of reasoning_details.
void write_detail(const SignedThought& thought, std::size_t index, JsonOut& json);
/// One entry of thinking_blocks; only for thoughts of Anthropic's.
void write_thinking_block(const SignedThought& thought, JsonOut& json);

}  // namespace drover::translate
