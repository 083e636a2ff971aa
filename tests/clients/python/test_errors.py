"""What the SDK raises when a request cannot be answered, and what its message says to whoever reads it."""

import unittest

import openai

from kit import SharedWorld, ask, both_transports

CLIENT_KEY = "sk-client-web-0123456789"


class Refusals(SharedWorld):
    def test_an_unknown_model_is_not_found_and_the_known_ones_are_named(self):
        with self.assertRaises(openai.NotFoundError) as raised:
            self.client().chat.completions.create(**ask(model="gpt-4oo"))
        self.assertEqual(raised.exception.code, "model_not_found")
        for name in ("gpt-4o", "one-key", "three-servers"):
            self.assertIn(name, raised.exception.message)
        self.assertEqual(self.world.requests(), [], "no provider was asked")
        self.assertEqual(len(self.sent), 1)

    def test_an_unknown_model_in_a_stream_is_not_found_too(self):
        with self.assertRaises(openai.NotFoundError):
            self.client().chat.completions.create(**ask(model="gpt-4oo", stream=True))

    def test_a_request_that_the_provider_finds_bad_is_bad_and_is_asked_once(self):
        with self.assertRaises(openai.BadRequestError) as raised:
            self.client().chat.completions.create(**ask(n=0))
        self.assertIn("Invalid value for 'n'", raised.exception.message)
        self.assertEqual(raised.exception.response.headers["x-drover-attempts"], "1")
        self.assertEqual(self.the_request()["status"], 400)
        self.assertEqual(len(self.sent), 1)

    def test_a_request_without_a_model_is_bad_and_says_what_is_missing(self):
        with self.assertRaises(openai.BadRequestError) as raised:
            self.client().chat.completions.create(**ask(model=openai.omit))
        self.assertEqual(raised.exception.code, "missing_model")
        self.assertIn('"model"', raised.exception.message)

    def test_a_text_where_the_model_should_be_a_name_is_bad(self):
        with self.assertRaises(openai.BadRequestError):
            self.client().chat.completions.create(**ask(), extra_body={"model": ["gpt-4o"]})

    def test_an_unknown_path_is_not_found(self):
        client = self.client(base_url=self.world.base_url.removesuffix("/v1") + "/v2")
        with self.assertRaises(openai.NotFoundError) as raised:
            client.chat.completions.create(**ask())
        self.assertIn("/v1/chat/completions", raised.exception.message)

    def test_an_error_carries_its_request_id_in_the_head_and_in_the_body(self):
        with self.assertRaises(openai.NotFoundError) as raised:
            self.client().chat.completions.create(**ask(model="gpt-4oo"))
        self.assertRegex(raised.exception.request_id, "^req_[0-9a-f]+$")
        self.assertEqual(raised.exception.body["request_id"], raised.exception.request_id)


class ClientKeys(SharedWorld):
    gateway = {"clients": [{"name": "web", "key": {"value": CLIENT_KEY}, "models": ["gpt-4o"]}]}

    def test_a_known_key_is_served_and_stays_here(self):
        answer = self.client(api_key=CLIENT_KEY).chat.completions.create(**ask())
        self.assertTrue(answer.choices[0].message.content)
        self.assertNotIn(CLIENT_KEY, str(self.the_request()))

    def test_an_unknown_key_is_an_authentication_error_and_is_not_repeated(self):
        with self.assertRaises(openai.AuthenticationError) as raised:
            self.client(api_key="sk-client-web-9876543210").chat.completions.create(**ask())
        self.assertEqual(raised.exception.code, "unknown_client_key")
        self.assertNotIn("9876543210", str(raised.exception))
        self.assertEqual(self.world.requests(), [])
        self.assertEqual(len(self.sent), 1)

    def test_a_model_outside_the_keys_list_is_a_permission_error(self):
        with self.assertRaises(openai.PermissionDeniedError) as raised:
            self.client(api_key=CLIENT_KEY).chat.completions.create(**ask(model="one-key"))
        self.assertEqual(raised.exception.code, "model_not_allowed")

    def test_the_models_are_those_the_key_may_use(self):
        names = [model.id for model in self.client(api_key=CLIENT_KEY).models.list()]
        self.assertEqual(names, ["gpt-4o"])


load_tests = both_transports(__name__)

if __name__ == "__main__":
    unittest.main()
