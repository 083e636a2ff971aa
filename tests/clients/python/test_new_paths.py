"""Paths and fields that the APIs got in 2026: they pass as they are, to the keys of their dialect."""

import json
import threading
import unittest
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from kit import CLAUDE, FreshWorld, both_transports, field

ANSWER = {
    "id": "resp_1", "object": "response", "type": "message", "role": "assistant", "status": "completed", "model": "m",
    "created_at": 1, "output": [], "data": [], "input_tokens": 3, "has_more": False, "stop_reason": "end_turn",
    "content": [{"type": "text", "text": "Good morning"}, {"type": "fallback", "from": {"model": "a"}, "to": {"model": "b"}}],
    "usage": {"input_tokens": 1, "output_tokens": 1, "total_tokens": 2, "inference_geo": "us", "speed": "fast"},
}


class Recorder(BaseHTTPRequestHandler):
    """Answers anything, and remembers what it was asked. The first of its keys is refused."""

    protocol_version = "HTTP/1.1"

    def answer(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        key = self.headers.get("x-api-key") or self.headers.get("Authorization", "").removeprefix("Bearer ")
        refused = key in self.server.refused
        self.server.heard.append({"line": f"{self.command} {self.path}", "body": body, "key": key, "refused": refused,
                                  "fields": list(self.headers.items())})
        text = json.dumps({"error": {"message": "no", "code": "invalid_api_key"}} if refused else ANSWER).encode()
        self.send_response(401 if refused else 200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    do_GET = do_POST = do_DELETE = answer

    def log_message(self, *_):
        pass


class NewPaths(FreshWorld):
    def setUp(self):
        super().setUp()
        self.provider = ThreadingHTTPServer(("127.0.0.1", 0), Recorder)
        self.provider.daemon_threads = True
        self.provider.heard, self.provider.refused = [], set()
        serving = threading.Thread(target=self.provider.serve_forever, daemon=True)
        serving.start()
        self.addCleanup(self.provider.server_close)
        self.addCleanup(serving.join)
        self.addCleanup(self.provider.shutdown)
        self.start_before_the_provider()

    def start_before_the_provider(self):
        root = f"http://127.0.0.1:{self.provider.server_port}"
        self.start(gateway={"providers": {"mock": {"base_url": root + "/v1"}, "claude": {"base_url": root}}})

    def heard(self, call):
        """What the provider heard of one call that the SDK makes."""
        self.provider.heard.clear()
        call()
        return self.provider.heard

    def check(self, calls):
        """Each call arrives once, on the path that the SDK used, with the body that it sent."""
        for line, call in calls.items():
            with self.subTest(line):
                self.sent.clear()
                (record,) = self.heard(call)
                self.assertEqual(record["line"], line)
                self.assertEqual(record["body"], self.sent[0].read())

    def test_those_of_openais_api(self):
        client = self.client(max_retries=0)
        image = [{"image_url": "data:image/png;base64,AAAA"}]
        self.check({
            "POST /v1/responses/compact": lambda: client.responses.compact(model="gpt-4o", input="Hello"),
            "POST /v1/responses/input_tokens": lambda: client.responses.input_tokens.count(model="gpt-4o", input="Hello"),
            "GET /v1/responses/resp_1?starting_after=3&stream=true":
                lambda: client.get("/responses/resp_1?starting_after=3&stream=true", cast_to=object),
            "POST /v1/images/edits":
                lambda: client.post("/images/edits", body={"model": "gpt-4o", "images": image}, cast_to=object),
            "GET /v1/videos?limit=2": lambda: client.videos.list(limit=2),
            "POST /v1/videos/video_1/remix": lambda: client.videos.remix("video_1", prompt="again"),
            "GET /v1/audio/voices": lambda: client.get("/audio/voices", cast_to=object),
            "DELETE /v1/audio/voice_consents/c_1": lambda: client.delete("/audio/voice_consents/c_1", cast_to=object),
            "POST /v1/realtime/calls/c_1/hangup": lambda: client.realtime.calls.hangup("c_1"),
            "POST /v1/realtime/translations/client_secrets":
                lambda: client.post("/realtime/translations/client_secrets", body={"session": {}}, cast_to=object),
            "POST /v1/live/sessions":
                lambda: client.post("/live/sessions", body={"model": "gpt-4o"}, cast_to=object),
            "POST /v1/decisions":
                lambda: client.post("/decisions", body={"model": "gpt-4o", "input": "x"}, cast_to=object),
        })

    def test_those_of_anthropics_api(self):
        client = self.claude(max_retries=0)
        self.check({
            "POST /v1/messages/count_tokens":
                lambda: client.messages.count_tokens(model=CLAUDE, messages=[{"role": "user", "content": "Hi"}]),
            "POST /v1/messages/batches/b_1/cancel": lambda: client.messages.batches.cancel("b_1"),
            **{f"GET /v1/{name}": lambda name=name: client.get(f"/v1/{name}", cast_to=object)
               for name in ("files", "skills", "user_profiles", "dreams", "deployments", "organizations/me", "agents",
                            "sessions", "environments", "memory_stores", "vaults")},
        })

    def test_betas_and_the_fields_they_bring_pass_both_ways(self):
        betas = "server-side-fallback-2026-07-01,fast-mode-2026-02-01,mid-conversation-system-2026-04-07"
        new = {"fallbacks": [{"model": "claude-opus-5-5"}], "inference_geo": "us", "speed": "fast",
               "container": {"id": "c_1"}, "a_field_of_next_year": [1.0, {"deep": None}]}
        turns = [{"role": "user", "content": "Hi"}, {"role": "system", "content": "Be brief."}]
        asked = {"model": CLAUDE, "max_tokens": 9, "messages": turns, **new}
        answers = []
        (record,) = self.heard(lambda: answers.append(self.claude().post(
            "/v1/messages?beta=true", body=asked, cast_to=object, options={"headers": {"anthropic-beta": betas}})))
        self.assertEqual((record["line"], json.loads(record["body"])), ("POST /v1/messages?beta=true", asked))
        self.assertEqual(field(record, "anthropic-beta"), betas)
        self.assertEqual(answers, [ANSWER])

    def test_those_that_leave_nothing_behind_go_on_to_another_key(self):
        for call in (lambda: client.responses.compact(model="gpt-4o", input="Hello"),
                     lambda: client.responses.input_tokens.count(model="gpt-4o", input="Hello")):
            self.start_before_the_provider()
            self.provider.refused = {"sk-mock-2"}
            client = self.client(max_retries=0)
            records = [record for _ in range(3) for record in self.heard(call)]
            self.assertEqual(sorted(record["refused"] for record in records), [False, False, False, True])
            self.assertEqual(len({record["body"] for record in records}), 1)


load_tests = both_transports(__name__)

if __name__ == "__main__":
    unittest.main()
