"""What the gateway relays when nothing goes wrong, as the official SDK for Python sees it with its default headers."""

import asyncio
import json
import struct
import unittest

from kit import CLAUDE, SharedWorld, ask, both_transports, field, fnv1a, streamed_text

TOOL = {
    "type": "function",
    "function": {
        "name": "brew",
        "parameters": {"type": "object", "properties": {"cups": {"type": "integer"}, "bean": {"type": "string"}}},
    },
}
CHOSEN = {"type": "function", "function": {"name": "brew"}}


class Chat(SharedWorld):
    mock = {"cuts": "random"}

    def test_a_plain_answer_arrives_whole(self):
        answer = self.client().chat.completions.create(**ask())
        self.assertEqual(answer.choices[0].message.role, "assistant")
        self.assertGreater(len(answer.choices[0].message.content), 24)
        self.assertEqual(answer.choices[0].finish_reason, "stop")
        self.assertEqual(answer.usage.completion_tokens, 24)

    def test_a_stream_says_what_the_plain_answer_says(self):
        client = self.client()
        plain = client.chat.completions.create(**ask())
        with client.chat.completions.create(**ask(stream=True)) as stream:
            text, reason = streamed_text(stream)
        self.assertEqual(text, plain.choices[0].message.content)
        self.assertEqual(reason, "stop")

    def test_the_bytes_of_a_plain_answer_are_the_providers(self):
        answer = self.client().chat.completions.with_raw_response.create(**ask())
        record = self.the_request()
        self.assertEqual(len(answer.content), record["body_bytes"])
        self.assertEqual(fnv1a(answer.content), record["body_fnv1a"])

    def test_the_bytes_of_a_stream_are_the_providers(self):
        create = self.client().chat.completions.with_streaming_response.create
        with create(**ask(stream=True)) as answer:
            received = b"".join(answer.iter_bytes())
        record = self.the_request()
        self.assertTrue(received.endswith(b"data: [DONE]\n\n"))
        self.assertEqual(len(received), record["body_bytes"])
        self.assertEqual(fnv1a(received), record["body_fnv1a"])

    def test_usage_comes_as_the_last_chunk_when_it_was_asked_for(self):
        asked = ask(stream=True, stream_options={"include_usage": True})
        chunks = list(self.client().chat.completions.create(**asked))
        self.assertEqual(chunks[-1].choices, [])
        self.assertEqual(chunks[-1].usage.completion_tokens, 24)

    def test_several_choices_keep_their_places(self):
        client = self.client()
        plain = client.chat.completions.create(**ask(n=3))
        texts = ["", "", ""]
        for chunk in client.chat.completions.create(**ask(n=3, stream=True)):
            for choice in chunk.choices:
                texts[choice.index] += choice.delta.content or ""
        self.assertEqual(texts, [choice.message.content for choice in plain.choices])

    def test_an_answer_that_was_cut_by_max_tokens_says_so(self):
        answer = self.client().chat.completions.create(**ask(max_tokens=3))
        self.assertEqual(answer.choices[0].finish_reason, "length")
        self.assertEqual(answer.usage.completion_tokens, 3)

    def test_a_tool_call_has_arguments_that_are_json(self):
        answer = self.client().chat.completions.create(**ask(tools=[TOOL], tool_choice=CHOSEN))
        call = answer.choices[0].message.tool_calls[0]
        self.assertEqual(answer.choices[0].finish_reason, "tool_calls")
        self.assertEqual(call.function.name, "brew")
        self.assertEqual(sorted(json.loads(call.function.arguments)), ["bean", "cups"])

    def test_the_pieces_of_a_streamed_tool_call_fit_together(self):
        client = self.client()
        plain = client.chat.completions.create(**ask(tools=[TOOL], tool_choice=CHOSEN))
        pieces, names, reason = [], [], None
        for chunk in client.chat.completions.create(**ask(tools=[TOOL], tool_choice=CHOSEN, stream=True)):
            reason = chunk.choices[0].finish_reason or reason
            for call in chunk.choices[0].delta.tool_calls or []:
                pieces.append(call.function.arguments or "")
                names.append(call.function.name)
        self.assertGreater(len(pieces), 2)
        self.assertEqual([name for name in names if name], ["brew"])
        self.assertEqual("".join(pieces), plain.choices[0].message.tool_calls[0].function.arguments)
        self.assertEqual(reason, "tool_calls")

    def test_the_sdks_accumulating_stream_ends_with_the_whole_message(self):
        with self.client().chat.completions.stream(**ask()) as stream:
            kinds = {event.type for event in stream}
            message = stream.get_final_completion().choices[0].message
        self.assertIn("content.delta", kinds)
        self.assertEqual(message.content, self.client().chat.completions.create(**ask()).choices[0].message.content)

    def test_one_connection_serves_many_requests(self):
        client = self.client()
        texts = {client.chat.completions.create(**ask()).choices[0].message.content for _ in range(9)}
        self.assertEqual(len(texts), 1)
        self.assertEqual({record["key"] for record in self.world.requests()}, {"*ck-1", "*ck-2", "*ck-3"})


