// What the tests of this room share: requests and answers of one form in, of another out.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "dialect/json/json_reader.h"
#include "translate/answer/fold.h"
#include "translate/model/reasoning.h"
#include "translate/read/answer_reader.h"
#include "translate/read/json_walk.h"
#include "translate/read/request_reader.h"
#include "translate/translate.h"

namespace drover::translate::test_kit {

using ::testing::HasSubstr;
using ::testing::Not;

inline constexpr std::string_view kClaude = "claude-sonnet-4-5";
inline constexpr std::string_view kGpt = "gpt-4o";
inline constexpr std::string_view kGpt5 = "gpt-5";
inline constexpr std::string_view kVllm = "qwen3-32b";

inline Result<TranslatedRequest> try_request(Form front, Form back, std::string_view model, std::string_view body,
                                             Policy policy = Policy::Lenient) {
  return translate_request(body, {.front = front, .back = back, .policy = policy, .model = model});
}

/// The translated body; a failed test where there is none.
inline std::string request(Form front, Form back, std::string_view model, std::string_view body) {
  const auto made = try_request(front, back, model, body);
  EXPECT_TRUE(made.has_value()) << (made.has_value() ? "" : made.error().message);
  if (!made.has_value()) return {};
  EXPECT_TRUE(is_json_object(made->body)) << made->body;
  return made->body;
}

/// The code of the error with which it is refused; empty: it is not.
inline std::string refusal(Form front, Form back, std::string_view model, std::string_view body,
                           Policy policy = Policy::Lenient) {
  const auto made = try_request(front, back, model, body, policy);
  return made.has_value() ? std::string() : made.error().code;
}

/// What is told of a request, as x-drover-dropped has it.
inline std::string told(Form front, Form back, std::string_view model, std::string_view body) {
  const auto made = try_request(front, back, model, body);
  EXPECT_TRUE(made.has_value()) << (made.has_value() ? "" : made.error().message);
  return made.has_value() ? made->losses.head_value() : std::string();
}

/// The raw value at a path of names and numbers: at(body, "messages", "0", "content").
template <class... Steps>
std::string at(std::string_view json, Steps... steps) {
  std::string_view here = json;
  for (const std::string_view step : {std::string_view(steps)...}) {
    if (is_object(here)) {
      here = dialect::raw_member(here, step);
      continue;
    }
    if (!is_array(here)) return {};
    std::size_t left = std::stoul(std::string(step));
    std::string_view found;
    for_elements(here, [&](std::string_view each) {
      if (left-- == 0) found = each;
    });
    here = found;
  }
  return std::string(here);
}

inline std::size_t count(std::string_view json) {
  std::size_t elements = 0;
  for_elements(json, [&](std::string_view) { ++elements; });
  return elements;
}

inline AnswerContext context(Form front, Form back) {
  return {.front = front,
          .back = back,
          .model = "asked",
          .request_id = "req_1",
          .created = 1'700'000'000,
          .include_usage = true};
}

/// The events of a stream as they stand on the wire.
inline std::string wire(Form form, const std::vector<std::string>& events) {
  std::string bytes;
  for (const std::string& event : events) {
    const std::string type(word_in(event, "type"));
    if (form != Form::Chat && !type.empty()) bytes += "event: " + type + "\n";
    bytes += "data: " + event + "\n\n";
  }
  return bytes;
}

inline std::string translated(AnswerContext with, std::string_view bytes) {
  Answer answer(std::move(with));
  std::string out;
  answer.feed(bytes, out);
  answer.end_of_body(out);
  return out;
}

/// A stream of `back`, as a client of `front` gets it.
inline std::string stream(Form front, Form back, const std::vector<std::string>& events) {
  return translated(context(front, back), wire(back, events));
}

/// The data of each event, in order; comments left out.
inline std::vector<std::string> data_of(std::string_view bytes) {
  std::vector<std::string> found;
  http::SseScanner scanner;
  http::SseEvent event;
  while (scanner.next(bytes, event)) {
    if (!event.is_comment()) found.emplace_back(event.data);
    bytes.remove_prefix(event.bytes.size());
    scanner.reset();
  }
  return found;
}

inline FoldedAnswer fold_stream(Form form, std::string_view bytes) {
  const auto reader = answer_reader(form);
  AnswerFold fold;
  http::SseScanner scanner;
  http::SseEvent event;
  while (scanner.next(bytes, event)) {
    if (!event.is_comment()) reader->read_event(event.name, event.data, fold);
    bytes.remove_prefix(event.bytes.size());
    scanner.reset();
  }
  reader->end_of_stream(fold);
  return fold.answer();
}

inline FoldedAnswer fold_plain(Form form, std::string_view body) {
  const auto reader = answer_reader(form);
  AnswerFold fold;
  reader->read_plain(body, fold);
  return fold.answer();
}

/// All the text of one kind.
inline std::string text_of_kind(const FoldedAnswer& answer, BlockKind kind) {
  std::string text;
  for (const FoldedBlock& block : answer.blocks) {
    if (block.kind == kind) text += block.text;
  }
  return text;
}

/// Text, thoughts and calls, in order within each kind; the texts unescaped.
inline std::vector<std::string> gist(const FoldedAnswer& answer) {
  std::vector<std::string> found = {"Text: ", "Thoughts: "};
  for (const FoldedBlock& block : answer.blocks) {
    if (block.kind == BlockKind::Text) found[0] += plain({block.text});
    if (block.kind == BlockKind::Thinking) found[1] += plain({block.text});
    if (block.kind != BlockKind::Call && block.kind != BlockKind::CustomCall) continue;
    found.push_back("Call " + block.id + " of " + block.name + ": " + plain({block.text}));
  }
  return found;
}

/// What signs or seals thoughts, without the marks in which it travels.
inline std::vector<std::string> seals(const FoldedAnswer& answer) {
  std::vector<std::string> found;
  for (const FoldedBlock& block : answer.blocks) {
    if (block.seal.empty()) continue;
    const auto carried = read_carried(block.seal);
    found.emplace_back(carried.has_value() ? carried->seal : std::string_view(block.seal));
  }
  return found;
}

/// The words, pictures, calls and results of a conversation, in order, whatever the messages they stand in.
inline std::string gist(const Conversation& conversation) {
  std::string found;
  for (const Message& message : conversation.messages) {
    if (message.role == Role::System || message.role == Role::Developer) continue;
    for (const Part& part : message.parts) {
      if (part.kind == PartKind::Text) found += "\nText: " + plain(part.text);
      if (part.kind == PartKind::Image) found += "\nImage: " + plain(part.media.data);
      if (part.kind == PartKind::Result) {
        found += "\nResult " + plain(part.id);
        for (const Part& inside : part.inside) found += plain(inside.text);
      }
      if (part.kind != PartKind::Call) continue;
      found += "\nCall " + plain(part.id) + ": ";
      (void)append_as_object(part.arguments, found);
    }
  }
  return found;
}

inline std::string gist(Form form, std::string_view body) {
  Losses losses;
  const auto read = read_request(form, body, losses);
  EXPECT_TRUE(read.has_value()) << (read.has_value() ? "" : read.error().message) << body;
  return read.has_value() ? gist(*read) : std::string();
}

inline std::string plain_answer(Form front, Form back, std::string_view body) {
  Answer answer(context(front, back));
  const auto made = answer.plain(body);
  EXPECT_TRUE(made.has_value()) << (made.has_value() ? "" : made.error().message);
  if (!made.has_value()) return {};
  EXPECT_TRUE(is_json_object(*made)) << *made;
  return *made;
}

}  // namespace drover::translate::test_kit
