"""One of three targets answers every request in one wrong way, and fast: what share of the traffic it keeps, and what
clients see of it; in four topologies, under each policy. And clients that are wrong before targets that are well."""

import asyncio
import json
import pathlib
import statistics
import time

from failures.result import Figure, Result
from failures.wire import HOST, Client, request
from failures.world import Process, port_of

EARLY = 20
SICK_SHARE, THROUGHPUT = 0.05, 0.9
POLICIES = ("p2c", "round_robin", "random", "least_requests", "least_latency", "sticky")
WELL = "200 well"
TOPOLOGIES = ("keys of one server", "servers of one key", "providers", "fallbacks")
GOOD = json.dumps({"id": "c", "object": "chat.completion", "model": "m", "choices": [
    {"index": 0, "message": {"role": "assistant", "content": "hi"}, "finish_reason": "stop"}],
    "usage": {"prompt_tokens": 3, "completion_tokens": 1, "total_tokens": 4}})
ERROR = json.dumps({"error": {"message": "this was refused", "type": "invalid_request_error", "code": None}})
# Answers with a good status that are none.
SHAPES = {"page": "<html><body>Log in</body></html>", "nothing": "", "object": "{}", "list": "[]", "null": "null",
          "text": "upstream error", "cut": GOOD[:40], "detail": '{"detail":"Not Found"}',
          "code": '{"code":500,"message":"failed"}', "error_code": '{"error_code":17,"error_msg":"limit"}',
          "success": '{"success":false,"errors":["x"]}', "errors": '[{"error":{"message":"x"}}]',
          "object error": '{"object":"error","message":"x","code":400}', "no choices": '{"choices":null}',
          "empty choices": '{"choices":[],"usage":{"prompt_tokens":1,"completion_tokens":0}}',
          "base_resp": '{"choices":null,"base_resp":{"status_code":1008,"status_msg":"x"}}',
          "error": '{"error":{"message":"x","type":"server_error"}}', "error text": '{"error":"x"}',
          "finish error": GOOD.replace('"stop"', '"error"'), "number": "17"}


def answer(status, body, fields=()):
    kind = "text/html" if body.startswith("<") else "application/json"
    head = [f"HTTP/1.1 {status} Said", f"Content-Type: {kind}", *fields]
    if status != 304:
        head.append(f"Content-Length: {len(body)}")
    return "\r\n".join(head).encode() + b"\r\n\r\n" + (b"" if status == 304 else body.encode())


def sicknesses(quick):
    """By name: what the sick target says."""
    statuses = range(300, 600) if not quick else (302, 400, 401, 402, 403, 404, 405, 409, 413, 422, 429, 500, 503, 529)
    found = {str(status): answer(status, ERROR) for status in statuses}
    found["429 retry-after 0"] = answer(429, ERROR, ["Retry-After: 0"])
    found["529 retry-after 1"] = answer(529, ERROR, ["Retry-After: 1"])
    found.update({f"200 {name}": answer(200, body) for name, body in SHAPES.items()})
    return found


class Upstream:
    """Every target of every case: "/CASE/SERVER/v1/...", the key tells the rest. It knows who was asked first."""

    def __init__(self, cases, topology):
        self.cases = list(cases.values())
        self.first = {}
        self._by_key = topology == 0

    async def __aenter__(self):
        self._server = await asyncio.start_server(self._serve, HOST, 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_):
        self._server.close()

    async def _serve(self, reader, writer):
        try:
            while True:
                line = (await reader.readuntil(b"\r\n")).decode()
                head = b""
                fields = {}
                while (head := await reader.readuntil(b"\r\n")) != b"\r\n":
                    name, _, value = head.decode("latin-1").partition(":")
                    fields[name.lower()] = value.strip()
                body = json.loads(await reader.readexactly(int(fields.get("content-length", 0))) or b"{}")
                _, case, server, *_ = line.split(" ")[1].split("/")
                target = int(fields["authorization"][-1]) if self._by_key else int(server)
                text = body["messages"][0]["content"]
                self.first.setdefault((int(case), text), target)
                wrong = text.startswith("wrong")
                writer.write(answer(400, ERROR) if wrong else self.cases[int(case)] if target == 0
                             else answer(200, GOOD))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


