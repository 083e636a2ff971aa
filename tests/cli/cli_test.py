"""The command line: what a person sees who starts the program, at a terminal and in a pipe."""

import fcntl
import http.server
import json
import os
import pty
import re
import select
import signal
import sqlite3
import struct
import subprocess
import tempfile
import termios
import threading
import time
import unittest
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(os.environ.get("DROVER_ROOT", Path(__file__).resolve().parents[2]))
DROVER = os.environ.get("DROVER", str(ROOT / "build/release/drover"))
SECONDS = 60
STATE = tempfile.TemporaryDirectory()  # where a drover of these tests keeps keys, and not where the person who runs them does
KEYS = ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "GEMINI_API_KEY", "HOLYSHEEP_API_KEY", "YOUR_HOLYSHEEP_API_KEY")
UNUSED = {"DROVER_STORE", "DROVER_MODEL", "DROVER_CLIENT_KEY", "COLUMNS", "LINES"}


def environment(**more):
    """Without keys, unless they are given."""
    clean = {k: v for k, v in os.environ.items() if k not in KEYS and k not in UNUSED}
    return {**clean, "XDG_STATE_HOME": STATE.name, **more}


def run(*arguments, folder=None, **more):
    return subprocess.run([DROVER, *arguments], capture_output=True, text=True, timeout=SECONDS, cwd=folder,
                          stdin=subprocess.DEVNULL, env=environment(**more))


def post(url, body, fields=None):
    asked = urllib.request.Request(url, json.dumps(body).encode(),
                                   {"Content-Type": "application/json", **(fields or {})})
    with urllib.request.urlopen(asked, timeout=SECONDS) as answer:
        return json.loads(answer.read())


class Spend(unittest.TestCase):
    """`drover spend` and `drover store check` read a store."""

    SLOT = 900_000_000

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.store = str(Path(folder.name) / "drover.db")
        # An empty file is an empty store: its tables are made when it is opened.
        Path(self.store).touch()
        self.assertEqual(run("store", "check", "--store", self.store).returncode, 0)

    def spent(self, *rows):
        """Rows of (age in seconds, tag, principal, model, cost in nano-USD, unpriced requests) become sums."""
        with sqlite3.connect(self.store) as database:
            for age, tag, principal, model, cost, unpriced in rows:
                slot = int((time.time() - age) * 1e6) // self.SLOT * self.SLOT
                database.execute("INSERT INTO spend VALUES (?,?,?,?,?,'openai',3,1,100,20,5,50,10,?,0,?)",
                                 (slot, tag, principal, "asked", model, cost, unpriced))
        database.close()

    def test_a_store_without_rows_is_sound_and_has_no_spend(self):
        check = run("store", "check", DROVER_STORE=self.store)
        self.assertEqual((check.returncode, check.stderr), (0, ""))
        self.assertNotIn("WRONG", check.stdout)
        self.assertEqual(run("spend", "--store", self.store, "--json").stdout, "[\n]\n")

    def test_sums_that_are_not_those_of_the_rows_are_found(self):
        self.spent((0, "", "acme/key_a", "gpt-4o", 5, 0))
        check = run("store", "check", "--store", self.store)
        self.assertEqual(check.returncode, 1)
        self.assertIn("WRONG", check.stdout)

    def test_spend_is_told_by_key_team_model_and_tag(self):
        self.spent((0, "", "acme/key_a", "gpt-4o", 1_500_000_000, 0), (0, "", "acme/key_b", "gpt-4o", 2_000_000_001, 0),
                   (0, "blue", "acme/key_a", "gpt-4o", 1_500_000_000, 0), (0, "", "ci", "claude", 7, 1))
        by_team = json.loads(run("spend", "--store", self.store, "--by", "team", "--json").stdout)
        self.assertEqual([(line["name"], line["requests"], line["cost_usd"]) for line in by_team],
                         [("acme", 6, 3.500000001), ("ci", 3, 0.000000007)])
        by_tag = json.loads(run("spend", "--store", self.store, "--by", "tag", "--json").stdout)
        self.assertEqual([line["name"] for line in by_tag], ["blue"])
        table = run("spend", "--store", self.store, "--by", "model").stdout
        self.assertRegex(table, r"^MODEL .*UNPRICED +USD\n")
        self.assertRegex(table, r"(?m)^gpt-4o .* 3\.5000$")
        self.assertRegex(table, r"(?m)^total .* 3\.5000$")

    def test_only_what_is_asked_for_is_counted(self):
        self.spent((0, "", "acme/key_a", "m", 1, 0), (40 * 86400, "", "acme/key_a", "m", 2, 0), (0, "", "acme2/k", "m", 4, 0))
        ask = lambda *more: json.loads(run("spend", "--store", self.store, "--json", *more).stdout)
        self.assertEqual(sum(line["requests"] for line in ask()), 6)
        self.assertEqual(sum(line["requests"] for line in ask("--since", "50d")), 9)
        self.assertEqual(sum(line["requests"] for line in ask("--since", "50d", "--until", "30d")), 3)
        self.assertEqual([line["name"] for line in ask("--under", "acme")], ["acme/key_a"])
        self.assertEqual(len({line["day"] for line in ask("--since", "50d", "--daily")}), 2)

    def test_names_from_clients_are_harmless_in_each_form(self):
        self.spent((0, "", '=HYPERLINK("x"),\x1b[31m', "m", 1, 0))
        line = run("spend", "--store", self.store, "--csv").stdout.splitlines()[1]
        self.assertTrue(line.startswith('"\'=HYPERLINK(""x""),?[31m",3,'), line)
        self.assertNotIn("\x1b", run("spend", "--store", self.store).stdout)
        self.assertEqual(json.loads(run("spend", "--store", self.store, "--json").stdout)[0]["name"], '=HYPERLINK("x"),\x1b[31m')

    def test_a_table_fits_its_terminal(self):
        self.spent((0, "", "acme/" + "very-" * 20 + "long", "m", 1, 1))
        for width in (40, 60, 80, 200):
            shown = at_terminal(width, "spend", "--store", self.store, "--daily")
            self.assertLessEqual(max(len(line) for line in shown.splitlines()), width, shown)
            self.assertIn("USD", shown)

    def test_mistakes_are_told_without_the_password(self):
        for wrong, code in ((["--store", "mysql://u:s3cret@db/x"], 2), (["--store", "/no/such/file"], 1), ([], 2),
                            (["--store", self.store, "--since", "yesterday"], 2), (["--store", self.store, "--by", "moon"], 2),
                            (["--store", self.store, "--since", "2026-02-30"], 2), (["--store", self.store, "--json", "--csv"], 2),
                            (["--store", "postgres://u:s3cret@127.0.0.1:1/x"], 1)):
            done = run("spend", *wrong)
            self.assertEqual(done.returncode, code, wrong)
            self.assertTrue(done.stderr + done.stdout)
            self.assertNotIn("s3cret", done.stderr + done.stdout)
        self.assertFalse(Path("/no/such/file").exists())


