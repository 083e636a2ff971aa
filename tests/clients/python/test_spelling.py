"""Base URLs as people type them, and the client for Azure, which has paths and a key field of its own."""

import unittest

import openai
from pydantic import BaseModel

from kit import SharedWorld, ask, both_transports

CLIENT_KEY = "sk-client-web-0123456789"


class Cup(BaseModel):
    bean: str
    cups: int


class BaseUrls(SharedWorld):
    def test_a_base_url_may_end_before_its_version_or_say_it_twice(self):
        root = self.world.base_url.removesuffix("/v1")
        for base_url in (root, root + "/", root + "/v1/", root + "/v1/v1", root + "/openai/v1"):
            answer = self.client(base_url=base_url).chat.completions.create(**ask())
            self.assertTrue(answer.choices[0].message.content, base_url)

    def test_a_model_with_a_slash_is_looked_up_by_its_escaped_name(self):
        with self.assertRaises(openai.NotFoundError) as raised:
            self.client().models.retrieve("meta-llama/Llama-3")
        self.assertEqual(raised.exception.code, "model_not_found")


class Azure(SharedWorld):
    gateway = {"clients": [{"name": "web", "key": {"value": CLIENT_KEY}}]}

    def azure(self, **options):
        shared, tls = self._options({})
        endpoint = shared["base_url"].removesuffix("/v1")
        http = openai.DefaultHttpxClient(verify=tls, event_hooks={"request": [self.sent.append]})
        client = openai.AzureOpenAI(
            http_client=http,
            azure_endpoint=endpoint,
            api_version="2024-10-21",
            **{"api_key": CLIENT_KEY, **options},
        )
        self.addCleanup(client.close)
        return client

    def test_a_chat_and_a_stream_are_answered(self):
        client = self.azure()
        answer = client.chat.completions.create(**ask())
        self.assertTrue(answer.choices[0].message.content)
        self.assertIn("/openai/deployments/gpt-4o/chat/completions", str(self.sent[0].url))
        events = list(client.chat.completions.create(**ask(), stream=True))
        self.assertTrue(any(event.choices and event.choices[0].delta.content for event in events))

    def test_a_deployment_of_the_clients_own_is_served(self):
        answer = self.azure(azure_deployment="gpt-4o").chat.completions.create(**ask())
        self.assertTrue(answer.choices[0].message.content)
        self.assertNotIn("api-version", str(self.the_request()))

    def test_a_tool_is_called_and_a_schema_is_satisfied(self):
        client = self.azure()
        function = {"name": "brew", "parameters": {"type": "object", "properties": {}}}
        called = client.chat.completions.create(**ask(tools=[{"type": "function", "function": function}],
                                                      tool_choice="required"))
        self.assertEqual(called.choices[0].message.tool_calls[0].function.name, "brew")
        parsed = client.chat.completions.parse(**ask(response_format=Cup)).choices[0].message.parsed
        self.assertIsInstance(parsed, Cup)

    def test_one_key_of_three_that_fails_is_not_noticed(self):
        self.world.faults("key=sk-mock-2:500")
        client = self.azure(max_retries=0)
        texts = {client.chat.completions.create(**ask()).choices[0].message.content for _ in range(6)}
        self.assertEqual(len(texts), 1)
        self.assertIn(500, [record["status"] for record in self.world.requests()])

    def test_the_models_are_listed(self):
        self.assertIn("gpt-4o", [model.id for model in self.azure().models.list()])

    def test_an_unknown_key_is_an_authentication_error(self):
        with self.assertRaises(openai.AuthenticationError):
            self.azure(api_key="sk-client-web-9876543210").chat.completions.create(**ask())


load_tests = both_transports(__name__)

if __name__ == "__main__":
    unittest.main()
