// Streams, from each form into each other one.
#include "translate/test/test_kit.h"
#include "translate/write/plain_writer.h"

namespace drover::translate {
namespace {

using namespace test_kit;

const std::vector<std::string> kClaudeStream = {
    R"({"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant","model":"claude","content":[],"usage":{"input_tokens":10,"cache_read_input_tokens":4,"output_tokens":1}}})",
    R"({"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":"","signature":""}})",
    R"({"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"hm"}})",
    R"({"type":"content_block_delta","index":0,"delta":{"type":"signature_delta","signature":"sig"}})",
    R"({"type":"content_block_stop","index":0})",
    R"({"type":"ping"})",
    R"({"type":"content_block_start","index":1,"content_block":{"type":"text","text":""}})",
    R"({"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"Hel\"lo"}})",
    R"({"type":"content_block_stop","index":1})",
    R"({"type":"content_block_start","index":2,"content_block":{"type":"tool_use","id":"toolu_1","name":"f","input":{}}})",
    R"({"type":"content_block_delta","index":2,"delta":{"type":"input_json_delta","partial_json":""}})",
    R"({"type":"content_block_delta","index":2,"delta":{"type":"input_json_delta","partial_json":"{\"a\":"}})",
    R"({"type":"content_block_delta","index":2,"delta":{"type":"input_json_delta","partial_json":"1}"}})",
    R"({"type":"content_block_stop","index":2})",
    R"({"type":"message_delta","delta":{"stop_reason":"tool_use","stop_sequence":null},"usage":{"output_tokens":9}})",
    R"({"type":"message_stop"})"};

const std::vector<std::string> kChatStream = {
    R"({"id":"chatcmpl-1","object":"chat.completion.chunk","created":1,"model":"gpt","choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]})",
    R"({"id":"chatcmpl-1","choices":[{"index":0,"delta":{"reasoning_content":"hm"},"finish_reason":null}]})",
    R"({"id":"chatcmpl-1","choices":[{"index":0,"delta":{"content":"Hi"},"finish_reason":null}]})",
    R"({"id":"chatcmpl-1","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"c0","type":"function","function":{"name":"f","arguments":""}}]},"finish_reason":null}]})",
    R"({"id":"chatcmpl-1","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{\"a\":1}"}}]},"finish_reason":null}]})",
    R"({"id":"chatcmpl-1","choices":[{"index":0,"delta":{"tool_calls":[{"index":1,"id":"c1","type":"function","function":{"name":"g","arguments":"{}"}}]},"finish_reason":null}]})",
    R"({"id":"chatcmpl-1","choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}]})",
    R"({"id":"chatcmpl-1","choices":[],"usage":{"prompt_tokens":12,"completion_tokens":5,"total_tokens":17,"prompt_tokens_details":{"cached_tokens":2}}})",
    "[DONE]"};

const std::vector<std::string> kResponsesStream = {
    R"({"type":"response.created","sequence_number":0,"response":{"id":"resp_1","model":"gpt-5","status":"in_progress","output":[]}})",
    R"({"type":"response.output_item.added","sequence_number":1,"output_index":0,"item":{"id":"rs_1","type":"reasoning","summary":[]}})",
    R"({"type":"response.reasoning_summary_text.delta","sequence_number":2,"item_id":"rs_1","output_index":0,"summary_index":0,"delta":"hm"})",
    R"({"type":"response.output_item.done","sequence_number":3,"output_index":0,"item":{"id":"rs_1","type":"reasoning","summary":[{"type":"summary_text","text":"hm"}],"encrypted_content":"gAAA"}})",
    R"({"type":"response.output_item.added","sequence_number":4,"output_index":1,"item":{"id":"msg_1","type":"message","content":[],"role":"assistant"}})",
    R"({"type":"response.output_text.delta","sequence_number":5,"item_id":"msg_1","output_index":1,"content_index":0,"delta":"Hi"})",
    R"({"type":"response.output_text.done","sequence_number":6,"item_id":"msg_1","output_index":1,"content_index":0,"text":"Hi"})",
    R"({"type":"response.output_item.done","sequence_number":7,"output_index":1,"item":{"id":"msg_1","type":"message","content":[{"type":"output_text","text":"Hi"}],"role":"assistant"}})",
    R"({"type":"response.output_item.added","sequence_number":8,"output_index":2,"item":{"id":"fc_1","type":"function_call","arguments":"","call_id":"c0","name":"f"}})",
    R"({"type":"response.function_call_arguments.delta","sequence_number":9,"item_id":"fc_1","output_index":2,"delta":"{\"a\":1}"})",
    R"({"type":"response.function_call_arguments.done","sequence_number":10,"item_id":"fc_1","output_index":2,"arguments":"{\"a\":1}"})",
    R"({"type":"response.output_item.done","sequence_number":11,"output_index":2,"item":{"id":"fc_1","type":"function_call","arguments":"{\"a\":1}","call_id":"c0","name":"f"}})",
    R"({"type":"response.completed","sequence_number":12,"response":{"id":"resp_1","model":"gpt-5","status":"completed","output":[],"usage":{"input_tokens":12,"input_tokens_details":{"cached_tokens":2},"output_tokens":5,"output_tokens_details":{"reasoning_tokens":3},"total_tokens":17}}})"};

