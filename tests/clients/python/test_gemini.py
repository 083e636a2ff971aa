"""Google's dialect, as Google's own SDK for Python sees it with its default headers."""

import base64
import unittest

from google import genai
from google.genai import errors, types

from kit import FreshWorld, SharedWorld, both_transports, field, fnv1a, path_of, until

GEMINI = "gemini-3-pro"
EMBEDDER = "gemini-embedding-001"
QUESTION = "How does one make good coffee?"
CLIENT_KEY = "AIza-client-web-0123456789abcdefghij"
PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")
TOOLS = types.Tool(function_declarations=[
    {"name": "get_time", "parameters_json_schema": {
        "type": "object", "properties": {"zone": {"enum": ["UTC"]}}, "required": ["zone"]}},
    {"name": "get_weather", "parameters": {
        "type": "OBJECT", "properties": {"city": {"type": "STRING", "enum": ["Chiang Mai"]}}, "required": ["city"]}},
])
CALLS = [("get_time", {"zone": "UTC"}), ("get_weather", {"city": "Chiang Mai"})]
MODELS = {
    GEMINI: {"balance": "round_robin", "targets": ["google"]},
    EMBEDDER: {"targets": ["google"]},
    "gemini-renamed": {"targets": [{"provider": "google", "model": GEMINI}]},
    "embedder-renamed": {"targets": [{"provider": "google", "model": EMBEDDER}]},
}
NO_AUTOMATION = types.AutomaticFunctionCallingConfig(disable=True)


class Google:
    """Clients of Google's for a world."""

    def google(self, key="ignored", **options):
        root = self.world.base_url.removesuffix("/v1")
        verify = self.world.certificates.ca if self.transport == "tls" else True
        http = types.HttpOptions(base_url=options.pop("base_url", root), client_args={"verify": verify},
                                 retry_options=types.HttpRetryOptions(attempts=1), **options)
        client = genai.Client(api_key=key, http_options=http)
        self.addCleanup(client.close)
        return client


def told(chunks):
    """The text of a stream's chunks, and the last reason."""
    text, reason = "", None
    for chunk in chunks:
        text += chunk.text or ""
        reason = chunk.candidates[0].finish_reason or reason
    return text, reason