class AskedUsage(SharedWorld):
    gateway = {"providers": {"mock": {"usage": "ask"}}}

    def test_usage_that_only_the_gateway_asked_for_is_not_shown(self):
        chunks = list(self.client().chat.completions.create(**ask(stream=True)))
        self.assertEqual([chunk for chunk in chunks if chunk.usage or not chunk.choices], [])
        self.assertEqual(chunks[-1].choices[0].finish_reason, "stop")

    def test_usage_that_the_client_asked_for_too_is_shown(self):
        asked = ask(stream=True, stream_options={"include_usage": True})
        chunks = list(self.client().chat.completions.create(**asked))
        self.assertEqual(chunks[-1].usage.completion_tokens, 24)


class OddButLegal(SharedWorld):
    def same_answer(self, fault):
        client = self.client()
        plain = client.chat.completions.create(**ask())
        self.world.faults(fault)
        again = client.chat.completions.create(**ask())
        text, reason = streamed_text(client.chat.completions.create(**ask(stream=True)))
        self.assertEqual((text, reason), (plain.choices[0].message.content, "stop"))
        self.assertEqual(again.choices[0].message.content, text)

    def test_odd_line_ends_and_comments(self):
        self.same_answer("quirks")

    def test_compression_that_nobody_asked_for(self):
        self.same_answer("gzip")

    def test_answers_before_the_answer(self):
        self.same_answer("interim:by=3")


class AsyncChat(SharedWorld):
    def test_many_requests_at_once_get_their_own_answers(self):
        questions = [f"What is {number} times {number}?" for number in range(20)]

        async def content(client, question, stream):
            answer = await client.chat.completions.create(
                model="gpt-4o", messages=[{"role": "user", "content": question}], stream=stream)
            if not stream:
                return answer.choices[0].message.content
            return "".join([chunk.choices[0].delta.content or "" async for chunk in answer])

        async def everything(stream):
            async with self.async_client() as client:
                return await asyncio.gather(*(content(client, question, stream) for question in questions))

        plain = asyncio.run(everything(stream=False))
        streamed = asyncio.run(everything(stream=True))
        self.assertEqual(len(set(plain)), len(questions), "each question has an answer of its own")
        self.assertEqual(streamed, plain)


class Responses(SharedWorld):
    mock = {"cuts": "random"}

    def test_a_plain_response_arrives_whole(self):
        response = self.client().responses.create(model="gpt-4o", input="How does one make good coffee?")
        self.assertEqual(response.status, "completed")
        self.assertGreater(len(response.output_text), 24)

    def test_a_streamed_response_has_every_event_in_order(self):
        client = self.client()
        plain = client.responses.create(model="gpt-4o", input="Hello")
        events = list(client.responses.create(model="gpt-4o", input="Hello", stream=True))
        self.assertEqual([event.sequence_number for event in events], list(range(len(events))))
        self.assertEqual((events[0].type, events[-1].type), ("response.created", "response.completed"))
        pieces = [event.delta for event in events if event.type == "response.output_text.delta"]
        self.assertEqual("".join(pieces), plain.output_text)
        self.assertEqual(events[-1].response.output_text, plain.output_text)

    def test_a_streamed_function_call_has_arguments_that_are_json(self):
        tool = {"type": "function", "name": "brew", "parameters": TOOL["function"]["parameters"], "strict": False}
        with self.client().responses.stream(model="gpt-4o", input="brew", tools=[tool]) as stream:
            deltas = [event.delta for event in stream if event.type == "response.function_call_arguments.delta"]
            call = stream.get_final_response().output[0]
        self.assertEqual("".join(deltas), call.arguments)
        self.assertEqual(sorted(json.loads(call.arguments)), ["bean", "cups"])