const std::vector<std::string>& recorded(Form form) {
  return form == Form::Chat ? kChatStream : form == Form::Messages ? kClaudeStream : kResponsesStream;
}

constexpr Form kAll[] = {Form::Chat, Form::Messages, Form::Responses};

/// What of an answer every form can say.
void expect_same(const FoldedAnswer& was, const FoldedAnswer& is) {
  EXPECT_TRUE(is.whole);
  EXPECT_EQ(text_of_kind(was, BlockKind::Text), text_of_kind(is, BlockKind::Text));
  EXPECT_EQ(text_of_kind(was, BlockKind::Thinking), text_of_kind(is, BlockKind::Thinking));
  EXPECT_EQ(text_of_kind(was, BlockKind::Call), text_of_kind(is, BlockKind::Call));
  EXPECT_EQ(seals(was), seals(is));
  EXPECT_EQ(was.stop, is.stop);
  EXPECT_EQ(was.usage.input(), is.usage.input());
  EXPECT_EQ(was.usage.output, is.usage.output);
}

TEST(Stream, EveryFormSaysTheSameInEveryOther) {
  for (const Form back : kAll) {
    const FoldedAnswer was = fold_stream(back, wire(back, recorded(back)));
    for (const Form front : kAll) {
      if (front == back) continue;
      SCOPED_TRACE(std::string(to_string(back)) + " to " + std::string(to_string(front)));
      expect_same(was, fold_stream(front, stream(front, back, recorded(back))));
    }
  }
}

TEST(Stream, APlainAnswerIsTheFoldOfItsStream) {
  for (const Form front : kAll) {
    for (const Form back : kAll) {
      if (front == back) continue;
      SCOPED_TRACE(std::string(to_string(back)) + " to " + std::string(to_string(front)));
      const FoldedAnswer was = fold_stream(back, wire(back, recorded(back)));
      const std::string plain = write_plain(was, context(front, back));
      EXPECT_TRUE(is_json_object(plain)) << plain;
      expect_same(was, fold_plain(front, plain));
    }
  }
}

TEST(Stream, MayBeCutAtEveryByte) {
  for (const Form back : kAll) {
    const std::string bytes = wire(back, recorded(back));
    for (const Form front : kAll) {
      if (front == back) continue;
      const std::string whole = translated(context(front, back), bytes);
      for (std::size_t cut = 0; cut <= bytes.size(); cut += 7) {
        Answer answer(context(front, back));
        std::string out;
        answer.feed(std::string_view(bytes).substr(0, cut), out);
        answer.feed(std::string_view(bytes).substr(cut), out);
        answer.end_of_body(out);
        ASSERT_EQ(out, whole) << cut;
      }
    }
  }
}

