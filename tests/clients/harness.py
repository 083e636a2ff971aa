"""A world for the SDK tests: a mock provider and a gateway in front of it, as processes of their own.

Needs the standard library only. Python tests import it; other languages run it and talk JSON:

    python3 harness.py world '{"transport": "tls", "gateway": {...}}'

prints {"base_url": ..., "mock_url": ..., "backs": ...} on one line, keeps the world until its standard input ends, and then exits 0
only if both processes ended well. The program under test is the one in the environment variable DROVER.
"""

import contextlib
import http.client
import json
import os
import queue
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from urllib.parse import urlsplit

KEYS = ["sk-mock-1", "sk-mock-2", "sk-mock-3"]
CLAUDE = "claude-sonnet-5-5"
GEMINI = "gemini-3-pro"
EMBEDDER = "gemini-embedding-001"
MODELS = ["gpt-4o", "gpt-6.2-sol", "qwen3-32b", "text-embedding-3-small", "whisper-1", CLAUDE, GEMINI, EMBEDDER]
# Long, because the machine may be busy with other tests; nothing waits this long unless something is broken.
PATIENCE = 30.0


# What a provider of the matrix is asked by: the name of the back, the path, the model there, and the other back that a
# request goes on to. Every client asks for "at-NAME", or for "first-NAME" to be answered by the other back as well.
BACKS = {
    "chat": {"path": "/v1/chat/completions", "model": "qwen3-32b", "then": "messages"},
    "responses": {"path": "/v1/responses", "model": "gpt-6.2-sol", "then": "messages"},
    "messages": {"path": "/v1/messages", "model": CLAUDE, "then": "chat"},
    "gemini": {"path": f"/v1beta/models/{GEMINI}:generateContent", "model": GEMINI, "then": "messages"},
}


def path_of(record):
    """The path of a request that reached the provider, the same for all versions of Gemini's API, and for its streams."""
    path = record["path"].split("?")[0].replace(":streamGenerateContent", ":generateContent")
    return path.replace("/v1/models/", "/v1beta/models/")


class Failed(Exception):
    """A process did not do what every process must: start, answer, stop."""


def until(condition, what, patience=PATIENCE):
    """The first true value of condition(), asked again and again; fails with a sentence."""
    deadline = time.monotonic() + patience
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise Failed(f"waited {patience:g} s in vain: {what}")
        time.sleep(0.01)


class Certificates:
    """An authority and a certificate for 127.0.0.1 and localhost that it signed, made by the openssl program."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.ca = str(self.folder / "ca.pem")
        self.cert = str(self.folder / "server.pem")
        self.key = str(self.folder / "server-key.pem")

    def make(self):
        ca_key, request, extra = (str(self.folder / name) for name in ("ca-key.pem", "server.csr", "server.ext"))
        new_key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
        Path(extra).write_text("subjectAltName=IP:127.0.0.1,DNS:localhost\nextendedKeyUsage=serverAuth\n")
        self._openssl("req", "-x509", *new_key, "-subj", "/CN=test authority", "-days", "2", "-keyout", ca_key,
                      "-out", self.ca)
        self._openssl("req", *new_key, "-subj", "/CN=127.0.0.1", "-keyout", self.key, "-out", request)
        self._openssl("x509", "-req", "-in", request, "-CA", self.ca, "-CAkey", ca_key, "-CAcreateserial", "-days",
                      "2", "-extfile", extra, "-out", self.cert)
        return self

    @staticmethod
    def _openssl(*arguments):
        done = subprocess.run(["openssl", *arguments], capture_output=True, text=True)
        if done.returncode != 0:
            raise Failed(f"openssl {arguments[0]} failed: {done.stderr}")


class Process:
    """One drover process. Its output is read from the first line on, so that it never blocks on a full pipe."""

    def __init__(self, *arguments, environment=None):
        program = os.environ.get("DROVER")
        if not program:
            raise Failed("set DROVER to the drover program to test")
        self.name = arguments[0]
        self.lines = []
        self._heard = queue.SimpleQueue()
        self._process = subprocess.Popen([program, *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                         stderr=subprocess.STDOUT, text=True, env={**os.environ, **(environment or {})})
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self):
        for line in self._process.stdout:
            self.lines.append(line.rstrip("\n"))
            self._heard.put(line.rstrip("\n"))
        self._heard.put(None)

    def expect(self, words):
        """What follows `words` in the first line that has them."""
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                line = self._heard.get(timeout=max(0.0, deadline - time.monotonic()))
            except queue.Empty:
                raise Failed(f"drover {self.name} did not say '{words}'\n{self.output()}") from None
            if line is None:
                raise Failed(f"drover {self.name} ended before it said '{words}'\n{self.output()}")
            if words in line:
                return line.split(words, 1)[1].strip()

    def stop(self):
        """SIGTERM; its exit code, which is 0 when all is well."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
        try:
            code = self._process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            code = "none: it did not stop on SIGTERM"
        self._reader.join()
        self._process.stdout.close()
        return code

    def output(self):
        return "\n".join(self.lines[-40:])


