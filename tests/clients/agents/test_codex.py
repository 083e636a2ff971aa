"""Codex without a terminal (`codex exec`) through the gateway to the mock: tools, long instructions, keys that die."""

import json
import unittest

from drivers import CODEX, CODEX_MODEL, NO_CODEX, CodexRuns
from kit import CLIENT_KEY, AgentSessions, lines, until

# Codex knows of this one that a WebSocket may be tried.
KNOWN_MODEL = "gpt-6.1-sol"


@unittest.skipUnless(CODEX, NO_CODEX)
class Codex(AgentSessions, CodexRuns):
    def test_a_prompt_is_answered(self):
        self.start()
        self.assertEqual(self.answer("Good morning to you"), "Good morning to you")
        (record,) = self.world.requests()
        self.assertEqual((record["path"], record["model"], record["stream"]), ("/v1/responses", CODEX_MODEL, True))
        self.assertNotIn(CLIENT_KEY, str(record))

    def test_an_answer_may_have_to_satisfy_a_schema(self):
        self.start()
        schema = {"type": "object", "properties": {"cups": {"enum": [7]}}, "required": ["cups"],
                  "additionalProperties": False}
        (self.work / "schema.json").write_text(json.dumps(schema))
        self.assertEqual(json.loads(self.answer("Good morning", "--output-schema", "schema.json")), {"cups": 7})

    def failure(self, **options):
        done = self.codex("Good morning", **options)
        self.assertNotEqual(done.returncode, 0)
        return lines(done.stdout)[-1]["error"]["message"]

    def test_the_providers_error_is_told_in_its_own_words(self):
        self.start().faults("400")
        self.assertIn("The request is not valid.", self.failure())
        self.assertEqual(len(self.world.requests()), 1)

    def test_a_conversation_that_is_too_long_is_known_as_such(self):
        self.start().faults("400:code=context_length_exceeded")
        self.assertIn("context window", self.failure())

    def test_what_repeating_cannot_mend_is_final_in_the_middle_of_an_answer_too(self):
        self.start().faults("error-mid:after=1:code=context_length_exceeded")
        self.assertIn("context window", self.failure())
        self.assertEqual(len(self.world.requests()), 1)

    def test_an_answer_that_breaks_off_each_time_is_told_in_drovers_words(self):
        self.start().faults("cut:after=1")
        told = self.failure()
        self.assertNotIn("stream closed before", told)
        self.assertIn("upstream", told)
        self.assertGreater(len(self.world.requests()), 1, "it may go well the next time")

    def test_an_unknown_key_is_told_and_reaches_no_provider(self):
        self.start()
        self.assertIn("401", self.failure(key="sk-client-agent-9876543210"))
        self.assertEqual(self.world.requests(), [])

    def test_a_websocket_that_is_refused_with_426_is_given_up_for_http_at_once(self):
        self.start()
        self.assertEqual(self.answer("Good morning", model=KNOWN_MODEL, websockets=True), "Good morning")
        (record,) = self.world.requests()
        self.assertEqual((record["method"], record["path"]), ("POST", "/v1/responses"))
        # Two threads of the gateway may have served them, and write their lines in either order.
        log = until(lambda: len(entries := self.access()) == 2 and entries, "the access log has not both requests")
        self.assertCountEqual([(entry["status"], entry["error"]) for entry in log],
                              [(426, "upgrade_not_supported"), (200, None)])


if __name__ == "__main__":
    unittest.main()
