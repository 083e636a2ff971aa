"""Who repeats what, and who waits how long: the SDK's own retries and timeouts on top of the gateway's."""

import time
import unittest

import openai

from kit import FreshWorld, ask, both_transports


class SdkRetries(FreshWorld):
    def test_nothing_is_repeated_once_the_gateways_own_retries_are_spent(self):
        self.start().faults("503")
        with self.assertRaises(openai.InternalServerError) as raised:
            self.client().chat.completions.create(**ask())
        self.assertEqual(raised.exception.status_code, 503)
        self.assertEqual(raised.exception.response.headers["x-should-retry"], "false")
        self.assertEqual(len(self.sent), 1, "the SDK asked once")
        self.assertEqual({record["key"] for record in self.world.requests()}, {"*ck-1", "*ck-2", "*ck-3"})

    def test_nothing_is_repeated_for_a_stream_either(self):
        self.start().faults("503")
        with self.assertRaises(openai.InternalServerError):
            self.client().chat.completions.create(**ask(stream=True))
        self.assertEqual(len(self.sent), 1)

    def test_the_sdk_comes_back_when_a_rate_limit_said_it_may(self):
        self.start(gateway={"timeouts": {"queue": "0s"}}).faults("429:retry-after=1:count=1")
        began = time.monotonic()
        answer = self.client().chat.completions.with_raw_response.create(**ask(model="one-key"))
        self.assertEqual(answer.retries_taken, 1)
        self.assertEqual(len(self.sent), 2)
        self.assertGreaterEqual(time.monotonic() - began, 0.9)
        self.assertEqual([record["status"] for record in self.world.requests()], [429, 200])

    def test_a_rate_limit_tells_the_sdk_when_to_come_back(self):
        self.start(gateway={"timeouts": {"queue": "0s"}}).faults("429:retry-after=7")
        with self.assertRaises(openai.RateLimitError) as raised:
            self.client(max_retries=0).chat.completions.create(**ask(model="one-key"))
        headers = raised.exception.response.headers
        self.assertIn(headers["retry-after"], ("7", "8"), "whole seconds, with at most a tenth of jitter")
        self.assertNotEqual(headers.get("x-should-retry"), "false")

    def test_with_a_queue_the_gateway_waits_for_the_client(self):
        self.start(gateway={"timeouts": {"queue": "10s"}}).faults("429:retry-after=1:count=1")
        answer = self.client().chat.completions.create(**ask(model="one-key"))
        self.assertTrue(answer.choices[0].message.content)
        self.assertEqual(len(self.sent), 1)
        self.assertEqual([record["status"] for record in self.world.requests()], [429, 200])


class Timeouts(FreshWorld):
    def test_the_sdks_timeout_shortens_the_gateways(self):
        self.start().faults("hang")
        began = time.monotonic()
        told = {"x-stainless-read-timeout": "1"}  # the header as it is, while the SDK itself would wait longer
        with self.assertRaises(openai.InternalServerError) as raised:
            self.client(timeout=60).chat.completions.create(**ask(), extra_headers=told)
        self.assertEqual(raised.exception.status_code, 504)
        self.assertTrue(0.9 <= time.monotonic() - began < 20)

    def test_our_own_header_does_the_same(self):
        self.start().faults("hang")
        with self.assertRaises(openai.InternalServerError) as raised:
            self.client(timeout=60, max_retries=0).chat.completions.create(
                **ask(stream=True), extra_headers={"x-drover-timeout": "0.5"})
        self.assertEqual(raised.exception.status_code, 504)

    def test_a_client_that_stops_waiting_is_not_worked_for(self):
        self.start().faults("hang")
        client = self.client(timeout=0.7, max_retries=0)
        # Both clocks run out at about the same time; either end of the wire may be the first to say so.
        with self.assertRaises((openai.APITimeoutError, openai.InternalServerError)):
            client.chat.completions.create(**ask())
        record = self.the_request()
        self.assertEqual(record["outcome"], "client_gone")


load_tests = both_transports(__name__)

if __name__ == "__main__":
    unittest.main()
