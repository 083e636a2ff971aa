// What an answer looks like that ends well and says nothing: no text, call, refusal or reasoning, and no other end than
// the model's own.
#pragma once

#include <string_view>

namespace drover::dialect::openai_detail {

/// A whole plain answer of /chat/completions or /completions.
[[nodiscard]] bool chat_says_nothing(std::string_view body);
/// A whole plain answer of /responses.
[[nodiscard]] bool response_says_nothing(std::string_view body);

/// One item of a response's `output`: a message without a word.
[[nodiscard]] bool is_empty_item(std::string_view item);
/// One part of such a message.
[[nodiscard]] bool is_empty_part(std::string_view part);

}  // namespace drover::dialect::openai_detail
