"""Where a client's key may stand, in both dialects, and which version of Anthropic's API a request names."""

import http.client
import json
import unittest
from urllib.parse import urlsplit

from kit import CLAUDE, SharedWorld, ask, ask_claude, field

KEY = "sk-client-web-0123456789"
WRONG = "sk-client-web-9876543210"
CALLS = {"/v1/chat/completions": ask(), "/v1/responses": {"model": "gpt-4o", "input": "Hello"}, "/v1/messages": ask_claude()}
FIELDS = {"Authorization": "Bearer {}", "x-api-key": "{}", "api-key": "{}"}


class Credentials(SharedWorld):
    gateway = {"clients": [{"name": "web", "key": {"value": KEY}}]}

    def status(self, path, body, **fields):
        connection = http.client.HTTPConnection(urlsplit(self.world.base_url).netloc, timeout=30)
        self.addCleanup(connection.close)
        connection.request("POST", path, json.dumps(body), {"Content-Type": "application/json", **fields})
        answer = connection.getresponse()
        answer.read()
        return answer.status

    def test_each_place_is_good_in_each_dialect_and_stays_here(self):
        for path, body in CALLS.items():
            for name, form in FIELDS.items():
                with self.subTest(path=path, name=name):
                    self.world.reset()
                    self.assertEqual(self.status(path, body, **{name: form.format(KEY)}), 200)
                    record = self.the_request()
                    self.assertNotIn(KEY, str(record))
                    sent = field(record, "x-api-key" if path == "/v1/messages" else "authorization")
                    self.assertRegex(sent, r"^\*ck-\d$")

    def test_a_wrong_key_is_refused_in_each_place_and_reaches_no_provider(self):
        for path, body in CALLS.items():
            for name, form in FIELDS.items():
                with self.subTest(path=path, name=name):
                    self.assertEqual(self.status(path, body, **{name: form.format(WRONG)}), 401)
        self.assertEqual(self.world.requests(), [])


class Versions(SharedWorld):
    def test_the_sdk_names_the_version_of_october_2026_and_so_does_the_gateway(self):
        self.claude().messages.create(**ask_claude())
        self.assertEqual(field(self.the_request(), "anthropic-version"), "2026-10-21")

    def test_a_clients_own_version_is_not_exchanged(self):
        for version in ("2023-06-01", "2026-10-21", "2027-01-01"):
            with self.subTest(version=version):
                self.world.reset()
                self.claude().messages.create(**ask_claude(), extra_headers={"anthropic-version": version})
                self.assertEqual(field(self.the_request(), "anthropic-version"), version)

    def test_counting_and_batches_name_it_too(self):
        client = self.claude()
        client.messages.count_tokens(model=CLAUDE, messages=ask_claude()["messages"])
        client.messages.batches.list()
        versions = [field(record, "anthropic-version") for record in self.world.requests()]
        self.assertEqual(versions, ["2026-10-21", "2026-10-21"])


if __name__ == "__main__":
    unittest.main()
