"""LangChain's models of OpenAI (chat and responses) and Anthropic at providers of every API."""

import sys
import unittest
from pathlib import Path

from langchain_anthropic import ChatAnthropic
from langchain_core.messages import AIMessageChunk, HumanMessage, SystemMessage, ToolMessage
from langchain_openai import ChatOpenAI

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))
from matrix import BRIEF, TOOLS, MatrixFront, Said, pairs  # noqa: E402

STOPS = {"stop": "stop", "end_turn": "stop", "tool_calls": "tools", "tool_use": "tools"}


class LangChainFront(MatrixFront):
    def model(self, name, think):
        """The framework's model of this name."""
        raise NotImplementedError

    def formed(self, model, schema):
        """The model, told to answer by this schema in text."""
        raise NotImplementedError

    def request(self, prompt, image=None, tools=False, schema=None, think=False):
        content = [{"type": "text", "text": prompt}]
        if image:
            content.append({"type": "image", "base64": image, "mime_type": "image/png"})
        return {"turns": [SystemMessage(BRIEF), HumanMessage(content)], "tools": tools, "schema": schema, "think": think}

    def go_on(self, request, said, results):
        answered = [ToolMessage(result, tool_call_id=call[0]) for call, result in zip(said.calls, results, strict=True)]
        return {**request, "turns": [*request["turns"], said.turn, *answered]}

    def made(self, name, request):
        model = self.model(name, request["think"])
        if request["tools"]:
            return model.bind_tools([{"type": "function", "function": {"name": tool, "parameters": parameters}}
                                     for tool, parameters in TOOLS.items()])
        return self.formed(model, request["schema"]) if request["schema"] else model

    def said(self, message):
        calls = [(call["id"], call["name"], call["args"]) for call in message.tool_calls]
        told = message.response_metadata
        stop = told.get("finish_reason") or told.get("stop_reason") or ("tool_calls" if calls else "stop")
        blocks = message.content_blocks
        thoughts = "".join(block.get("reasoning", "") for block in blocks if block["type"] == "reasoning")
        tokens = message.usage_metadata["output_tokens"] if message.usage_metadata else 0
        return Said(text=message.text, calls=calls, stop=STOPS[stop], thoughts=thoughts, tokens=tokens, turn=message)

    def plain(self, model, request):
        return self.said(self.made(model, request).invoke(request["turns"]))

    def streamed(self, model, request):
        whole = None
        for chunk in self.made(model, request).stream(request["turns"]):
            whole = chunk if whole is None else whole + chunk
        self.assertIsInstance(whole, AIMessageChunk)
        return self.said(whole)

    def leave(self, model, request):
        stream = self.made(model, request).stream(request["turns"])
        for chunk in stream:
            if chunk.text:
                break
        stream.close()


class OpenAiFront(LangChainFront):
    responses = False

    def model(self, name, think):
        options = {"reasoning_effort": "low"} if think else {}
        if self.responses:
            options = {"use_responses_api": True, "store": False, "include": ["reasoning.encrypted_content"],
                       "output_version": "responses/v1"}
            options |= {"reasoning": {"effort": "low", "summary": "auto"}} if think else {}
        return ChatOpenAI(model=name, base_url=self.world.base_url, api_key="sk-ignored", max_retries=0, stream_usage=True,
                          **options)

    def formed(self, model, schema):
        described = {"name": "cup", "schema": schema, "strict": True}
        return model.bind(response_format={"type": "json_schema", "json_schema": described})


class Chat(OpenAiFront):
    speaks = "chat"
    thinks_in = ()  # its provider for chat completions has no thoughts


class Responses(OpenAiFront):
    speaks = "responses"
    responses = True


class Messages(LangChainFront):
    speaks = "messages"

    def model(self, name, think):
        options = {"thinking": {"type": "adaptive"}, "effort": "low"} if think else {}
        return ChatAnthropic(model=name, base_url=self.world.base_url.removesuffix("/v1"), api_key="sk-ignored",
                             max_retries=0, max_tokens=4096, **options)

    def formed(self, model, schema):
        return model.bind(output_config={"format": {"type": "json_schema", "schema": schema}})


def load_tests(loader, _tests, _pattern):
    """The pairs only, not the fronts they are made from."""
    made = [case for front in (Chat, Responses, Messages) for case in pairs(front, __name__).values()]
    return unittest.TestSuite(loader.loadTestsFromTestCase(case) for case in made)


if __name__ == "__main__":
    unittest.main()