class Import(unittest.TestCase):
    """`drover import litellm` writes a configuration that `drover check` finds good."""

    SHAPE = """
model_list:
  - model_name: chat
    litellm_params: { model: openai/gpt-4o, api_key: os.environ/IMPORT_ONE, rpm: 100 }
  - model_name: chat
    litellm_params: { model: anthropic/claude-sonnet-4-5, api_key: sk-ant-canary-in-clear }
  - model_name: gone
    litellm_params: { model: bedrock/some-model }
router_settings: { num_retries: 2, fallbacks: [ { chat: [ gone ] } ] }
"""

    def import_to(self, folder, *arguments):
        Path(folder, "config.yaml").write_text(self.SHAPE, encoding="ascii")
        return run("import", "litellm", "config.yaml", *arguments, folder=folder)

    def test_what_it_writes_is_good_once_the_keys_are_set(self):
        with tempfile.TemporaryDirectory() as folder:
            done = self.import_to(folder, "-o", "drover.yaml")
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn("1 model taken, 1 entry left out", done.stderr)
            self.assertIn("ANTHROPIC_KEY is not set", done.stderr)
            self.assertNotIn("canary", done.stderr + Path(folder, "drover.yaml").read_text(encoding="utf-8"))
            checked = run("check", "drover.yaml", folder=folder, IMPORT_ONE="first-key-0001", ANTHROPIC_KEY="second-key-0002")
            self.assertEqual(checked.returncode, 0, checked.stderr)
            self.assertIn("drover.yaml is good.", checked.stdout)

    def test_a_file_that_is_there_is_kept(self):
        with tempfile.TemporaryDirectory() as folder:
            Path(folder, "drover.yaml").write_text("mine", encoding="ascii")
            done = self.import_to(folder, "-o", "drover.yaml")
            self.assertEqual(done.returncode, 2)
            self.assertIn("--force", done.stderr)
            self.assertEqual(Path(folder, "drover.yaml").read_text(encoding="ascii"), "mine")
            self.assertEqual(self.import_to(folder, "-o", "drover.yaml", "--force").returncode, 0)

    def test_it_prints_without_an_output_and_says_what_is_wrong(self):
        with tempfile.TemporaryDirectory() as folder:
            self.assertIn("providers:", self.import_to(folder).stdout)
            self.assertEqual(run("import", "litellm", "missing.yaml", folder=folder).returncode, 2)
            Path(folder, "config.yaml").write_text("model_list: []\n", encoding="ascii")
            done = run("import", "litellm", "config.yaml", folder=folder)
            self.assertEqual((done.returncode, done.stdout), (2, ""))
            self.assertIn("there is no model_list", done.stderr)


