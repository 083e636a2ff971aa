"""Anthropic's dialect, as Anthropic's official SDK for Python sees it with its default headers."""

import time
import unittest

import anthropic

from kit import CLAUDE, FreshWorld, SharedWorld, ask_claude, both_transports, field, fnv1a, until

TOOL = {
    "name": "brew",
    "input_schema": {"type": "object", "properties": {"cups": {"type": "integer"}, "bean": {"type": "string"}}},
}
CHOSEN = {"type": "tool", "name": "brew"}
CLIENT_KEY = "sk-client-web-0123456789"
IMPATIENT = {"timeouts": {"head": "1s", "first_content": "1s", "idle": "1s"}}
ROUNDS = 6  # each of three targets has its turn twice


class Answers(SharedWorld):
    mock = {"cuts": "random"}

    def test_a_plain_message_arrives_whole(self):
        message = self.claude().messages.create(**ask_claude())
        self.assertEqual((message.type, message.role, message.model), ("message", "assistant", CLAUDE))
        self.assertGreater(len(message.content[0].text), 24)
        self.assertEqual((message.stop_reason, message.usage.output_tokens), ("end_turn", 24))

    def test_a_stream_says_what_the_plain_message_says(self):
        client = self.claude()
        plain = client.messages.create(**ask_claude())
        with client.messages.stream(**ask_claude()) as stream:
            text = "".join(stream.text_stream)
            whole = stream.get_final_message()
        self.assertEqual(text, plain.content[0].text)
        self.assertEqual((whole.stop_reason, whole.usage.output_tokens), ("end_turn", 24))
        self.assertEqual(whole.usage.input_tokens, plain.usage.input_tokens)

    def test_the_events_of_a_raw_stream_come_in_order(self):
        kinds = [event.type for event in self.claude().messages.create(**ask_claude(stream=True))]
        self.assertEqual(kinds[:2], ["message_start", "content_block_start"])
        self.assertEqual(kinds[-3:], ["content_block_stop", "message_delta", "message_stop"])
        self.assertEqual(kinds.count("content_block_delta"), 24)

    def test_the_bytes_of_a_plain_message_are_the_providers(self):
        answer = self.claude().messages.with_raw_response.create(**ask_claude())
        record = self.the_request()
        content = answer.http_response.content
        self.assertEqual((len(content), fnv1a(content)), (record["body_bytes"], record["body_fnv1a"]))

    def test_the_bytes_of_a_stream_are_the_providers_pings_and_all(self):
        create = self.claude().messages.with_streaming_response.create
        with create(**ask_claude(stream=True)) as answer:
            received = b"".join(answer.iter_bytes())
        record = self.the_request()
        self.assertIn(b"event: ping\n", received)
        self.assertTrue(received.endswith(b'event: message_stop\ndata: {"type":"message_stop"}\n\n'))
        self.assertEqual((len(received), fnv1a(received)), (record["body_bytes"], record["body_fnv1a"]))

    def test_a_message_that_was_cut_by_max_tokens_says_so(self):
        message = self.claude().messages.create(**ask_claude(max_tokens=3))
        self.assertEqual((message.stop_reason, message.usage.output_tokens), ("max_tokens", 3))

    def test_a_tool_call_has_the_same_input_plain_and_streamed(self):
        client = self.claude()
        asked = ask_claude(tools=[TOOL], tool_choice=CHOSEN)
        plain = client.messages.create(**asked)
        with client.messages.stream(**asked) as stream:
            streamed = stream.get_final_message()
        self.assertEqual(plain.stop_reason, "tool_use")
        self.assertEqual(plain.content[0].name, "brew")
        self.assertEqual(sorted(plain.content[0].input), ["bean", "cups"])
        self.assertEqual(streamed.content[0].input, plain.content[0].input)

    def test_tokens_are_counted(self):
        counted = self.claude().messages.count_tokens(model=CLAUDE, messages=ask_claude()["messages"])
        self.assertGreater(counted.input_tokens, 0)
        self.assertEqual(self.the_request()["path"], "/v1/messages/count_tokens")

    def test_the_models_are_those_of_the_configuration(self):
        names = [model.id for model in self.claude().models.list()]
        self.assertEqual(names, ["claude-one-key", CLAUDE, "claude-three-servers", "gpt-4o", "one-key", "text-embedding-3-small",
                                 "three-providers", "three-servers", "whisper-1"])
        self.assertEqual(self.claude().models.retrieve(CLAUDE).id, CLAUDE)

    def test_the_providers_key_the_version_and_the_betas_go_up(self):
        self.claude().messages.create(**ask_claude(model="claude-one-key"), extra_headers={"anthropic-beta": "one,two"})
        record = self.the_request()
        self.assertEqual(field(record, "x-api-key"), "*ck-1")
        self.assertIsNone(field(record, "authorization"))
        self.assertEqual(field(record, "anthropic-version"), self.sent[0].headers["anthropic-version"])
        self.assertEqual(field(record, "anthropic-beta"), "one,two")
        self.assertEqual(record["model"], CLAUDE)

    def test_odd_line_ends_and_comments_mean_the_same(self):
        client = self.claude()
        plain = client.messages.create(**ask_claude())
        self.world.faults("quirks")
        with client.messages.stream(**ask_claude()) as stream:
            self.assertEqual("".join(stream.text_stream), plain.content[0].text)


