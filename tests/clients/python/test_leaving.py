"""A client that leaves is not worked for: the provider sees it go."""

import asyncio
import unittest

from kit import SharedWorld, ask, both_transports, until

# Ten seconds of stream: whoever does not notice is still sending when the test looks.
SLOWLY = {"answer_tokens": 200, "tokens_per_second": 20}
HALF_OF_IT_MS = 5000


class Leaving(SharedWorld):
    mock = SLOWLY

    def running(self):
        """The one request at the provider, once it is there."""
        return until(self.world.requests, "no request reached the provider")[0]

    def expect_noticed(self):
        record = self.the_request()
        self.assertEqual(record["outcome"], "client_gone")
        self.assertLess(record["client_gone_ms"] - record["first_byte_ms"], HALF_OF_IT_MS, "and long before the end")

    def test_closing_a_stream_in_the_middle_is_seen_by_the_provider(self):
        stream = self.client().chat.completions.create(**ask(stream=True))
        for _, chunk in zip(range(3), stream):
            self.assertIsNone(chunk.choices[0].finish_reason)
        self.assertEqual(self.running()["outcome"], "running")
        stream.close()
        self.expect_noticed()

    def test_leaving_the_block_of_a_stream_is_seen_too(self):
        with self.client().chat.completions.create(**ask(stream=True)) as stream:
            next(iter(stream))
        self.expect_noticed()

    def test_cancelling_an_async_stream_is_seen_too(self):
        async def some():
            async with self.async_client() as client:
                async with await client.chat.completions.create(**ask(stream=True)) as stream:
                    async for _ in stream:
                        break

        asyncio.run(some())
        self.expect_noticed()

    def test_cancelling_before_the_head_is_seen_too(self):
        self.world.faults("hang")

        async def cancelled():
            async with self.async_client() as client:
                asking = asyncio.create_task(client.chat.completions.create(**ask()))
                await asyncio.to_thread(self.running)
                asking.cancel()
                with self.assertRaises(asyncio.CancelledError):
                    await asking

        asyncio.run(cancelled())
        self.assertEqual(self.the_request()["outcome"], "client_gone")

    def test_the_key_is_free_again_for_others(self):
        self.client().chat.completions.create(**ask(stream=True)).close()
        self.expect_noticed()
        self.world.change(tokens_per_second=0)
        self.addCleanup(self.world.change, tokens_per_second=SLOWLY["tokens_per_second"])
        answer = self.client().chat.completions.create(**ask(max_tokens=5))
        self.assertEqual(answer.usage.completion_tokens, 5)


load_tests = both_transports(__name__)

if __name__ == "__main__":
    unittest.main()
