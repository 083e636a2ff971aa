"""Three keys, one of them bad: no client sees a failure. And a stream that breaks after content never looks complete."""

import unittest

import openai

from kit import FreshWorld, ask, both_transports, fnv1a, streamed_text

# Long enough for a healthy answer on a busy machine, short enough to sit through.
IMPATIENT = {"timeouts": {"head": "1s", "first_content": "1s", "idle": "1s"}}
ROUNDS = 6  # each of three targets has its turn twice


class OneBadKey(FreshWorld):
    def survive(self, fault, model="gpt-4o", gateway=None):
        """Plain and streamed requests while one of three is bad: all answered alike, and some of them only after it failed."""
        for stream in (False, True):
            with self.subTest(fault=fault, stream=stream):
                self.start(gateway=gateway).faults(fault)
                client = self.client(max_retries=0)
                answers, attempts = set(), []
                for _ in range(ROUNDS):
                    raw = client.chat.completions.with_raw_response.create(**ask(model=model, stream=stream))
                    attempts.append(int(raw.headers["x-drover-attempts"]))
                    answer = raw.parse()
                    if stream:
                        answers.add(streamed_text(answer))
                    else:
                        answers.add((answer.choices[0].message.content, answer.choices[0].finish_reason))
                self.assertEqual(len(answers), 1, "every answer is the same and whole")
                self.assertEqual(answers.pop()[1], "stop")
                self.assertGreater(max(attempts), 1, "the bad one was tried")

    def test_one_key_answers_401(self):
        self.survive("key=sk-mock-2:401")

    def test_one_key_answers_429(self):
        self.survive("key=sk-mock-2:429:retry-after=30")

    def test_one_key_answers_429_without_a_time(self):
        self.survive("key=sk-mock-2:429")

    def test_one_key_answers_500(self):
        self.survive("key=sk-mock-2:500")

    def test_one_key_answers_503(self):
        self.survive("key=sk-mock-2:503")

    def test_one_key_answers_200_with_an_error_inside(self):
        self.survive("key=sk-mock-2:error-in-200")

    def test_one_key_is_reset(self):
        self.survive("key=sk-mock-2:reset")

    def test_one_key_is_closed_without_an_answer(self):
        self.survive("key=sk-mock-2:close")

    def test_one_key_hangs(self):
        self.survive("key=sk-mock-2:hang", gateway=IMPATIENT)

    def test_one_key_hangs_after_the_head(self):
        self.survive("key=sk-mock-2:hang-after-head", gateway=IMPATIENT)

    def test_a_key_that_said_when_it_comes_back_is_left_alone_until_then(self):
        self.start().faults("key=sk-mock-2:429:retry-after=30")
        client = self.client()
        for _ in range(ROUNDS):
            client.chat.completions.create(**ask())
        keys = [record["key"] for record in self.world.requests()]
        self.assertEqual(keys.count("*ck-2"), 1)
        self.assertEqual(len(keys), ROUNDS + 1)

    def test_one_provider_refuses_connections(self):
        self.survive("port=1:refuse", model="three-providers")

    def test_one_server_of_a_provider_refuses_connections(self):
        self.survive("port=1:refuse", model="three-servers")

    def test_one_server_resets_connections(self):
        self.survive("port=1:reset-on-accept", model="three-servers")

    def test_one_server_accepts_and_says_nothing(self):
        self.survive("port=1:accept-hang", model="three-servers", gateway=IMPATIENT)


class BrokenStreamStart(FreshWorld):
    def survive(self, fault):
        self.start().faults(f"key=sk-mock-2:{fault}")
        client = self.client(max_retries=0)
        attempts, answers = [], set()
        for _ in range(ROUNDS):
            raw = client.chat.completions.with_raw_response.create(**ask(stream=True))
            attempts.append(int(raw.headers["x-drover-attempts"]))
            answers.add(streamed_text(raw.parse()))
        self.assertEqual(len(answers), 1)
        self.assertEqual(answers.pop()[1], "stop")
        self.assertGreater(max(attempts), 1)

    def test_an_error_as_the_first_event_is_replaced(self):
        self.survive("error-first")

    def test_an_error_before_any_content_is_replaced(self):
        self.survive("error-after-lifecycle")

    def test_a_cut_before_any_content_is_replaced(self):
        self.survive("cut:after=0")


