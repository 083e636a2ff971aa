"""docs/clients.md names the versions that the lock files install."""

import json
import re
import unittest
from pathlib import Path

CLIENTS = Path(__file__).resolve().parent.parent
PAGE = (CLIENTS.parent.parent / "docs" / "clients.md").read_text(encoding="utf-8")
PYTHON = {
    "python": ["openai", "anthropic"],
    "more/frameworks": ["langchain", "langchain-openai", "langchain-anthropic", "pydantic-ai-slim", "litellm"],
    "more/llama_index": ["llama-index-core", "llama-index-llms-openai", "llama-index-llms-openai-like",
                         "llama-index-llms-anthropic"],
    "more/llm": ["llm", "llm-anthropic"],
    "more/aider": ["aider-chat"],
}
NODE = {
    "node": ["openai", "@anthropic-ai/sdk", "ai"],
    "more/newest_node": ["openai", "@anthropic-ai/sdk", "ai"],
    "agents": ["@anthropic-ai/claude-code", "@openai/codex"],
}


class Versions(unittest.TestCase):
    def check(self, folder, name, version):
        with self.subTest(folder=folder, name=name):
            self.assertIsNotNone(version, "it is not in the lock file")
            self.assertRegex(PAGE, rf"(?<![\d.]){re.escape(version)}(?![\d.])")

    def test_those_of_python(self):
        for folder, names in PYTHON.items():
            pinned = dict(line.split("==") for line in (CLIENTS / folder / "requirements.txt").read_text().splitlines()
                          if "==" in line and not line.startswith("#"))
            for name in names:
                self.check(folder, name, pinned.get(name))

    def test_those_of_node(self):
        for folder, names in NODE.items():
            packages = json.loads((CLIENTS / folder / "package-lock.json").read_text())["packages"]
            for name in names:
                self.check(folder, name, packages.get(f"node_modules/{name}", {}).get("version"))


if __name__ == "__main__":
    unittest.main()
