"""How the agents are run: what each is told so that it asks the gateway and nobody else, and what it answered."""

from kit import CLIENT_KEY, AgentCase, lines, program

CLAUDE_MODEL = "claude-sonnet-5-5"
CLAUDE = program("claude")
NO_CLAUDE = "Claude Code is not installed: npm has no @anthropic-ai/claude-code, or none for this machine"
CODEX = program("codex")
NO_CODEX = "Codex is not installed: npm has no @openai/codex, or none for this machine"
# A name that Codex has no notes about gets its usual tools, among them a function that runs a command.
CODEX_MODEL = "house-model"


class ClaudeCodeRuns(AgentCase):
    program = CLAUDE
    ask_for_a_tool = "Please use Bash"

    def claude(self, *arguments, told=None, key=None):
        root = self.world.base_url.removesuffix("/v1")
        environment = {
            **self.environment(),
            "ANTHROPIC_BASE_URL": root,
            **(key or {"ANTHROPIC_API_KEY": CLIENT_KEY}),
            "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",  # no telemetry, updates or reports
            "DISABLE_AUTOUPDATER": "1",
            "DISABLE_TELEMETRY": "1",
            "DISABLE_ERROR_REPORTING": "1",
            "IS_SANDBOX": "1",  # or it would not use tools unasked when root runs it
        }
        if self.world.certificates:
            environment["NODE_EXTRA_CA_CERTS"] = self.world.certificates.ca
        fixed = ["-p", "--model", CLAUDE_MODEL, "--tools", "Bash", "--permission-mode", "bypassPermissions"]
        return self.run_program(*fixed, *arguments, environment=environment, told=told)

    def answer(self, *arguments, **options):
        done = self.claude(*arguments, **options)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout.strip()

    def answer_with(self, instructions):
        (self.work / "rules.txt").write_text(instructions)
        return self.answer("Good morning", "--append-system-prompt-file", "rules.txt")

    def go_on(self, prompt):
        return self.answer(prompt, "--continue")


class CodexRuns(AgentCase):
    program = CODEX
    ask_for_a_tool = "Please use exec_command"

    def start(self, **gateway):
        world = super().start(**gateway)
        # Commands run in a login shell, which sets the path anew.
        (self.home / ".bash_profile").write_text(f"PATH={self.home}/bin:/usr/bin:/bin\n")
        (self.home / ".profile").write_text(f"PATH={self.home}/bin:/usr/bin:/bin\n")
        return world

    def codex(self, *arguments, model=CODEX_MODEL, key=CLIENT_KEY, websockets=False, config=""):
        folder = self.home / ".codex"
        folder.mkdir(exist_ok=True)
        (folder / "config.toml").write_text(f"""
model = "{model}"
model_provider = "drover"
check_for_update_on_startup = false
{config}
[analytics]
enabled = false
[features]
plugins = false
apps = false
[model_providers.drover]
name = "drover"
base_url = "{self.world.base_url}"
env_key = "DROVER_KEY"
wire_api = "responses"
supports_websockets = {str(websockets).lower()}
""")
        environment = {**self.environment(), "CODEX_HOME": str(folder), "DROVER_KEY": key}
        if self.world.certificates:
            environment["CODEX_CA_CERTIFICATE"] = self.world.certificates.ca
        fixed = ["--skip-git-repo-check", "--dangerously-bypass-approvals-and-sandbox", "--json"]
        return self.run_program("exec", *arguments, *fixed, environment=environment)

    def answer(self, *arguments, **options):
        done = self.codex(*arguments, **options)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        said = [line["item"]["text"] for line in lines(done.stdout)
                if line["type"] == "item.completed" and line["item"]["type"] == "agent_message"]
        return said[-1]

    def answer_with(self, instructions):
        (self.work / "AGENTS.md").write_text(instructions)
        return self.answer("Good morning", config="project_doc_max_bytes = 1000000")

    def go_on(self, prompt):
        return self.answer("resume", "--last", prompt)
