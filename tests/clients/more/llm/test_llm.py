"""Simon Willison's `llm`, with a model of OpenAI's shape from its own file and with its plugin for Anthropic."""

import json
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from kit import CLIENT_KEY, PROMPT, TOOL_PROMPT, FrameworkCase

LLM = str(Path(sys.executable).parent / "llm")
CLAUDE = "claude-sonnet-5"  # the newest Sonnet that the plugin knows
FUNCTION = 'def brew(cups: int) -> str:\n    "Makes coffee."\n    return "two cups"\n'


class Llm(FrameworkCase):
    claude_name = CLAUDE

    def start(self):
        super().start()
        folder = tempfile.TemporaryDirectory(prefix="drover-llm-")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        models = [{"model_id": "house", "model_name": "gpt-4o", "api_base": self.base_url, "api_key_name": "drover",
                   "supports_tools": True, "supports_schema": True}]
        (self.folder / "extra-openai-models.yaml").write_text(json.dumps(models))  # JSON is YAML
        (self.folder / "keys.json").write_text(json.dumps({"drover": CLIENT_KEY, "anthropic": CLIENT_KEY}))

    def llm(self, *arguments):
        environment = {"HOME": str(self.folder), "LLM_USER_PATH": str(self.folder), "PATH": "/usr/bin:/bin",
                       "LANG": "C.UTF-8", "ANTHROPIC_BASE_URL": self.root, "HTTPS_PROXY": "http://127.0.0.1:9",
                       "NO_PROXY": "127.0.0.1"}
        return subprocess.run([LLM, *arguments], env=environment, stdin=subprocess.DEVNULL, capture_output=True,
                              text=True, timeout=120, check=False)

    def answer(self, *arguments):
        done = self.llm(*arguments)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout.strip()

    def test_plain_and_streamed_answers_say_the_same(self):
        for model in ("house", CLAUDE):
            with self.subTest(model):
                self.assertEqual(self.answer("-m", model, "--no-stream", PROMPT), PROMPT)
                self.assertEqual(self.answer("-m", model, PROMPT), PROMPT)
        self.assertEqual([record["stream"] for record in self.world.requests()][:2], [False, True])

    def test_a_tool_is_called_and_the_session_goes_on_when_its_key_dies(self):
        for model in ("house", CLAUDE):
            with self.subTest(model):
                self.begin_with_a_key_that_dies()
                told = self.answer("-m", model, "--functions", FUNCTION, TOOL_PROMPT)
                self.assertIn("The tool answered: two cups", told)
                self.check_it_went_on()

    def test_an_answer_satisfies_its_schema(self):
        told = self.answer("-m", "house", "--schema", "bean, cups int", PROMPT)
        self.assertEqual(sorted(json.loads(told)), ["bean", "cups"])

    def test_a_conversation_is_continued_by_another_key(self):
        self.assertEqual(self.answer("-m", "house", PROMPT), PROMPT)
        key = self.world.requests()[0]["key"]
        self.world.faults(f"key={key}:401")
        self.assertEqual(self.answer("-c", "Good evening"), "Good evening")
        self.assertNotEqual(self.world.requests()[-1]["key"], key)

    def test_the_providers_error_is_printed(self):
        self.world.faults("400")
        for model in ("house", CLAUDE):
            with self.subTest(model):
                done = self.llm("-m", model, PROMPT)
                self.assertNotEqual(done.returncode, 0)
                self.assertIn("The request is not valid.", done.stderr)


if __name__ == "__main__":
    unittest.main()