class Translate(unittest.TestCase):
    """`drover translate` shows what becomes of a request, and of its answer."""

    CHAT = {"model": "gpt-4o", "seed": 7, "messages": [{"role": "system", "content": "Be brief."},
                                                       {"role": "user", "content": "Hi"}]}
    MESSAGE = {"id": "msg_1", "type": "message", "role": "assistant", "model": "claude", "stop_reason": "end_turn",
               "stop_sequence": None, "content": [{"type": "text", "text": "Hello."}],
               "usage": {"input_tokens": 5, "output_tokens": 2}}

    def translate(self, request, *arguments):
        return subprocess.run([DROVER, "translate", "--model", "claude-sonnet-4-5", *arguments], capture_output=True,
                              text=True, timeout=SECONDS, input=json.dumps(request), env=environment())

    def test_a_request_is_said_again_and_its_losses_are_told(self):
        done = self.translate(self.CHAT)
        self.assertEqual(done.returncode, 0, done.stderr)
        body = json.loads(done.stdout)
        self.assertEqual(body["model"], "claude-sonnet-4-5")
        self.assertIn("Be brief.", json.dumps(body["system"]))
        self.assertIn("max_tokens", body)
        self.assertEqual(done.stderr.splitlines(), ["dropped: seed"])

    def test_strict_refuses_what_would_be_dropped(self):
        done = self.translate(self.CHAT, "--policy", "strict")
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertIn("seed", done.stderr)

    def test_an_answer_is_said_as_the_client_would_get_it(self):
        with tempfile.NamedTemporaryFile("w", suffix=".json") as answer:
            json.dump(self.MESSAGE, answer)
            answer.flush()
            done = self.translate(self.CHAT, "--answer", answer.name)
        self.assertEqual(done.returncode, 0, done.stderr)
        said = json.loads(done.stdout)
        self.assertEqual(said["choices"][0]["message"]["content"], "Hello.")
        self.assertEqual(said["usage"]["total_tokens"], 7)

    def test_a_gemini_client_is_asked_in_its_own_words_and_streams_where_its_path_says_so(self):
        request = {"contents": [{"parts": [{"text": "Hi"}]}]}
        events = ('event: message_start\ndata: {"type":"message_start","message":{"id":"m","model":"c"}}\n\n'
                  'event: content_block_start\ndata: {"type":"content_block_start","index":0,"content_block":{"type":"text",'
                  '"text":"Hello."}}\n\nevent: message_delta\ndata: {"type":"message_delta","delta":{"stop_reason":"end_turn"}}'
                  '\n\nevent: message_stop\ndata: {"type":"message_stop"}\n\n')
        with tempfile.NamedTemporaryFile("w") as answer:
            answer.write(events)
            answer.flush()
            done = self.translate(request, "--from", "gemini", "--stream", "--answer", answer.name)
        self.assertEqual(done.returncode, 0, done.stderr)
        chunks = [json.loads(line[6:]) for line in done.stdout.splitlines() if line.startswith("data: ")]
        self.assertEqual(chunks[0]["candidates"][0]["content"]["parts"], [{"text": "Hello."}])
        self.assertEqual(chunks[-1]["candidates"][0]["finishReason"], "STOP")

    def test_what_is_no_request_is_refused_with_the_reason(self):
        for request in ([], "text", {"messages": 7}):
            done = self.translate(request)
            self.assertEqual((done.returncode, done.stdout), (2, ""), request)
            self.assertTrue(done.stderr.startswith("drover translate: "), done.stderr)