def configuration(port, count, topology, policy):
    """Providers and a model for each case, so that no case knows of another."""
    providers, models = "", ""
    for case in range(count):
        url = f"http://{HOST}:{port}/{case}"
        keys = [f"sk-diagnosis-{case}-{key}" for key in range(3)]
        listed = lambda some: "[ " + ", ".join(f"{{ value: {key} }}" for key in some) + " ]"
        if topology == 0:
            providers += f"  p{case}: {{ base_url: \"{url}/0/v1\", keys: {listed(keys)} }}\n"
        elif topology == 1:
            servers = ", ".join(f'"{url}/{server}/v1"' for server in range(3))
            providers += f"  p{case}: {{ servers: [ {servers} ], keys: {listed(keys[:1])} }}\n"
        else:
            for at in range(3):
                providers += f"  p{case}x{at}: {{ base_url: \"{url}/{at}/v1\", keys: {listed([keys[at]])} }}\n"
        targets = f"p{case}" if topology < 2 else ", ".join(
            f"{{ provider: p{case}x{at}, priority: {at if topology == 3 else 0} }}" for at in range(3))
        models += f"  m{case}: {{ balance: {policy}, targets: [ {targets} ] }}\n"
    return (f"listen: 127.0.0.1:0\nadmin: off\nhealth: {{ probe: off }}\nlimits: {{ connections: 2000 }}\n"
            f"providers:\n{providers}models:\n{models}")


async def ask(client, case, texts):
    """One request after the other. Which failed, by their place; and how long the late ones took in all, in seconds."""
    failed = []
    begin = time.monotonic()
    for at, text in enumerate(texts):
        if at == EARLY:
            begin = time.monotonic()
        ask_for = {"model": f"m{case}", "messages": [{"role": "user", "content": text}]}
        got = await client.ask(request("POST", "/v1/chat/completions", json.dumps(ask_for).encode(),
                                       [f"X-Session-Id: {at % 7}"]))
        if got.status != 200 and not text.startswith("wrong"):
            failed.append(at)
    return failed, time.monotonic() - begin


async def measure(folder, topology, policy, cases, requests, wrong):
    """By case: of the requests behind the twentieth, the share of first attempts at the sick target, the failures and the
    seconds; and the failures of all. All cases are asked at once, so their seconds can be compared."""
    folder = pathlib.Path(folder) / f"diagnosis-{topology}-{policy}-{wrong}"
    folder.mkdir()
    async with Upstream(cases, topology) as upstream:
        (folder / "drover.yaml").write_text(configuration(upstream.port, len(cases), topology, policy))
        gateway = await Process.start(["serve", "--config", str(folder / "drover.yaml")], folder, {})
        try:
            client = Client(port_of(await gateway.expect("set the base URL to ")))
            texts = [f"{'wrong' if wrong and at % 5 == 2 else 'right'} {at}" for at in range(requests)]
            asked = await asyncio.gather(*(ask(client, case, texts) for case in range(len(cases))))
            client.close()
        finally:
            await gateway.stop()
    late = range(EARLY, requests)
    found = {}
    for case, name in enumerate(cases):
        firsts = [upstream.first.get((case, texts[at])) for at in late]
        failed, seconds = asked[case]
        found[name] = (firsts.count(0) / len(late), sum(1 for at in failed if at >= EARLY), seconds, len(failed))
    return found


async def run(folder, quick):
    cases = sicknesses(quick)
    controls = {f"{WELL} {at}": answer(200, GOOD) for at in range(5)}
    requests = 160
    results, details = [], {}
    for topology, name in enumerate(TOPOLOGIES):
        for policy in POLICIES:
            found = await measure(folder, topology, policy, cases | controls, requests, wrong=False)
            well = statistics.median(found.pop(control)[2] for control in controls)
            slowest = max(found, key=lambda case: found[case][2])
            worst = max(found, key=lambda case: found[case][0])
            unlucky = max(found, key=lambda case: found[case][1])
            results.append(Figure(f"first attempts at a sick target, {name}, {policy}, worst of {len(cases)} ({worst})",
                                  100 * found[worst][0], "%", most=100 * SICK_SHARE))
            results.append(Figure(f"failed after the twentieth, {name}, {policy} ({unlucky})", found[unlucky][1], "",
                                  most=1))
            results.append(Figure(f"throughput beside a sick target, {name}, {policy} ({slowest})",
                                  100 * well / found[slowest][2], "%", least=100 * THROUGHPUT))
            details[f"{name}, {policy}"] = found
        found = await measure(folder, topology, "p2c", {WELL: answer(200, GOOD)}, 400, wrong=True)
        results.append(Figure(f"failed beside a client that is wrong in 20 %, {name}", found[WELL][3], "", most=0))
    return [Result(results, [], details)]