class Answers(Google, SharedWorld):
    mock = {"cuts": "random", "text": "echo"}
    gateway = {"models": MODELS}

    def test_a_plain_answer_arrives_whole(self):
        answer = self.google().models.generate_content(model=GEMINI, contents=QUESTION)
        self.assertEqual((answer.text, answer.candidates[0].finish_reason), (QUESTION, types.FinishReason.STOP))
        self.assertEqual(answer.usage_metadata.candidates_token_count, len(QUESTION.split()))
        record = self.the_request()
        self.assertEqual(path_of(record), f"/v1beta/models/{GEMINI}:generateContent")
        self.assertIsNone(field(record, "authorization"))

    def test_the_bytes_are_the_providers(self):
        answer = self.google().models.generate_content(model=GEMINI, contents=QUESTION)
        body = answer.sdk_http_response.body
        if body is not None:
            self.assertEqual(fnv1a(body.encode()), self.the_request()["body_fnv1a"])

    def test_a_stream_says_what_the_plain_answer_says(self):
        client = self.google()
        chunks = list(client.models.generate_content_stream(model=GEMINI, contents=QUESTION))
        self.assertEqual(told(chunks), (QUESTION, types.FinishReason.STOP))
        self.assertGreater(len(chunks), 3)
        self.assertTrue(self.the_request()["path"].endswith(f"/models/{GEMINI}:streamGenerateContent?alt=sse"))

    def test_two_tools_at_once_and_their_results(self):
        client = self.google()
        config = types.GenerateContentConfig(tools=[TOOLS], automatic_function_calling=NO_AUTOMATION)
        prompt = types.Content(role="user", parts=[types.Part(text="Please use get_time and get_weather.")])
        first = client.models.generate_content(model=GEMINI, contents=[prompt], config=config)
        self.assertEqual([(call.name, call.args) for call in first.function_calls], CALLS)
        results = [types.Part.from_function_response(name=name, response={"result": result})
                   for (name, _), result in zip(CALLS, ("seven", "rain"), strict=True)]
        second = client.models.generate_content(
            model=GEMINI, config=config,
            contents=[prompt, first.candidates[0].content, types.Content(role="user", parts=results)])
        self.assertEqual(second.text, "The tools answered: seven, rain")
        self.assertEqual(self.world.requests()[-1]["thoughts"], 1, "the signature came back")

    def test_the_sdk_calls_functions_itself(self):
        def get_time(zone: str) -> str:
            """What time it is."""
            return f"noon in {zone}"

        config = types.GenerateContentConfig(tools=[get_time])
        answer = self.google().models.generate_content(model=GEMINI, contents="Please use get_time.", config=config)
        self.assertEqual(answer.text, "The tool answered: noon in mock")

    def test_an_image(self):
        contents = [types.Part.from_bytes(data=PIXEL, mime_type="image/png"), QUESTION]
        self.assertEqual(self.google().models.generate_content(model=GEMINI, contents=contents).text, QUESTION)
        self.assertEqual(self.the_request()["images"], 1)

    def test_an_answer_that_satisfies_a_schema(self):
        schema = {"type": "object", "properties": {"cups": {"enum": [7]}}, "required": ["cups"]}
        config = types.GenerateContentConfig(response_mime_type="application/json", response_json_schema=schema)
        answer = self.google().models.generate_content(model=GEMINI, contents=QUESTION, config=config)
        self.assertEqual(answer.text, '{"cups":7}')

    def test_thoughts(self):
        config = types.GenerateContentConfig(thinking_config=types.ThinkingConfig(include_thoughts=True))
        answer = self.google().models.generate_content(model=GEMINI, contents="think it over", config=config)
        thoughts = [part.text for part in answer.candidates[0].content.parts if part.thought]
        self.assertEqual((thoughts, answer.text), (["The mock thinks."], "think it over"))

    def test_tokens_are_counted(self):
        self.assertGreater(self.google().models.count_tokens(model=GEMINI, contents=QUESTION).total_tokens, 0)
        self.assertEqual(path_of(self.the_request()), f"/v1beta/models/{GEMINI}:countTokens")

    def test_embeddings_of_several_texts(self):
        config = types.EmbedContentConfig(output_dimensionality=3)
        answer = self.google().models.embed_content(model=EMBEDDER, contents=["a", "b"], config=config)
        self.assertEqual([len(each.values) for each in answer.embeddings], [3, 3])

    def test_openais_sdk_gets_googles_embeddings(self):
        client = self.client()
        asked = {"model": "embedder-renamed", "input": ["a", "b"], "dimensions": 3}
        in_bytes = client.embeddings.create(**asked)  # the SDK asks for base64
        in_numbers = client.embeddings.create(**asked, encoding_format="float")
        self.assertEqual([len(each.embedding) for each in in_bytes.data], [3, 3])
        for one, other in zip(in_bytes.data, in_numbers.data, strict=True):
            for left, right in zip(one.embedding, other.embedding, strict=True):
                self.assertAlmostEqual(left, right, places=6)
        self.assertEqual(path_of(self.world.requests()[-1]), f"/v1beta/models/{EMBEDDER}:batchEmbedContents")

    def test_another_name_of_a_model_is_the_providers_at_the_provider(self):
        client = self.google()
        self.assertEqual(client.models.generate_content(model="gemini-renamed", contents=QUESTION).text, QUESTION)
        client.models.embed_content(model="embedder-renamed", contents=["a", "b"])
        first, second = self.world.requests()
        self.assertEqual(path_of(first), f"/v1beta/models/{GEMINI}:generateContent")
        self.assertEqual(path_of(second), f"/v1beta/models/{EMBEDDER}:batchEmbedContents")

    def test_the_models_are_those_of_the_configuration(self):
        client = self.google()
        self.assertIn(f"models/{GEMINI}", [model.name for model in client.models.list()])
        self.assertEqual(client.models.get(model=GEMINI).name, f"models/{GEMINI}")
        self.assertEqual(self.world.requests(), [])

    def test_a_base_url_may_end_in_v1(self):
        client = self.google(base_url=self.world.base_url)
        self.assertEqual(client.models.generate_content(model=GEMINI, contents=QUESTION).text, QUESTION)

    def test_other_versions_are_served_too(self):
        client = self.google(api_version="v1beta")
        self.assertEqual(client.models.generate_content(model=GEMINI, contents=QUESTION).text, QUESTION)