def merged(base, changes):
    """`base` with `changes` laid over it, objects member by member; null removes."""
    if not isinstance(base, dict) or not isinstance(changes, dict):
        return changes
    result = dict(base)
    for name, value in changes.items():
        result[name] = merged(base.get(name), value)
        if result[name] is None:
            del result[name]
    return result


def gateway_settings(servers, certificates):
    """The same three keys: at one server, at providers of their own, and one key at three servers. JSON is YAML."""
    listen = {"address": "127.0.0.1:0"}
    if certificates:
        listen["tls"] = {"cert": certificates.cert, "key": certificates.key}
    named = [{"name": f"k{number}", "env": f"MOCK_KEY_{number}"} for number in (1, 2, 3)]
    providers = {"mock": {"base_url": servers[0], "keys": named}}
    for name, key, server in zip(("first", "second", "third"), named, servers, strict=True):
        providers[name] = {"base_url": server, "keys": [key]}
    providers["spread"] = {"servers": servers, "keys": [named[0]]}
    # The same once more in Anthropic's dialect, whose base URLs end before "/v1".
    roots = [server.removesuffix("/v1") for server in servers]
    providers["claude"] = {"dialect": "anthropic", "base_url": roots[0], "keys": named}
    providers["claude-spread"] = {"dialect": "anthropic", "servers": roots, "keys": [named[0]]}
    providers["google"] = {"dialect": "gemini", "base_url": roots[0], "keys": named}
    one_key = {"provider": "mock", "model": "gpt-4o", "key": "k1"}
    by_turns = {"balance": "round_robin", "targets": ["mock"]}
    apart = [{"provider": name, "model": "gpt-4o"} for name in ("first", "second", "third")]
    return {
        "listen": [listen],
        "admin": "off",
        "providers": providers,
        "models": {
            "gpt-4o": by_turns,
            "text-embedding-3-small": by_turns,
            "whisper-1": by_turns,
            "one-key": {"targets": [one_key]},
            "three-providers": {"balance": "round_robin", "targets": apart},
            "three-servers": {"balance": "round_robin", "targets": [{"provider": "spread", "model": "gpt-4o"}]},
            CLAUDE: {"balance": "round_robin", "targets": ["claude"]},
            "claude-one-key": {"targets": [{"provider": "claude", "model": CLAUDE, "key": "k1"}]},
            "claude-three-servers": {
                "balance": "round_robin", "targets": [{"provider": "claude-spread", "model": CLAUDE}]},
        },
        "health": {"probe": "off"},
        "drain": "5s",
    }


def matrix_settings(server):
    """A provider of each back, and models that ask it alone, or before another."""
    keys = [{"name": f"k{number}", "env": f"MOCK_KEY_{number}"} for number in (1, 2, 3)]
    providers, models = {}, {}
    for name, back in BACKS.items():
        dialect = {"messages": "anthropic", "gemini": "gemini"}.get(name)
        if dialect:
            providers[f"back-{name}"] = {"dialect": dialect, "base_url": server.removesuffix("/v1"), "keys": keys}
        else:
            providers[f"back-{name}"] = {"base_url": server, "keys": keys, "apis": [name]}
        target = {"provider": f"back-{name}", "model": back["model"]}
        other = {"provider": f"back-{back['then']}", "model": BACKS[back["then"]]["model"], "priority": 1}
        models[f"at-{name}"] = {"targets": [target]}
        models[f"first-{name}"] = {"targets": [target, other]}
    return {"providers": providers, "models": models}


MOCK_SETTINGS = {
    "listen": ["127.0.0.1:0"] * 3,
    "keys": KEYS,
    "models": MODELS,
    "record": {"fields": True},
    "first_token": "0s",
    "tokens_per_second": 0,
    "answer_tokens": 24,
}


