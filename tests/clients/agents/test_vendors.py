"""The agents at backs of the other vendor: Claude Code at OpenAI's two APIs, Codex at Anthropic's and at chat only."""

import unittest

from drivers import CLAUDE, CODEX, NO_CLAUDE, NO_CODEX, ClaudeCodeRuns, CodexRuns
from kit import SessionsAcrossVendors


@unittest.skipUnless(CLAUDE, NO_CLAUDE)
class ClaudeCodeAtChat(SessionsAcrossVendors, ClaudeCodeRuns):
    back = "chat"


@unittest.skipUnless(CLAUDE, NO_CLAUDE)
class ClaudeCodeAtResponses(SessionsAcrossVendors, ClaudeCodeRuns):
    back = "responses"


@unittest.skipUnless(CODEX, NO_CODEX)
class CodexAtMessages(SessionsAcrossVendors, CodexRuns):
    back = "messages"


@unittest.skipUnless(CODEX, NO_CODEX)
class CodexAtChat(SessionsAcrossVendors, CodexRuns):
    back = "chat"


if __name__ == "__main__":
    unittest.main()