class Refusals(SharedWorld):
    gateway = {"models": {"gpt-4o": {"translate": "off"}}}

    def test_an_unknown_model_is_not_found_and_the_known_ones_are_named(self):
        with self.assertRaises(anthropic.NotFoundError) as raised:
            self.claude().messages.create(**ask_claude(model="claude-9"))
        self.assertEqual(raised.exception.type, "not_found_error")
        self.assertIn(CLAUDE, raised.exception.message)
        self.assertRegex(raised.exception.request_id, "^req_[0-9a-f]+$")
        self.assertEqual(self.world.requests(), [], "no provider was asked")

    def test_a_model_of_the_other_dialect_is_not_found_and_says_where_it_is(self):
        with self.assertRaises(anthropic.NotFoundError) as raised:
            self.claude().messages.create(**ask_claude(model="gpt-4o"))
        self.assertIn("/v1/chat/completions", raised.exception.message)
        self.assertEqual(self.world.requests(), [])

    def test_a_request_that_the_provider_finds_bad_is_bad_and_is_asked_once(self):
        with self.assertRaises(anthropic.BadRequestError) as raised:
            self.claude().messages.create(**ask_claude(max_tokens=-1))
        self.assertEqual(raised.exception.type, "invalid_request_error")
        self.assertEqual(self.the_request()["status"], 400)
        self.assertEqual(len(self.sent), 1)

    def test_a_context_that_is_too_long_is_bad(self):
        self.world.faults("400:code=context_length_exceeded")
        with self.assertRaises(anthropic.BadRequestError) as raised:
            self.claude().messages.create(**ask_claude())
        self.assertIn("prompt is too long", raised.exception.message)


class ClientKeys(SharedWorld):
    gateway = {"clients": [{"name": "web", "key": {"value": CLIENT_KEY}, "models": [CLAUDE]}]}

    def test_a_known_key_is_served_and_stays_here(self):
        self.assertTrue(self.claude(api_key=CLIENT_KEY).messages.create(**ask_claude()).content)
        self.assertNotIn(CLIENT_KEY, str(self.the_request()))

    def test_a_token_is_a_key_too(self):
        client = self.claude(api_key=None, auth_token=CLIENT_KEY)
        self.assertTrue(client.messages.create(**ask_claude()).content)

    def test_an_unknown_key_is_an_authentication_error_and_is_not_repeated(self):
        with self.assertRaises(anthropic.AuthenticationError) as raised:
            self.claude(api_key="sk-client-web-9876543210").messages.create(**ask_claude())
        self.assertEqual(raised.exception.type, "authentication_error")
        self.assertEqual(len(self.sent), 1)

    def test_a_model_outside_the_keys_list_is_a_permission_error(self):
        with self.assertRaises(anthropic.PermissionDeniedError):
            self.claude(api_key=CLIENT_KEY).messages.create(**ask_claude(model="claude-one-key"))