class BrokenStream(FreshWorld):
    def break_off(self, fault):
        """What a client got of a chat stream before it raised, beside the whole answer."""
        self.start()
        client = self.client()
        whole = client.chat.completions.create(**ask()).choices[0].message.content
        self.world.faults(fault)
        self.sent.clear()
        stream = client.chat.completions.create(**ask(stream=True))
        got = ""
        with self.assertRaises(openai.APIError) as raised:
            for chunk in stream:
                got += chunk.choices[0].delta.content or ""
                self.assertIsNone(chunk.choices[0].finish_reason)
        self.assertTrue(got, "the content before the break arrived")
        self.assertTrue(whole.startswith(got) and got != whole, "and nothing but that")
        self.assertEqual(len(self.sent), 1, "what was partly told is not asked again")
        return raised.exception

    def expect_told(self, error):
        """By an event, not by a connection that breaks."""
        self.assertNotIsInstance(error, openai.APIConnectionError)
        self.assertTrue(error.message)
        self.assertTrue(error.code, "a code of ours")

    def test_a_cut_in_the_middle_of_a_chunk_is_told(self):
        self.expect_told(self.break_off("cut:after=5"))

    def test_a_cut_that_ends_the_framing_well_is_told(self):
        self.expect_told(self.break_off("cut:after=5:how=clean"))

    def test_a_reset_is_told(self):
        self.expect_told(self.break_off("cut:after=5:how=reset"))

    def test_a_stream_without_its_end_is_told(self):
        self.start().faults("incomplete")
        with self.assertRaises(openai.APIError) as raised:
            streamed_text(self.client().chat.completions.create(**ask(stream=True)))
        self.expect_told(raised.exception)

    def test_the_providers_own_error_is_passed_on(self):
        error = self.break_off("error-mid:after=5")
        self.assertNotIsInstance(error, openai.APIConnectionError)
        self.assertTrue(error.message)

    def test_silence_in_mid_stream_is_told(self):
        self.start(gateway={"timeouts": {"idle": "1s"}}).faults("stall:after=3")
        with self.assertRaises(openai.APIError) as raised:
            streamed_text(self.client().chat.completions.create(**ask(stream=True)))
        self.expect_told(raised.exception)

    def test_no_done_follows_an_error(self):
        self.start().faults("cut:after=5")
        create = self.client().chat.completions.with_streaming_response.create
        with create(**ask(stream=True)) as answer:
            received = b"".join(answer.iter_bytes())
        self.assertNotIn(b"[DONE]", received)
        self.assertTrue(received.endswith(b"\n\n"))
        self.assertIn(b'"error"', received.split(b"\n\n")[-2])

    def test_a_response_that_breaks_is_not_completed(self):
        self.start().faults("cut:after=5")
        kinds = []
        try:
            for event in self.client().responses.create(model="gpt-4o", input="Hello", stream=True):
                kinds.append(event.type)
        except openai.APIConnectionError as broken:
            self.fail(f"the connection broke instead of an event: {broken}")
        except openai.APIError:
            kinds.append("error")
        self.assertIn("response.output_text.delta", kinds)
        self.assertIn(kinds[-1], ("error", "response.failed"))
        self.assertNotIn("response.completed", kinds)

    def test_a_plain_answer_that_is_cut_is_asked_elsewhere(self):
        self.start().faults("key=sk-mock-2:cut:after=0", "key=sk-mock-1:wrong-length:by=100")
        client = self.client(max_retries=0)
        for _ in range(ROUNDS):
            raw = client.chat.completions.with_raw_response.create(**ask())
            whole = next(record for record in reversed(self.world.requests()) if record["key"] == "*ck-3")
            self.assertEqual(fnv1a(raw.content), whole["body_fnv1a"])


load_tests = both_transports(__name__)

if __name__ == "__main__":
    unittest.main()
