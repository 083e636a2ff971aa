"""pydantic-ai's agents over OpenAI's chat and responses and over Anthropic's messages."""

import unittest

from anthropic import AsyncAnthropic
from openai import AsyncOpenAI
from pydantic_ai import Agent, NativeOutput
from pydantic_ai.exceptions import ModelHTTPError
from pydantic_ai.models.anthropic import AnthropicModel
from pydantic_ai.models.openai import OpenAIChatModel, OpenAIResponsesModel
from pydantic_ai.providers.anthropic import AnthropicProvider
from pydantic_ai.providers.openai import OpenAIProvider

from kit import CLAUDE, CLIENT_KEY, PROMPT, TOOL_PROMPT, FrameworkCase
from samples import Cup, brew


class PydanticAi(FrameworkCase, unittest.IsolatedAsyncioTestCase):
    def models(self):
        openai = OpenAIProvider(
            openai_client=AsyncOpenAI(base_url=self.base_url, api_key=CLIENT_KEY, max_retries=0))
        anthropic = AnthropicProvider(
            anthropic_client=AsyncAnthropic(base_url=self.root, api_key=CLIENT_KEY, max_retries=0))
        return {
            "chat": OpenAIChatModel("gpt-4o", provider=openai),
            "responses": OpenAIResponsesModel("gpt-4o", provider=openai, settings={"openai_store": False}),
            "anthropic": AnthropicModel(CLAUDE, provider=anthropic),
        }

    async def test_plain_and_streamed_answers_say_the_same(self):
        for name, model in self.models().items():
            with self.subTest(name):
                agent = Agent(model)
                self.assertEqual((await agent.run(PROMPT)).output, PROMPT)
                async with agent.run_stream(PROMPT) as stream:
                    pieces = [piece async for piece in stream.stream_text(delta=True, debounce_by=None)]
                self.assertEqual("".join(pieces), PROMPT)

    async def test_a_tool_is_called_and_the_run_goes_on_when_its_key_dies(self):
        for name in self.models():
            with self.subTest(name):
                self.begin_with_a_key_that_dies()
                result = await Agent(self.models()[name], tools=[brew]).run(TOOL_PROMPT)
                self.assertEqual(result.output, "The tool answered: brewed True")
                self.check_it_went_on()

    async def test_structured_output_by_a_tool_and_by_a_schema(self):
        for name, model in self.models().items():
            for output in (Cup, NativeOutput(Cup)):
                with self.subTest(name, output=output):
                    self.assertIsInstance((await Agent(model, output_type=output).run(PROMPT)).output, Cup)

    async def test_one_key_of_three_that_fails_is_not_noticed(self):
        models = self.models()
        for name, question in self.questions_beside_a_failing_key(models):
            with self.subTest(name, question=question):
                self.assertEqual((await Agent(models[name]).run(question)).output, question)

    async def test_errors_come_with_their_status_and_body(self):
        self.world.faults("400")
        for name, model in self.models().items():
            with self.subTest(name), self.assertRaises(ModelHTTPError) as raised:
                await Agent(model).run(PROMPT)
            self.assertEqual(raised.exception.status_code, 400)
            self.assertIn("The request is not valid.", str(raised.exception.body))


if __name__ == "__main__":
    unittest.main()
