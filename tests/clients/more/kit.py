"""What the tests of frameworks share: the SDK tests' kit without the SDKs, and a key that dies within a session."""

import os
import sys
import unittest
from pathlib import Path
from unittest import mock

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from harness import CLAUDE, World  # noqa: E402

__all__ = ["CLAUDE", "CLIENT_KEY", "PROMPT", "TOOL_PROMPT", "FrameworkCase"]

CLIENT_KEY = "sk-client-web-0123456789"
PROMPT = "Good morning to you"
TOOL_PROMPT = "Please brew some coffee."
NOWHERE = "http://127.0.0.1:9"


class FrameworkCase(unittest.TestCase):
    """A world for each test, where a conversation keeps its key and the mock repeats what it is told."""

    claude_name = CLAUDE  # what the client calls the model of Anthropic's

    def setUp(self):
        # Whatever else the framework may want to ask, telemetry or lists of models, it does not get out.
        variables = {"HTTPS_PROXY": NOWHERE, "HTTP_PROXY": NOWHERE, "NO_PROXY": "127.0.0.1,localhost"}
        outside = mock.patch.dict(os.environ, variables)
        outside.start()
        self.addCleanup(outside.stop)
        self.start()

    def start(self):
        """A world whose keys have not failed yet."""
        claude = {"balance": "p2c", "targets": [{"provider": "claude", "model": CLAUDE}]}
        gateway = {
            "clients": [{"name": "web", "key": {"value": CLIENT_KEY}}],
            "models": {"gpt-4o": {"balance": "p2c"}, CLAUDE: {"balance": "p2c"}, self.claude_name: claude},
        }
        self.world = World(mock={"text": "echo"}, gateway=gateway).start()
        self.addCleanup(self.world.stop)
        self.base_url = self.world.base_url
        self.root = self.base_url.removesuffix("/v1")

    def begin_with_a_key_that_dies(self, how="401"):
        """A new world, in which the key that a session begins with answers its second request with `how`."""
        self.start()
        self.world.faults(f"{how}:skip=1:count=1")

    def check_it_went_on(self):
        first, failed, answered = self.world.requests()
        self.assertEqual(failed["key"], first["key"], "a conversation keeps its key")
        self.assertTrue(failed["fault"])
        self.assertNotEqual(answered["key"], failed["key"])
        self.assertEqual(answered["status"], 200)

    def one_key_fails(self):
        """One of three keys is refused; to be called before six different conversations."""
        self.world.faults("key=sk-mock-2:401")

    def questions_beside_a_failing_key(self, names):
        """Each name with each of six questions, while one of three keys is refused; behind the last it was asked."""
        self.one_key_fails()
        for name in names:
            for number in range(6):
                yield name, f"Question {number}"
        self.check_it_was_asked()

    def check_it_was_asked(self):
        self.assertIn(401, [record["status"] for record in self.world.requests()])