TEST(Stream, OneThatIsCutAtAnyEventEndsInTheClientsErrorForm) {
  for (const Form back : kAll) {
    for (const Form front : kAll) {
      if (front == back) continue;
      for (std::size_t events = 0; events + 1 < recorded(back).size(); ++events) {
        const std::vector<std::string> begun(recorded(back).begin(),
                                             recorded(back).begin() + static_cast<std::ptrdiff_t>(events));
        const std::string out = stream(front, back, begun);
        const bool chat_whole = back == Form::Chat && events + 2 >= recorded(back).size();  // only [DONE] is missing
        SCOPED_TRACE(out);
        EXPECT_EQ(fold_stream(front, out).whole, chat_whole);
        EXPECT_EQ(out.find("[DONE]") != out.npos, chat_whole && front == Form::Chat);
        EXPECT_EQ(out.find("message_stop") != out.npos, chat_whole && front == Form::Messages);
        EXPECT_EQ(out.find("response.completed") != out.npos, chat_whole && front == Form::Responses);
        EXPECT_EQ(fold_stream(front, out).error.has_value(), !chat_whole);
      }
    }
  }
}

TEST(Stream, ArgumentsInOneBytePiecesComeOutWhole) {
  std::vector<std::string> events = {
      R"({"id":"x","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"c","function":{"name":"f","arguments":""}}]}}]})"};
  for (const std::string_view piece : {"{", "\\\"", "a", "\\\"", ":", "1", "}"}) {
    events.push_back(R"({"id":"x","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":")" +
                     std::string(piece) + R"("}}]}}]})");
  }
  events.insert(events.end(), {R"({"choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}]})", "[DONE]"});
  const FoldedAnswer made = fold_stream(Form::Messages, stream(Form::Messages, Form::Chat, events));
  EXPECT_EQ(text_of_kind(made, BlockKind::Call), R"({\"a\":1})");
}

TEST(Stream, CallsThatOverlapComeOneAfterTheOther) {
  const auto piece = [](int index, std::string_view rest) {
    return R"({"id":"x","choices":[{"index":0,"delta":{"tool_calls":[{"index":)" + std::to_string(index) + "," +
           std::string(rest) + "}]}}]}";
  };
  const std::vector<std::string> events = {piece(0, R"("id":"a","function":{"name":"f","arguments":"{\"x\""})"),
                                           piece(1, R"("id":"b","function":{"name":"g","arguments":"{\"y\":"})"),
                                           piece(0, R"("function":{"arguments":":1}"})"),
                                           piece(1, R"("function":{"arguments":"2}"})"),
                                           R"({"choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}]})",
                                           "[DONE]"};
  const std::string out = stream(Form::Messages, Form::Chat, events);
  const FoldedAnswer made = fold_stream(Form::Messages, out);
  ASSERT_EQ(made.blocks.size(), 2U);
  EXPECT_EQ(made.blocks[0].text, R"({\"x\":1})");
  EXPECT_EQ(made.blocks[1].text, R"({\"y\":2})");
  EXPECT_LT(out.find(R"("content_block_stop","index":0)"), out.find(R"("content_block_start","index":1)"));
}

TEST(Stream, TheClientIsToldItsOwnModel) {
  EXPECT_THAT(stream(Form::Chat, Form::Messages, kClaudeStream), HasSubstr(R"("model":"asked")"));
  EXPECT_THAT(stream(Form::Messages, Form::Chat, kChatStream), HasSubstr(R"("model":"asked")"));
}

TEST(Stream, UsageIsToldToAChatClientOnlyIfItAsked) {
  AnswerContext quiet = context(Form::Chat, Form::Messages);
  quiet.include_usage = false;
  const std::string out = translated(quiet, wire(Form::Messages, kClaudeStream));
  EXPECT_THAT(out, Not(HasSubstr("usage")));
  EXPECT_THAT(stream(Form::Chat, Form::Messages, kClaudeStream), HasSubstr(R"("prompt_tokens":14)"));
}

TEST(Stream, AnErrorOfTheUpstreamsKeepsItsClass) {
  const std::string out =
      stream(Form::Chat, Form::Messages,
             {kClaudeStream[0], R"({"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}})"});
  EXPECT_THAT(out, HasSubstr(R"("type":"service_unavailable_error")"));
  EXPECT_THAT(out, HasSubstr("Overloaded"));
  EXPECT_THAT(
      stream(Form::Messages, Form::Chat,
             {kChatStream[0], R"({"error":{"message":"Slow down","type":"tokens","code":"rate_limit_exceeded"}})"}),
      HasSubstr(R"("type":"rate_limit_error")"));
}

