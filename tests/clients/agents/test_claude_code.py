"""Claude Code in print mode (`claude -p`) through the gateway to the mock: tools, long instructions, keys that die."""

import json
import time
import unittest

from drivers import CLAUDE, CLAUDE_MODEL, NO_CLAUDE, ClaudeCodeRuns
from kit import CLIENT_KEY, AgentSessions, lines


@unittest.skipUnless(CLAUDE, NO_CLAUDE)
class ClaudeCode(AgentSessions, ClaudeCodeRuns):
    def test_a_prompt_is_answered(self):
        self.start()
        self.assertEqual(self.answer("Good morning to you"), "Good morning to you")
        (record,) = self.world.requests()
        self.assertEqual((record["path"], record["model"], record["stream"]),
                         ("/v1/messages?beta=true", CLAUDE_MODEL, True))
        self.assertNotIn(CLIENT_KEY, str(record))

    def test_a_token_serves_as_well_as_a_key(self):
        self.start()
        self.assertEqual(self.answer("Good morning", key={"ANTHROPIC_AUTH_TOKEN": CLIENT_KEY}), "Good morning")

    def test_the_pieces_of_a_stream_are_the_answer(self):
        self.start()
        told = self.answer("Good morning to you", "--output-format", "stream-json", "--verbose",
                           "--include-partial-messages")
        events = [line["event"] for line in lines(told) if line["type"] == "stream_event"]
        pieces = [event["delta"]["text"] for event in events
                  if event["type"] == "content_block_delta" and event["delta"]["type"] == "text_delta"]
        self.assertGreater(len(pieces), 1)
        self.assertEqual("".join(pieces), "Good morning to you")
        self.assertEqual(lines(told)[-1]["result"], "Good morning to you")

    def test_an_answer_may_have_to_satisfy_a_schema(self):
        self.start()
        schema = {"type": "object", "properties": {"cups": {"enum": [7]}}, "required": ["cups"]}
        # It asks for the answer by a tool of this name.
        told = self.answer("Please use StructuredOutput", "--json-schema", json.dumps(schema), "--output-format", "json")
        self.assertEqual(json.loads(told)["structured_output"], {"cups": 7})

    def test_the_providers_error_is_told_in_its_own_words(self):
        self.start().faults("400")
        done = self.claude("Good morning", "--output-format", "json")
        told = json.loads(done.stdout)
        self.assertNotEqual(done.returncode, 0)
        self.assertEqual((told["is_error"], told["api_error_status"]), (True, 400))
        self.assertIn("The request is not valid.", told["result"])

    def test_an_unknown_key_is_told_and_reaches_no_provider(self):
        self.start()
        began = time.monotonic()
        done = self.claude("Good morning", "--output-format", "json",
                           key={"ANTHROPIC_API_KEY": "sk-client-agent-9876543210"})
        told = json.loads(done.stdout)
        self.assertNotEqual(done.returncode, 0)
        self.assertEqual(told["api_error_status"], 401)
        self.assertLess(time.monotonic() - began, 60, "it would repeat a 401 for minutes, were it not told not to")
        self.assertEqual(self.world.requests(), [])

    def test_a_model_that_is_not_served_is_told(self):
        self.start(models={"gpt-*": {"targets": ["mock"]}})
        done = self.claude("Good morning", "--output-format", "json")
        self.assertNotEqual(done.returncode, 0)
        self.assertEqual(json.loads(done.stdout)["api_error_status"], 404)


if __name__ == "__main__":
    unittest.main()
