"""LangChain's models of OpenAI (chat and responses) and Anthropic."""

import unittest

import anthropic
import openai
from langchain.agents import create_agent
from langchain_anthropic import ChatAnthropic
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI, OpenAIEmbeddings

from kit import CLAUDE, CLIENT_KEY, PROMPT, TOOL_PROMPT, FrameworkCase
from samples import Cup, brew


class LangChain(FrameworkCase):
    def models(self):
        """By name; OpenAI's take the base URL with "/v1" behind it, Anthropic's without."""
        common = {"model": "gpt-4o", "base_url": self.base_url, "api_key": CLIENT_KEY, "max_retries": 0}
        return {
            "chat": ChatOpenAI(**common),
            "responses": ChatOpenAI(**common, use_responses_api=True, store=False),
            "anthropic": ChatAnthropic(model=CLAUDE, base_url=self.root, api_key=CLIENT_KEY, max_retries=0),
        }

    def test_plain_and_streamed_answers_say_the_same(self):
        for name, model in self.models().items():
            with self.subTest(name):
                self.assertEqual(model.invoke(PROMPT).text, PROMPT)
                self.assertEqual("".join(chunk.text for chunk in model.stream(PROMPT)), PROMPT)

    def test_an_agent_calls_a_tool_and_goes_on_when_its_key_dies(self):
        for name in self.models():
            with self.subTest(name):
                self.begin_with_a_key_that_dies()
                model = self.models()[name]
                state = create_agent(model, [tool(brew)]).invoke({"messages": [("user", TOOL_PROMPT)]})
                self.assertEqual(state["messages"][-1].text, "The tool answered: brewed True")
                self.check_it_went_on()

    def test_structured_output(self):
        for name, model in self.models().items():
            with self.subTest(name):
                self.assertIsInstance(model.with_structured_output(Cup, method="json_schema").invoke(PROMPT), Cup)

    def test_one_key_of_three_that_fails_is_not_noticed(self):
        self.one_key_fails()
        for name, model in self.models().items():
            with self.subTest(name):
                answers = model.batch([f"Question {number}" for number in range(6)])
                self.assertEqual([answer.text for answer in answers], [f"Question {number}" for number in range(6)])
        self.check_it_was_asked()

    def test_errors_are_the_sdks_own(self):
        self.world.faults("400")
        for name, model in self.models().items():
            expected = anthropic.BadRequestError if name == "anthropic" else openai.BadRequestError
            with self.subTest(name), self.assertRaises(expected):
                model.invoke(PROMPT)

    def test_embeddings(self):
        embeddings = OpenAIEmbeddings(model="text-embedding-3-small", base_url=self.base_url, api_key=CLIENT_KEY,
                                      check_embedding_ctx_length=False)
        self.assertEqual(len(embeddings.embed_documents(["one", "two"])), 2)


if __name__ == "__main__":
    unittest.main()