class Folder(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def serve(self, *arguments, terminal=None, **more):
        """Starts a gateway in the empty folder; returns its base URL."""
        command = [DROVER, "serve", *arguments]
        gateway = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=terminal or subprocess.DEVNULL, text=True,
                                   cwd=self.folder, env=environment(**more), stdin=subprocess.DEVNULL)
        self.addCleanup(gateway.stdout.close)
        self.addCleanup(gateway.wait, SECONDS)
        self.addCleanup(gateway.terminate)
        self.said = ""
        for line in gateway.stdout:
            self.said += line
            if base := re.search(r"SDKs: set the base URL to (\S+)", line):
                self.gateway = gateway
                return base[1]
        raise AssertionError(self.said)

    def config(self, text):
        path = Path(self.folder) / "own.yaml"
        path.write_text(text)
        return str(path)


class CommandLine(Folder):
    def test_F12_the_version_by_every_name(self):
        versions = [run(*words) for words in (["version"], ["--version"], ["-V"])]
        for ran in versions:
            self.assertEqual(ran.returncode, 0, ran.stderr)
            self.assertRegex(ran.stdout, r"^drover \d+\.\d+")
            self.assertEqual(ran.stdout, versions[0].stdout)

    def test_F12_help_for_all_and_for_one(self):
        self.assertIn("serve", run("help").stdout)
        one = run("help", "serve")
        self.assertEqual(one.returncode, 0)
        self.assertIn("--listen", one.stdout)
        self.assertIn("--listen", run("serve", "--help").stdout)
        self.assertEqual(run("help", "nothing").returncode, 2)

    def test_F12_a_mistyped_subcommand_is_understood(self):
        for typed, meant in (("stauts", "status"), ("serv", "serve"), ("chek", "check"), ("Mock", "mock")):
            ran = run(typed)
            self.assertEqual(ran.returncode, 2)
            self.assertIn(f"did you mean '{meant}'?", ran.stderr)
        self.assertIn("known: serve", run("zzzzzzzzz").stderr)
        self.assertNotIn("\x1b", run("\x1b[2Jx").stderr)
        self.assertEqual(run().returncode, 2)

    def test_F12_the_port_and_the_address_can_be_chosen(self):
        self.assertRegex(self.serve("--port", "0"), r"^http://127\.0\.0\.1:\d+/v1$")
        refused = run("serve", "--listen", "0.0.0.0:0", folder=self.folder)
        self.assertEqual(refused.returncode, 2)
        self.assertIn("--listen", refused.stderr)
        self.assertIn("can be reached from other machines", refused.stderr)
        self.assertEqual(run("serve", "--port", "70000", folder=self.folder).returncode, 2)

    def test_F10_a_key_of_anthropics_is_not_the_mock(self):
        ran = run("serve", "--port", "0", folder=self.folder, ANTHROPIC_API_KEY="sk-ant-your-key-here")
        self.assertEqual(ran.returncode, 2)
        self.assertIn("ANTHROPIC_API_KEY", ran.stderr)
        self.assertNotIn("mock", ran.stdout)

    def test_F12_chat_asks_the_drover_that_runs(self):
        base = self.serve("--port", "0")
        for url in (base, base.removesuffix("/v1")):
            ran = run("chat", "--url", url, "Hello there", folder=self.folder)
            self.assertEqual(ran.returncode, 0, ran.stderr)
            self.assertEqual(ran.stdout, "Hello there\n")
        named = run("chat", "--url", base, "--model", "gpt-4o", "Hi", folder=self.folder)
        self.assertEqual(named.stdout, "Hi\n")
        self.assertNotEqual(run("chat", "--url", "http://127.0.0.1:1", "Hi", folder=self.folder).returncode, 0)

    def test_F12_chat_speaks_the_dialect_of_the_model(self):
        base = self.serve("--port", "0")
        ran = run("chat", "--url", base, "--model", "claude-opus-4-8", "Hello Claude", folder=self.folder)
        self.assertEqual((ran.returncode, ran.stdout), (0, "Hello Claude\n"), ran.stderr)
        listed = json.loads(urllib.request.urlopen(base + "/models", timeout=SECONDS).read())
        self.assertNotIn("claude-opus-4-8", [model["id"] for model in listed["data"]])

    def test_F12_chat_asks_an_anthropic_provider_of_a_file(self):
        base = self.serve("--port", "0").removesuffix("/v1")
        own = self.config(f"providers: {{ a: {{ dialect: anthropic, base_url: '{base}', auth: none }} }}\n")
        ran = run("chat", "--config", own, "--model", "claude-opus-4-8", "From a file", folder=self.folder)
        self.assertEqual((ran.returncode, ran.stdout), (0, "From a file\n"), ran.stderr)
        gone = self.config("providers: { a: { dialect: anthropic, base_url: 'http://127.0.0.1:1', auth: none } }\n")
        lost = run("chat", "--config", gone, "--model", "claude-opus-4-8", "x", folder=self.folder)
        self.assertNotEqual(lost.returncode, 0)
        self.assertIn("502", lost.stderr)

    def test_F6_a_websocket_that_is_refused_is_seen_by_the_operator(self):
        log = open(Path(self.folder) / "log", "w+")
        self.addCleanup(log.close)
        base = self.serve("--port", "0", terminal=log)
        for _ in range(3):
            asked = urllib.request.Request(base + "/responses", headers={"Upgrade": "websocket",
                                                                         "Connection": "Upgrade"})
            with self.assertRaises(urllib.error.HTTPError) as refused:
                urllib.request.urlopen(asked, timeout=SECONDS)
            self.assertEqual(refused.exception.code, 426)
            refused.exception.close()
        self.gateway.terminate()
        self.gateway.wait(SECONDS)
        log.seek(0)
        self.assertEqual(log.read().count("a WebSocket to /v1/responses was refused with status 426"), 1)

    def test_check_asks_for_models_when_it_is_told_to(self):
        class Models(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                body = b'{"data":[{"id":"old","shutdown_date":"2020-01-14"},{"id":"good"}]}'
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        server = http.server.HTTPServer(("127.0.0.1", 0), Models)
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        own = self.config(f"providers: {{ p: {{ base_url: 'http://127.0.0.1:{server.server_port}/v1', auth: none }}, "
                          "gone: { base_url: 'http://127.0.0.1:1/v1', auth: none } }\n"
                          "models: { old: { targets: [ p ] }, none: { targets: [ p ] }, good: { targets: [ p ] }, "
                          "other: { targets: [ gone ] } }\n")
        self.assertNotIn("2020-01-14", run("check", own).stdout)
        ran = run("check", "--models", own)
        self.assertEqual(ran.returncode, 0, ran.stderr)
        self.assertIn("warning: provider p has shut down model old on 2020-01-14", ran.stdout)
        self.assertIn("warning: provider p does not list model none", ran.stdout)
        self.assertNotIn("does not list model good", ran.stdout)
        self.assertIn("warning: provider gone did not give its list of models", ran.stdout)

    def test_F12_chat_shows_its_client_key(self):
        base = self.serve("--port", "0", "--config", self.config(
            "admin: off\nproviders: { p: { base_url: 'http://127.0.0.1:1/v1', auth: none } }\n"
            "clients: [ { name: me, key: { value: a-client-key-of-mine } } ]\n"))
        without = run("chat", "--url", base, "--model", "m", "Hi", folder=self.folder)
        self.assertIn("missing_client_key", without.stderr + without.stdout)
        known = run("chat", "--url", base, "--model", "m", "Hi", folder=self.folder,
                    DROVER_CLIENT_KEY="a-client-key-of-mine")
        self.assertNotIn("client_key", known.stderr + known.stdout)

    def test_F2_what_check_advises_can_be_served_in_both_dialects(self):
        base = self.serve("--port", "0")
        chat = post(base + "/chat/completions",
                    {"model": "gpt-4o", "messages": [{"role": "user", "content": "one"}]})
        self.assertEqual(chat["choices"][0]["message"]["content"], "one")
        message = post(base + "/messages", {"model": "claude-opus-4-8", "max_tokens": 9,
                                            "messages": [{"role": "user", "content": "two"}]})
        self.assertEqual(message["content"][0]["text"], "two")


def read_for(descriptor, until, seconds=SECONDS):
    """What a terminal is sent until `until` says that it is enough."""
    text = b""
    end = time.monotonic() + seconds
    while not until(text):
        left = end - time.monotonic()
        if left <= 0 or not select.select([descriptor], [], [], left)[0]:
            raise AssertionError(text)
        try:
            text += os.read(descriptor, 65536)
        except OSError:
            break
    return text.decode()


def terminal(columns, rows):
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    return ours, theirs


def at_terminal(columns, *arguments):
    """What a subcommand that ends prints at a terminal of this width."""
    ours, theirs = terminal(columns, 24)
    try:
        process = subprocess.Popen([DROVER, *arguments], stdout=theirs, stdin=subprocess.DEVNULL, env=environment())
        os.close(theirs)
        text = read_for(ours, lambda seen: False)
        process.wait(SECONDS)
    finally:
        os.close(ours)
    return text


def without_escapes(text):
    return re.sub(r"\x1b\[[0-9;]*[A-Za-z]", "", text)


class AtATerminal(Folder):
    def test_a_request_is_one_line_without_its_prompt(self):
        ours, theirs = terminal(200, 24)
        self.addCleanup(os.close, ours)
        base = self.serve("--port", "0", terminal=theirs)
        os.close(theirs)
        self.assertIn("on this terminal", self.said)
        post(base + "/chat/completions", {"model": "gpt-4o", "messages": [{"role": "user", "content": "a secret prompt"}]},
             {"Authorization": "Bearer sk-secret-of-a-client"})
        text = read_for(ours, lambda seen: seen.count(b"/v1/chat/completions") == 1 and seen.endswith(b"\n"))
        line = next(line for line in text.splitlines() if "/v1/chat/completions" in line)
        self.assertRegex(line, r"^\d\d:\d\d:\d\d  -  POST /v1/chat/completions  gpt-4o  mock/\d  200  \d+ms$")
        self.assertNotIn("secret", text)

    def test_nothing_is_shown_where_the_file_says_off(self):
        ours, theirs = terminal(200, 24)
        self.addCleanup(os.close, ours)
        self.serve("--port", "0", "--config", self.config(
            "admin: off\naccess_log: off\nproviders: { p: { base_url: 'http://127.0.0.1:1/v1', auth: none } }\n"),
            terminal=theirs)
        os.close(theirs)
        self.assertIn("access   no log", self.said)

    def watch(self, columns, rows):
        """Starts `status --watch` at a terminal of this size, before a gateway of 40 targets."""
        keys = ", ".join(f"{{ name: a-key-with-a-long-name-{n}, value: sk-never-used-{n} }}" for n in range(40))
        self.serve("--port", "0", "--config", self.config(
            "admin: 127.0.0.1:0\nhealth: { probe: off }\n"
            f"providers: {{ some-provider: {{ base_url: 'http://127.0.0.1:1/v1', keys: [ {keys} ] }} }}\n"))
        lines = iter(self.gateway.stdout)
        admin = next(found[1] for line in lines if (found := re.search(r"--url (\S+)", line)))
        ours, theirs = terminal(columns, rows)
        self.addCleanup(os.close, ours)
        watching = subprocess.Popen([DROVER, "status", "--watch", "--url", admin], stdin=theirs, stdout=theirs,
                                    stderr=theirs, env=environment(), start_new_session=True,
                                    preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0))
        self.addCleanup(watching.wait, SECONDS)
        self.addCleanup(watching.kill)
        os.close(theirs)
        return ours, watching, admin

    def test_F9_watch_fits_its_window_and_q_ends_it(self):
        ours, watching, _ = self.watch(80, 24)
        shown = read_for(ours, lambda seen: seen.count(b"40 targets: ") >= 2)
        last = without_escapes(shown.split("\x1b[2J")[1]).replace("\r", "").rstrip("\n").split("\n")
        self.assertLessEqual(len(last), 23)
        self.assertLessEqual(max(map(len, last)), 80)
        self.assertIn("more", "\n".join(last))
        os.write(ours, b"q")
        self.assertEqual(watching.wait(SECONDS), 0)

    def test_F9_watch_follows_its_window(self):
        ours, watching, _ = self.watch(80, 24)
        read_for(ours, lambda seen: seen.count(b"40 targets: ") >= 1)
        fcntl.ioctl(ours, termios.TIOCSWINSZ, struct.pack("HHHH", 60, 200, 0, 0))
        text = read_for(ours, lambda seen: b"a-key-with-a-long-name-39" in seen)
        self.assertIn("REQUESTS", text)
        watching.send_signal(signal.SIGINT)
        self.assertEqual(watching.wait(SECONDS), 0)

    def test_F9_watch_fits_in_a_pipe_too(self):
        _, _, admin = self.watch(80, 24)
        for columns in (50, 80, 120):
            with subprocess.Popen([DROVER, "status", "--watch", "--url", admin], stdin=subprocess.DEVNULL,
                                  stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                                  env=environment(COLUMNS=str(columns), LINES="20")) as piped:
                lines = [next(piped.stdout).rstrip("\n") for _ in range(20)]
                piped.terminate()
            self.assertLessEqual(max(map(len, lines)), columns)
            self.assertRegex(lines[19], r"^40 targets: ")


if __name__ == "__main__":
    unittest.main()