class OneBadKey(FreshWorld):
    def survive(self, fault, model=CLAUDE, gateway=None, forms=(False, True)):
        """Plain and streamed while one of three is bad: all answered alike, and some of them only after it failed."""
        for stream in forms:
            with self.subTest(fault=fault, stream=stream):
                self.start(gateway=gateway).faults(fault)
                client = self.claude(max_retries=0)
                answers, attempts = set(), []
                for _ in range(ROUNDS):
                    raw = client.messages.with_raw_response.create(**ask_claude(model=model, stream=stream))
                    attempts.append(int(raw.headers["x-drover-attempts"]))
                    answers.add(self.streamed(raw.parse()) if stream else raw.parse().content[0].text)
                self.assertEqual(len(answers), 1, "every answer is the same and whole")
                self.assertGreater(max(attempts), 1, "the bad one was tried")

    def streamed(self, events):
        text, last = "", None
        for last in events:
            if last.type == "content_block_delta":
                text += last.delta.text
        self.assertEqual(last.type, "message_stop")
        return text

    def test_one_key_answers_401(self):
        self.survive("key=sk-mock-2:401")

    def test_one_key_answers_429(self):
        self.survive("key=sk-mock-2:429:retry-after=30")

    def test_one_key_has_no_money(self):
        self.survive("key=sk-mock-2:400:code=credit_balance_too_low")

    def test_one_key_answers_500(self):
        self.survive("key=sk-mock-2:500")

    def test_one_server_is_overloaded(self):
        self.survive("port=1:529", model="claude-three-servers")

    def test_one_key_is_reset(self):
        self.survive("key=sk-mock-2:reset")

    def test_one_key_hangs(self):
        self.survive("key=sk-mock-2:hang", gateway=IMPATIENT)

    def test_one_server_refuses_connections(self):
        self.survive("port=1:refuse", model="claude-three-servers")

    def test_an_error_before_any_content_is_replaced(self):
        for fault in ("error-first", "error-after-lifecycle", "cut:after=0"):
            self.survive(f"key=sk-mock-2:{fault}", forms=(True,))


class BrokenStream(FreshWorld):
    def break_off(self, fault, gateway=None):
        """What a client got of a stream before it raised, beside the whole answer."""
        self.start(gateway=gateway)
        client = self.claude()
        whole = client.messages.create(**ask_claude()).content[0].text
        self.world.faults(fault)
        self.sent.clear()
        got = ""
        with self.assertRaises(anthropic.APIStatusError) as raised:
            for event in client.messages.create(**ask_claude(stream=True)):
                self.assertNotEqual(event.type, "message_stop")
                if event.type == "content_block_delta":
                    got += event.delta.text
        self.assertTrue(got and whole.startswith(got) and got != whole, "what came before the break, and nothing else")
        self.assertEqual(len(self.sent), 1, "what was partly told is not asked again")
        return raised.exception

    def test_a_cut_is_told(self):
        for how in ("middle", "clean", "reset"):
            with self.subTest(how=how):
                self.assertEqual(self.break_off(f"cut:after=5:how={how}").type, "api_error")

    def test_the_providers_own_error_is_passed_on(self):
        self.assertEqual(self.break_off("error-mid:after=5").type, "overloaded_error")

    def test_silence_in_mid_stream_is_told(self):
        self.assertEqual(self.break_off("stall:after=3", {"timeouts": {"idle": "1s"}}).type, "timeout_error")


class Retries(FreshWorld):
    def test_nothing_is_repeated_once_the_gateways_own_retries_are_spent(self):
        self.start().faults("500")
        with self.assertRaises(anthropic.InternalServerError) as raised:
            self.claude().messages.create(**ask_claude())
        self.assertEqual(raised.exception.response.headers["x-should-retry"], "false")
        self.assertEqual(len(self.sent), 1, "the SDK asked once")
        self.assertEqual({record["key"] for record in self.world.requests()}, {"*ck-1", "*ck-2", "*ck-3"})

    def test_the_sdk_comes_back_when_a_rate_limit_said_it_may(self):
        self.start(gateway={"timeouts": {"queue": "0s"}}).faults("429:retry-after=1:count=1")
        began = time.monotonic()
        answer = self.claude().messages.with_raw_response.create(**ask_claude(model="claude-one-key"))
        self.assertEqual(answer.retries_taken, 1)
        self.assertGreaterEqual(time.monotonic() - began, 0.9)
        self.assertEqual([record["status"] for record in self.world.requests()], [429, 200])

    def test_a_rate_limit_that_says_only_when_it_is_reset_is_told_in_seconds(self):
        self.start(gateway={"timeouts": {"queue": "0s"}}).faults("429:reset=30s")
        with self.assertRaises(anthropic.RateLimitError) as raised:
            self.claude(max_retries=0).messages.create(**ask_claude(model="claude-one-key"))
        self.assertIn(int(raised.exception.response.headers["retry-after"]), range(25, 36))


class Leaving(SharedWorld):
    mock = {"answer_tokens": 200, "tokens_per_second": 20}  # ten seconds of stream

    def test_closing_a_stream_in_the_middle_is_seen_by_the_provider(self):
        stream = self.claude().messages.create(**ask_claude(stream=True))
        for _, event in zip(range(4), stream):
            self.assertNotEqual(event.type, "message_stop")
        until(self.world.requests, "no request reached the provider")
        stream.close()
        record = self.the_request()
        self.assertEqual(record["outcome"], "client_gone")
        self.assertLess(record["client_gone_ms"] - record["first_byte_ms"], 5000)


load_tests = both_transports(__name__)

if __name__ == "__main__":
    unittest.main()
