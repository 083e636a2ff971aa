"""LiteLLM as a library, in its spellings for a server of OpenAI's shape and for Anthropic's."""

import json
import os
import unittest

os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"  # or its import asks GitHub for a newer one

import litellm  # noqa: E402

from kit import CLAUDE, CLIENT_KEY, PROMPT, TOOL_PROMPT, FrameworkCase  # noqa: E402
from samples import Cup  # noqa: E402

litellm.telemetry = False
litellm.suppress_debug_info = True
litellm.drop_params = True
PARAMETERS = {"type": "object", "properties": {"cups": {"type": "integer"}}, "required": ["cups"]}
TOOLS = [{"type": "function", "function": {"name": "brew", "description": "Makes coffee.", "parameters": PARAMETERS}}]


class LiteLlm(FrameworkCase):
    def ways(self):
        """The arguments of each way to ask: OpenAI's base URL ends in "/v1", Anthropic's does not."""
        key = {"api_key": CLIENT_KEY, "num_retries": 0, "max_retries": 0}
        return {
            "openai": {"model": "openai/gpt-4o", "api_base": self.base_url, **key},
            "hosted_vllm": {"model": "hosted_vllm/gpt-4o", "api_base": self.base_url, **key},
            "litellm_proxy": {"model": "litellm_proxy/gpt-4o", "api_base": self.base_url, **key},
            "anthropic": {"model": f"anthropic/{CLAUDE}", "api_base": self.root, **key},
        }

    def ask(self, way, content=PROMPT, **more):
        return litellm.completion(messages=[{"role": "user", "content": content}], **way, **more)

    def test_plain_and_streamed_answers_say_the_same(self):
        for name, way in self.ways().items():
            with self.subTest(name):
                self.assertEqual(self.ask(way).choices[0].message.content, PROMPT)
                pieces = [chunk.choices[0].delta.content or "" for chunk in self.ask(way, stream=True)]
                self.assertEqual("".join(pieces), PROMPT)

    def test_responses(self):
        answer = litellm.responses(input=PROMPT, store=False, **self.ways()["openai"])
        self.assertEqual(answer.output[0].content[0].text, PROMPT)

    def test_a_tool_is_called_and_the_session_goes_on_when_its_key_dies(self):
        for name in self.ways():
            with self.subTest(name):
                self.begin_with_a_key_that_dies()
                way = self.ways()[name]
                message = self.ask(way, TOOL_PROMPT, tools=TOOLS).choices[0].message
                call = message.tool_calls[0]
                self.assertEqual((call.function.name, list(json.loads(call.function.arguments))), ("brew", ["cups"]))
                turns = [{"role": "user", "content": TOOL_PROMPT}, message.model_dump(),
                         {"role": "tool", "tool_call_id": call.id, "content": "two cups"}]
                second = litellm.completion(messages=turns, tools=TOOLS, **way)
                self.assertEqual(second.choices[0].message.content, "The tool answered: two cups")
                self.check_it_went_on()

    def test_structured_output(self):
        way = self.ways()["openai"]
        Cup.model_validate_json(self.ask(way, response_format=Cup).choices[0].message.content)

    def test_one_key_of_three_that_fails_is_not_noticed(self):
        ways = self.ways()
        for name, question in self.questions_beside_a_failing_key(ways):
            with self.subTest(name, question=question):
                self.assertEqual(self.ask(ways[name], question).choices[0].message.content, question)

    def test_errors_are_its_own_for_the_status(self):
        self.world.faults("400")
        for name, way in self.ways().items():
            with self.subTest(name), self.assertRaises(litellm.BadRequestError) as raised:
                self.ask(way)
            self.assertIn("The request is not valid.", str(raised.exception))


if __name__ == "__main__":
    unittest.main()
