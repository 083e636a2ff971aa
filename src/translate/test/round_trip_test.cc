// Whatever a writer writes, the reader of the same form reads back: over conversations and answers drawn by chance.
#include "base/random.h"
#include "translate/answer/sequencer.h"
#include "translate/test/test_kit.h"
#include "translate/write/answer_writer.h"
#include "translate/write/plain_writer.h"

namespace drover::translate {
namespace {

using namespace test_kit;

constexpr Form kAll[] = {Form::Chat, Form::Messages, Form::Responses, Form::Gemini};

std::string_view some_model(Form form) {
  if (form == Form::Gemini) return "gemini-3-flash";
  return form == Form::Messages ? "claude-opus-4-6" : "gpt-5";
}

constexpr int kSeeds = 300;

/// Texts that are easily broken: escapes, characters of four bytes, brackets, what looks like JSON.
std::string some_text(Random& random) {
  constexpr std::string_view kPieces[] = {"word ", "\\n", "\\\"",   "\\\\",   "\\u00e9",      "\\ud83d\\ude00",
                                          "é",     "}",   "[DONE]", "data: ", "{\\\"a\\\":1}"};
  std::string text = "t";
  for (std::uint64_t pieces = random() % 6; pieces > 0; --pieces) text += kPieces[random() % std::size(kPieces)];
  return text + "e";
}

std::string some_chat_request(Random& random) {
  std::string messages = R"({"role":"user","content":")" + some_text(random) + "\"}";
  for (std::uint64_t turns = random() % 5; turns > 0; --turns) {
    std::string calls;
    std::string results;
    for (std::uint64_t call = random() % 4; call > 0; --call) {
      const std::string id = "call_" + std::to_string(turns) + "_" + std::to_string(call);
      calls += (calls.empty() ? "" : ",") +
               (R"({"id":")" + id + R"(","type":"function","function":{"name":"f","arguments":"{\"k\":\"v\\n\"}"}})");
      results += R"(,{"role":"tool","tool_call_id":")" + id + R"(","content":")" + some_text(random) + "\"}";
    }
    messages += R"(,{"role":"assistant","content":")" + some_text(random) + "\"";
    if (random() % 2 == 0) messages += R"(,"reasoning_content":")" + some_text(random) + "\"";
    if (!calls.empty()) messages += ",\"tool_calls\":[" + calls + "]";
    messages += "}" + results;
    if (random() % 3 == 0) messages += R"(,{"role":"system","content":")" + some_text(random) + "\"}";
    messages += R"(,{"role":"user","content":[{"type":"text","text":")" + some_text(random) +
                R"("},{"type":"image_url","image_url":{"url":"data:image/png;base64,AAAA"}}]})";
  }
  return R"({"model":"m","stream":true,"tools":[{"type":"function","function":{"name":"f","parameters":{"type":"object"}}}],"messages":[)" +
         messages + "]}";
}

TEST(RoundTrip, EveryRequestIsReadBackByItsOwnReader) {
  for (int seed = 0; seed < kSeeds; ++seed) {
    Random random(static_cast<std::uint64_t>(seed));
    const std::string body = some_chat_request(random);
    const std::string meant = gist(Form::Chat, body);
    for (const Form back : {Form::Messages, Form::Responses, Form::Gemini}) {
      const std::string made = request(Form::Chat, back, some_model(back), body);
      ASSERT_EQ(gist(back, made), meant) << seed;
      // And from there on into each other form.
      for (const Form third : kAll) {
        if (third == back) continue;
        ASSERT_EQ(gist(third, request(back, third, some_model(third), made)), meant) << seed;
      }
    }
  }
}

/// An answer drawn by chance, as events; blocks of calls may overlap.
void some_answer(Random& random, AnswerSink& sink) {
  sink.on({.kind = AnswerEvent::Kind::Start, .id = {"msg_x"}, .model = {"up"}});
  constexpr BlockKind kKinds[] = {BlockKind::Text, BlockKind::Thinking, BlockKind::Call, BlockKind::Call};
  const auto blocks = static_cast<std::uint32_t>(1 + random() % 5);
  std::vector<std::uint32_t> open;
  bool calls = false;
  for (std::uint32_t block = 0; block < blocks; ++block) {
    const BlockKind kind = kKinds[random() % std::size(kKinds)];
    const bool is_call = kind == BlockKind::Call;
    const std::string id = "c" + std::to_string(block);
    calls = calls || is_call;
    sink.on({.kind = AnswerEvent::Kind::Open,
             .block = block,
             .block_kind = kind,
             .id = {is_call ? id : ""},
             .name = {is_call ? "f" : ""}});
    if (is_call) {
      sink.on({.kind = AnswerEvent::Kind::Add, .block = block, .block_kind = kind, .text = {"{\\\"a\\\":"}});
      open.push_back(block);
      continue;
    }
    for (std::uint64_t pieces = 1 + random() % 3; pieces > 0; --pieces) {
      const std::string text = some_text(random);
      sink.on({.kind = AnswerEvent::Kind::Add, .block = block, .block_kind = kind, .text = {text}});
    }
    sink.on({.kind = AnswerEvent::Kind::Close, .block = block, .block_kind = kind});
  }
  for (const std::uint32_t block : open) {
    sink.on({.kind = AnswerEvent::Kind::Add, .block = block, .block_kind = BlockKind::Call, .text = {"1}"}});
    sink.on({.kind = AnswerEvent::Kind::Close, .block = block, .block_kind = BlockKind::Call});
  }
  sink.on({.kind = AnswerEvent::Kind::Usage, .usage = {.uncached = 5, .cache_read = 2, .output = 7}});
  sink.on({.kind = AnswerEvent::Kind::Stop, .stop = calls ? StopReason::Calls : StopReason::End});
  sink.on({.kind = AnswerEvent::Kind::End});
}

TEST(RoundTrip, EveryStreamAndPlainAnswerIsReadBackByItsOwnReader) {
  for (int seed = 0; seed < kSeeds; ++seed) {
    Random first(static_cast<std::uint64_t>(seed));
    AnswerFold fold;
    some_answer(first, fold);
    for (const Form front : kAll) {
      SCOPED_TRACE(std::to_string(seed) + std::string(to_string(front)));
      const AnswerContext with = context(front, Form::Chat);
      const auto writer = answer_writer(with);
      std::string out;
      writer->bind(out);
      Sequencer in_order(*writer);
      Random again(static_cast<std::uint64_t>(seed));
      some_answer(again, front == Form::Chat ? static_cast<AnswerSink&>(*writer) : in_order);
      const FoldedAnswer streamed = fold_stream(front, out);
      ASSERT_TRUE(streamed.whole) << out;
      ASSERT_EQ(gist(streamed), gist(fold.answer()));
      const FoldedAnswer plain = fold_plain(front, write_plain(fold.answer(), with));
      ASSERT_EQ(gist(plain), gist(fold.answer()));
      ASSERT_EQ(streamed.stop, plain.stop);
      ASSERT_EQ(streamed.usage.input(), 7);
      ASSERT_EQ(plain.usage.output, 7);
    }
  }
}

}  // namespace
}  // namespace drover::translate