class OtherCalls(SharedWorld):
    def test_embeddings_arrive_in_the_sdks_base64_and_as_numbers(self):
        client, asked = self.client(), {"model": "text-embedding-3-small", "input": ["one", "two"], "dimensions": 64}
        by_default = client.embeddings.create(**asked)
        as_numbers = client.embeddings.create(**asked, encoding_format="float")
        self.assertEqual([len(item.embedding) for item in by_default.data], [64, 64])
        self.assertNotEqual(by_default.data[0].embedding, by_default.data[1].embedding)
        for left, right in zip(by_default.data, as_numbers.data, strict=True):
            self.assertEqual(struct.pack("<64f", *left.embedding), struct.pack("<64f", *right.embedding))

    def test_the_models_are_those_of_the_configuration(self):
        names = [model.id for model in self.client().models.list()]
        self.assertEqual(names, ["claude-one-key", CLAUDE, "claude-three-servers", "gpt-4o", "one-key", "text-embedding-3-small",
                                 "three-providers", "three-servers", "whisper-1"])
        self.assertEqual(self.client().models.retrieve("one-key").id, "one-key")

    def test_a_form_is_routed_by_its_model_and_relayed_as_it_is(self):
        sound = bytes(range(256)) * 1024
        answer = self.client().audio.transcriptions.create(model="whisper-1", file=("a.wav", sound))
        self.assertIn("whisper-1", answer.text)
        self.assertGreater(self.the_request()["request_bytes"], len(sound))

    def test_a_path_without_a_model_goes_to_the_pinned_key(self):
        client = self.client()
        for _ in range(4):
            self.assertEqual(list(client.files.list()), [])
        self.assertEqual({record["key"] for record in self.world.requests()}, {"*ck-1"})


class Headers(SharedWorld):
    def test_an_answer_names_the_request_the_target_and_the_attempts(self):
        answer = self.client().chat.completions.with_raw_response.create(**ask(model="one-key"))
        self.assertRegex(answer.headers["x-request-id"], "^req_[0-9a-f]+$")
        self.assertEqual(answer.parse()._request_id, answer.headers["x-request-id"])
        self.assertTrue(answer.headers["x-drover-target"].startswith("mock/k1"), answer.headers)
        self.assertEqual(answer.headers["x-drover-attempts"], "1")

    def test_a_streams_head_names_them_too(self):
        answer = self.client().chat.completions.with_raw_response.create(**ask(model="one-key", stream=True))
        list(answer.parse())
        self.assertRegex(answer.headers["x-request-id"], "^req_[0-9a-f]+$")
        self.assertTrue(answer.headers["x-drover-target"].startswith("mock/k1"), answer.headers)
        self.assertEqual(answer.headers["x-accel-buffering"], "no")

    def test_the_clients_own_request_id_is_kept(self):
        mine = {"x-request-id": "order-4711"}
        answer = self.client().chat.completions.create(**ask(), extra_headers=mine)
        self.assertEqual(answer._request_id, "order-4711")

    def test_the_providers_key_goes_up_and_the_clients_does_not(self):
        self.client(organization="org-mine", project="proj_mine").chat.completions.create(**ask(model="one-key"))
        record = self.the_request()
        self.assertEqual(field(record, "authorization"), "*ck-1", "as the mock writes sk-mock-1 down")
        self.assertEqual(field(record, "accept-encoding"), "identity")
        self.assertIsNone(field(record, "openai-organization"))
        self.assertIsNone(field(record, "openai-project"))
        self.assertIn("OpenAI/Python", field(record, "user-agent"))

    def test_what_a_provider_says_about_itself_stays_there(self):
        self.world.faults("junk-headers")
        answer = self.client().chat.completions.with_raw_response.create(**ask())
        for hidden in ("set-cookie", "alt-svc", "openai-organization", "openai-project"):
            self.assertNotIn(hidden, answer.headers)


load_tests = both_transports(__name__)

if __name__ == "__main__":
    unittest.main()
