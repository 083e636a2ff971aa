"""LlamaIndex's models of OpenAI (chat, responses, and servers like it) and of Anthropic."""

import unittest

import anthropic
import openai
from llama_index.core.llms import ChatMessage
from llama_index.core.tools import FunctionTool
from llama_index.llms.anthropic import Anthropic
from llama_index.llms.openai import OpenAI, OpenAIResponses
from llama_index.llms.openai_like import OpenAILike

from kit import CLAUDE, CLIENT_KEY, PROMPT, TOOL_PROMPT, FrameworkCase
from samples import Cup, brew


class LlamaIndex(FrameworkCase):
    def models(self):
        common = {"model": "gpt-4o", "api_base": self.base_url, "api_key": CLIENT_KEY, "max_retries": 0}
        return {
            "chat": OpenAI(**common),
            "responses": OpenAIResponses(**common, store=False),
            "like": OpenAILike(**common, is_chat_model=True, is_function_calling_model=True),
            "anthropic": Anthropic(model=CLAUDE, base_url=self.root, api_key=CLIENT_KEY, max_retries=0),
        }

    def test_plain_and_streamed_answers_say_the_same(self):
        question = [ChatMessage(role="user", content=PROMPT)]
        for name, model in self.models().items():
            with self.subTest(name):
                self.assertEqual(model.chat(question).message.content, PROMPT)
                self.assertEqual("".join(chunk.delta or "" for chunk in model.stream_chat(question)), PROMPT)

    def test_a_tool_is_called_and_the_session_goes_on_when_its_key_dies(self):
        tool = FunctionTool.from_defaults(brew)
        for name in self.models():
            with self.subTest(name):
                self.begin_with_a_key_that_dies()
                model = self.models()[name]
                answer = model.predict_and_call([tool], TOOL_PROMPT, allow_parallel_tool_calls=False)
                self.assertEqual(str(answer), "brewed True")
                self.assertEqual(model.chat([ChatMessage(role="user", content=TOOL_PROMPT)]).message.content, TOOL_PROMPT)
                self.check_it_went_on()

    def test_structured_output(self):
        for name, model in self.models().items():
            with self.subTest(name):
                answer = model.as_structured_llm(Cup).chat([ChatMessage(role="user", content=PROMPT)])
                self.assertIsInstance(answer.raw, Cup)

    def test_one_key_of_three_that_fails_is_not_noticed(self):
        models = self.models()
        for name, question in self.questions_beside_a_failing_key(models):
            with self.subTest(name, question=question):
                self.assertEqual(models[name].complete(question).text, question)

    def test_errors_are_the_sdks_own(self):
        self.world.faults("400")
        for name, model in self.models().items():
            expected = anthropic.BadRequestError if name == "anthropic" else openai.BadRequestError
            with self.subTest(name), self.assertRaises(expected):
                model.complete(PROMPT)


if __name__ == "__main__":
    unittest.main()