class World:
    """`mock` and `gateway` are laid over the settings above, with the matrix's providers if it is wanted."""

    def __init__(self, transport="tcp", mock=None, gateway=None, matrix=False):
        self._matrix = matrix
        self.transport = transport
        self._mock_changes = mock or {}
        self._gateway_changes = gateway or {}
        self._folder = None
        self._processes = []
        self.certificates = None
        self.mock_url = self.base_url = None

    def start(self):
        try:
            self._start()
        except BaseException:
            with contextlib.suppress(Failed):
                self.stop()
            raise
        return self

    def _start(self):
        self._folder = tempfile.TemporaryDirectory(prefix="drover-clients-")
        folder = Path(self._folder.name)
        if self.transport == "tls":
            shared = os.environ.get("DROVER_TEST_CERTIFICATES")
            self.certificates = Certificates(shared) if shared else Certificates(folder).make()

        settings = merged(MOCK_SETTINGS, self._mock_changes)
        (folder / "mock.json").write_text(json.dumps(settings))
        mock = self._launch("mock", "--settings", str(folder / "mock.json"))
        servers = [mock.expect("listening on") for _ in settings["listen"]]
        self.mock_url = servers[0].removesuffix("/v1")

        config = gateway_settings(servers, self.certificates)
        if self._matrix:
            config = merged(config, matrix_settings(servers[0]))
        config = merged(config, self._gateway_changes)
        (folder / "drover.yaml").write_text(json.dumps(config))
        secrets = {f"MOCK_KEY_{index + 1}": key for index, key in enumerate(KEYS)}
        gateway = self._launch("serve", "--config", str(folder / "drover.yaml"), environment=secrets)
        self.base_url = gateway.expect("set the base URL to")
        for url in (self.mock_url, self.base_url):
            until(lambda url=url: self._answers(url), f"nothing accepts connections at {url}")

    def _launch(self, *arguments, environment=None):
        process = Process(*arguments, environment=environment)
        self._processes.append(process)
        return process

    @staticmethod
    def _answers(url):
        place = urlsplit(url)
        try:
            socket.create_connection((place.hostname, place.port), timeout=1).close()
        except OSError:
            return False
        return True

    def stop(self):
        """Stops both, the gateway first; fails when one of them did not end with 0."""
        bad = []
        for process in reversed(self._processes):
            code = process.stop()
            if code != 0:
                bad.append(f"drover {process.name} ended with {code}\n{process.output()}")
        self._processes.clear()
        if self._folder:
            self._folder.cleanup()
        if bad:
            raise Failed("\n".join(bad))

    def output(self):
        return "\n".join(f"--- drover {process.name}\n{process.output()}" for process in self._processes)

    def gateway_lines(self):
        """What the gateway has printed so far."""
        return list(self._processes[-1].lines)

    # ---- the mock's own pages ----

    def control(self, method, page, body=None):
        place = urlsplit(self.mock_url)
        connection = http.client.HTTPConnection(place.hostname, place.port, timeout=PATIENCE)
        try:
            connection.request(method, f"/_mock/{page}", body=None if body is None else json.dumps(body))
            answer = connection.getresponse()
            text = answer.read().decode()
        finally:
            connection.close()
        if answer.status != 200:
            raise Failed(f"the mock's {page} page said {answer.status}: {text}")
        return json.loads(text)

    def faults(self, *texts):
        """These faults and no others."""
        self.control("PUT", "faults", list(texts))

    def change(self, **settings):
        self.control("POST", "settings", settings)

    def requests(self):
        """What reached the provider, oldest first."""
        return self.control("GET", "log")["requests"]

    def reset(self):
        """No faults, nothing remembered."""
        self.faults()
        self.control("DELETE", "log")


def field(record, name):
    """The value of a request field that the mock recorded."""
    return next((value for key, value in record.get("fields", []) if key.lower() == name), None)


def main():
    if len(sys.argv) == 3 and sys.argv[1] == "certificates":
        Certificates(sys.argv[2]).make()
        return 0
    if len(sys.argv) != 3 or sys.argv[1] != "world":
        print("usage: harness.py world SETTINGS-AS-JSON | certificates FOLDER", file=sys.stderr)
        return 2
    world = World(**json.loads(sys.argv[2])).start()
    print(json.dumps({"base_url": world.base_url, "mock_url": world.mock_url, "backs": BACKS}), flush=True)
    sys.stdin.read()
    output = world.output()
    try:
        world.stop()
    except Failed as failure:
        print(f"{failure}\n{output}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