TEST(Stream, AnEventThatIsNoJsonEndsTheAnswer) {
  Answer answer(context(Form::Chat, Form::Messages));
  std::string out;
  answer.feed("event: message_start\ndata: {\"type\":\n\n", out);
  EXPECT_TRUE(answer.ended());
  ASSERT_NE(answer.error(), nullptr);
  EXPECT_EQ(answer.error()->code, "upstream_invalid");
}

TEST(Stream, AnEventWithoutAnEndIsBounded) {
  Answer answer(context(Form::Chat, Form::Messages));
  std::string out;
  const std::string piece(1'000'000, 'x');
  answer.feed("data: ", out);
  for (int pieces = 0; pieces < 20 && !answer.ended(); ++pieces) answer.feed(piece, out);
  EXPECT_TRUE(answer.ended());
  EXPECT_THAT(out, HasSubstr("error"));
}

TEST(Stream, MoreBlocksThanAreAcceptedEndTheAnswer) {
  std::string bytes = wire(Form::Messages, {kClaudeStream[0]});
  for (int block = 0; block < 5'000; ++block) {
    bytes += wire(Form::Messages, {R"({"type":"content_block_start","index":)" + std::to_string(block) +
                                   R"(,"content_block":{"type":"text","text":""}})"});
  }
  EXPECT_TRUE(fold_stream(Form::Chat, translated(context(Form::Chat, Form::Messages), bytes)).error.has_value());
}

TEST(Stream, PiecesOfBlocksThatHaveNotBegunAreNotTold) {
  const std::string out = stream(
      Form::Chat, Form::Messages,
      {kClaudeStream[0], R"({"type":"content_block_delta","index":3,"delta":{"type":"text_delta","text":"lost"}})",
       R"({"type":"content_block_stop","index":3})", kClaudeStream[6], kClaudeStream[7], kClaudeStream[6],
       kClaudeStream[7], R"({"type":"message_delta","delta":{"stop_reason":"end_turn"}})",
       R"({"type":"message_stop"})"});
  const FoldedAnswer made = fold_stream(Form::Chat, out);
  EXPECT_TRUE(made.whole);
  EXPECT_EQ(text_of_kind(made, BlockKind::Text), R"(Hel\"loHel\"lo)");
}

TEST(Stream, NothingIsToldBehindTheEnd) {
  std::vector<std::string> events = kClaudeStream;
  events.insert(events.end(), {kClaudeStream[6], kClaudeStream[7], kClaudeStream[0]});
  EXPECT_EQ(stream(Form::Chat, Form::Messages, events), stream(Form::Chat, Form::Messages, kClaudeStream));
}

TEST(Stream, UsageThatShrinksChangesNothing) {
  const std::string out = stream(
      Form::Chat, Form::Messages,
      {kClaudeStream[0],
       R"({"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"input_tokens":0,"output_tokens":9}})",
       R"({"type":"message_delta","delta":{},"usage":{"output_tokens":3}})", R"({"type":"message_stop"})"});
  EXPECT_THAT(out, HasSubstr(R"("prompt_tokens":14,"completion_tokens":9)"));
}

TEST(Stream, APieceOfTextIsOneEventAndNothingElse) {
  Answer answer(context(Form::Chat, Form::Messages));
  std::string out;
  answer.feed(wire(Form::Messages, {kClaudeStream[0], kClaudeStream[6]}), out);
  out.clear();
  answer.feed(wire(Form::Messages, {kClaudeStream[7]}), out);
  EXPECT_EQ(
      out,
      R"(data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1700000000,"model":"asked","choices":[{"index":0,"delta":{"content":"Hel\"lo"},"finish_reason":null}],"usage":null})"
      "\n\n");
}

TEST(Stream, AKeepAliveIsNoneOfTheAnswer) {
  for (const Form front : kAll) {
    Answer answer(context(front, front == Form::Chat ? Form::Messages : Form::Chat));
    std::string out;
    answer.ping(out);
    EXPECT_TRUE(fold_stream(front, out).blocks.empty());
    EXPECT_FALSE(out.empty());
  }
}

}  // namespace
}  // namespace drover::translate
