#include "translate/foreign_thoughts.h"

#include <vector>

#include "translate/read/json_walk.h"

namespace drover::translate {
namespace {

constexpr std::string_view kOurSeal = "drover.";

std::string_view string_in(std::string_view object, std::string_view name) {
  return dialect::raw_string(dialect::raw_member(object, name)).value_or("");
}

bool is_foreign_block(std::string_view block) {
  const std::string_view type = string_in(block, "type");
  if (type == "redacted_thinking") return string_in(block, "data").starts_with(kOurSeal);
  if (type != "thinking") return false;
  const std::string_view signature = string_in(block, "signature");
  return signature.empty() || signature.starts_with(kOurSeal);
}

bool is_foreign_item(std::string_view item) {
  return string_in(item, "type") == "reasoning" && string_in(item, "encrypted_content").starts_with(kOurSeal);
}

/// A part of the body that is written again.
struct Cut {
  std::string_view was;
  std::string is;
};

/// The array without the elements that `drop` is true of; nothing: all stay. `left`: how many.
template <class Drop>
std::optional<std::string> without(std::string_view array, const Drop& drop, std::size_t& left) {
  bool any = false;
  std::string kept = "[";
  left = 0;
  for_elements(array, [&](std::string_view element) {
    if (drop(element)) {
      any = true;
      return;
    }
    if (left++ > 0) kept += ',';
    kept += element;
  });
  kept += ']';
  return any ? std::optional(std::move(kept)) : std::nullopt;
}

/// Of the messages: their contents, and those that had nothing but such thoughts.
std::vector<Cut> cuts_in(std::string_view messages) {
  std::vector<Cut> cuts;
  bool empty_ones = false;
  for_elements(messages, [&](std::string_view message) {
    const std::string_view content = dialect::raw_member(message, "content");
    std::size_t left = 0;
    auto kept = without(content, is_foreign_block, left);
    if (kept && left == 0) empty_ones = true;
    if (kept && left > 0) cuts.push_back({content, std::move(*kept)});
  });
  if (!empty_ones) return cuts;
  // Rare: the messages are put together again, each as it is or with what is left of it.
  std::size_t at = 0;
  std::string all = "[";
  for_elements(messages, [&](std::string_view message) {
    const std::string_view content = dialect::raw_member(message, "content");
    std::size_t left = 0;
    const auto kept = without(content, is_foreign_block, left);
    if (kept && left == 0) return;
    if (at++ > 0) all += ',';
    if (!kept) {
      all += message;
      return;
    }
    all.append(message.substr(0, static_cast<std::size_t>(content.data() - message.data())));
    all += *kept;
    all.append(message.substr(static_cast<std::size_t>(content.data() - message.data()) + content.size()));
  });
  all += ']';
  return {Cut{messages, std::move(all)}};
}

}  // namespace

bool may_hold_foreign_thoughts(Form form, std::string_view body) {
  if (form != Form::Messages && form != Form::Responses) return false;
  if (body.find(kOurSeal) != std::string_view::npos) return true;
  return form == Form::Messages && body.find("\"thinking\"") != std::string_view::npos &&
         (body.find("\"signature\":\"\"") != std::string_view::npos ||
          body.find("\"signature\": \"\"") != std::string_view::npos);
}

std::optional<std::string> without_foreign_thoughts(Form form, std::string_view body) {
  std::vector<Cut> cuts;
  if (form == Form::Messages) {
    cuts = cuts_in(dialect::raw_member(body, "messages"));
  } else if (form == Form::Responses) {
    const std::string_view input = dialect::raw_member(body, "input");
    std::size_t left = 0;
    if (auto kept = without(input, is_foreign_item, left)) cuts.push_back({input, std::move(*kept)});
  }
  if (cuts.empty()) return std::nullopt;
  std::string out;
  std::size_t at = 0;
  for (const Cut& cut : cuts) {
    const auto begin = static_cast<std::size_t>(cut.was.data() - body.data());
    out.append(body.substr(at, begin - at)).append(cut.is);
    at = begin + cut.was.size();
  }
  return out.append(body.substr(at));
}

}  // namespace drover::translate