class GoogleFresh(Google, FreshWorld):
    """To be started by each test."""

    def start(self, mock=None, gateway=None):
        super().start(mock, {"models": MODELS, **(gateway or {})})


class Failures(GoogleFresh):
    def test_a_key_that_is_limited_gives_way_to_the_next(self):
        self.start(mock={"text": "echo"})
        self.world.faults("429:retry-after=30:count=1")
        answer = self.google().models.generate_content(model=GEMINI, contents=QUESTION)
        self.assertEqual(answer.text, QUESTION)
        first, second = self.world.requests()
        self.assertNotEqual(field(first, "x-goog-api-key"), field(second, "x-goog-api-key"))

    def test_the_providers_400_is_told_in_googles_form(self):
        self.start()
        self.world.faults("400")
        with self.assertRaises(errors.ClientError) as raised:
            self.google().models.generate_content(model=GEMINI, contents=QUESTION)
        self.assertEqual((raised.exception.code, raised.exception.status), (400, "INVALID_ARGUMENT"))

    def test_a_model_that_is_not_known_is_a_404_in_googles_form(self):
        self.start()
        with self.assertRaises(errors.ClientError) as raised:
            self.google().models.generate_content(model="gemini-nowhere", contents=QUESTION)
        self.assertEqual((raised.exception.code, raised.exception.status), (404, "NOT_FOUND"))

    def test_a_stream_that_breaks_off_never_looks_whole(self):
        for fault in ("cut:after=3", "error-mid:after=3", "incomplete"):
            with self.subTest(fault):
                self.start(mock={"text": "words", "answer_tokens": 10})
                self.world.faults(fault)
                with self.assertRaises(Exception) as raised:
                    told(self.google().models.generate_content_stream(model=GEMINI, contents=QUESTION))
                self.assertNotIsInstance(raised.exception, AssertionError)

    def test_a_client_that_leaves_is_not_worked_for(self):
        self.start(mock={"text": "words", "answer_tokens": 200, "tokens_per_second": 20})
        client = self.google()
        for _ in client.models.generate_content_stream(model=GEMINI, contents=QUESTION):
            break
        client.close()
        until(lambda: self.world.requests()[-1]["outcome"] == "client_gone", "the provider still works")


class Keys(GoogleFresh):
    def test_a_clients_key_is_asked_for_and_stays_here(self):
        self.start(mock={"text": "echo"}, gateway={"clients": [{"name": "web", "key": {"value": CLIENT_KEY}}]})
        with self.assertRaises(errors.ClientError) as raised:
            self.google(key="AIza-somebody-else").models.generate_content(model=GEMINI, contents=QUESTION)
        self.assertEqual(raised.exception.code, 401)
        answer = self.google(key=CLIENT_KEY).models.generate_content(model=GEMINI, contents=QUESTION)
        self.assertEqual(answer.text, QUESTION)
        self.assertTrue(field(self.the_request(), "x-goog-api-key").startswith("*"))


load_tests = both_transports(__name__)

if __name__ == "__main__":
    unittest.main()
