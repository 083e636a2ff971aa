"""OpenAI's SDK for Python, by both of its APIs, at providers of every API."""

import json
import sys
import unittest
from pathlib import Path

import openai

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from matrix import BRIEF, TOOLS, Broken, MatrixFront, Said, pairs  # noqa: E402

STOPS = {"stop": "stop", "tool_calls": "tools", "length": "length"}


class OpenAiFront(MatrixFront):
    def client(self):
        client = openai.OpenAI(base_url=self.world.base_url, api_key="sk-ignored", max_retries=0)
        self.addCleanup(client.close)
        return client


class Chat(OpenAiFront):
    speaks = "chat"

    def request(self, prompt, image=None, tools=False, schema=None, think=False):
        content = prompt
        if image:
            url = f"data:image/png;base64,{image}"
            content = [{"type": "text", "text": prompt}, {"type": "image_url", "image_url": {"url": url}}]
        request = {"messages": [{"role": "system", "content": BRIEF}, {"role": "user", "content": content}]}
        if tools:
            request["tools"] = [{"type": "function", "function": {"name": name, "parameters": parameters}}
                                for name, parameters in TOOLS.items()]
        if schema:
            described = {"name": "cup", "schema": schema, "strict": True}
            request["response_format"] = {"type": "json_schema", "json_schema": described}
        if think:
            request["reasoning_effort"] = "low"
        return request

    def go_on(self, request, said, results):
        answered = [{"role": "tool", "tool_call_id": call[0], "content": result}
                    for call, result in zip(said.calls, results, strict=True)]
        return {**request, "messages": [*request["messages"], said.turn, *answered]}

    def plain(self, model, request):
        answer = self.client().chat.completions.create(model=model, **request)
        message = answer.choices[0].message
        calls = [(call.id, call.function.name, json.loads(call.function.arguments)) for call in message.tool_calls or []]
        return Said(text=message.content or "", calls=calls, stop=STOPS[answer.choices[0].finish_reason],
                    thoughts=getattr(message, "reasoning_content", None) or "", tokens=answer.usage.completion_tokens,
                    turn=message.model_dump(include={"role", "content", "tool_calls"}, exclude_none=True))

    def streamed(self, model, request):
        said, calls, reason = Said(), {}, None
        asked = {"stream": True, "stream_options": {"include_usage": True}}
        for chunk in self.client().chat.completions.create(model=model, **request, **asked):
            said.tokens = chunk.usage.completion_tokens if chunk.usage else said.tokens
            for choice in chunk.choices:
                said.text += choice.delta.content or ""
                said.thoughts += getattr(choice.delta, "reasoning_content", None) or ""
                reason = choice.finish_reason or reason
                for piece in choice.delta.tool_calls or []:
                    call = calls.setdefault(piece.index, {"id": piece.id, "name": piece.function.name, "arguments": ""})
                    call["arguments"] += piece.function.arguments or ""
        if reason is None:
            raise Broken("the stream ended without a reason")
        said.stop = STOPS[reason]
        said.calls = [(call["id"], call["name"], json.loads(call["arguments"])) for call in calls.values()]
        said.turn = {"role": "assistant", "content": said.text or None, "tool_calls": [
            {"id": call["id"], "type": "function", "function": {"name": call["name"], "arguments": call["arguments"]}}
            for call in calls.values()]}
        return said

    def leave(self, model, request):
        stream = self.client().chat.completions.create(model=model, stream=True, **request)
        for _, chunk in zip(range(3), stream):
            self.assertIsNone(chunk.choices[0].finish_reason)
        stream.close()


class Responses(OpenAiFront):
    speaks = "responses"

    def request(self, prompt, image=None, tools=False, schema=None, think=False):
        content = [{"type": "input_text", "text": prompt}]
        if image:
            content.append({"type": "input_image", "detail": "auto", "image_url": f"data:image/png;base64,{image}"})
        request = {"instructions": BRIEF, "input": [{"role": "user", "content": content}], "store": False,
                   "include": ["reasoning.encrypted_content"]}
        if tools:
            request["tools"] = [{"type": "function", "name": name, "parameters": parameters, "strict": True}
                                for name, parameters in TOOLS.items()]
        if schema:
            request["text"] = {"format": {"type": "json_schema", "name": "cup", "schema": schema, "strict": True}}
        if think:
            request["reasoning"] = {"effort": "low", "summary": "auto"}
        return request

    def go_on(self, request, said, results):
        answered = [{"type": "function_call_output", "call_id": call[0], "output": result}
                    for call, result in zip(said.calls, results, strict=True)]
        return {**request, "input": [*request["input"], *said.turn, *answered]}

    def said(self, response):
        self.assertEqual(response.status, "completed")
        calls = [(item.call_id, item.name, json.loads(item.arguments)) for item in response.output
                 if item.type == "function_call"]
        thoughts = [part.text for item in response.output if item.type == "reasoning"
                    for part in (item.summary or item.content or [])]
        return Said(text=response.output_text, calls=calls, stop="tools" if calls else "stop", thoughts="".join(thoughts),
                    tokens=response.usage.output_tokens,
                    turn=[item.model_dump(exclude_none=True) for item in response.output])

    def plain(self, model, request):
        return self.said(self.client().responses.create(model=model, **request))

    def streamed(self, model, request):
        text, arguments, last = "", {}, None
        with self.client().responses.stream(model=model, **request) as stream:
            for last in stream:
                if last.type == "response.output_text.delta":
                    text += last.delta
                if last.type == "response.function_call_arguments.delta":
                    arguments[last.output_index] = arguments.get(last.output_index, "") + last.delta
                if last.type in ("error", "response.failed"):
                    raise Broken(last.type)
            said = self.said(stream.get_final_response())
        self.assertEqual(last.type, "response.completed")
        self.assertEqual(text, said.text)
        self.assertEqual([json.loads(one) for one in arguments.values()], [call[2] for call in said.calls])
        return said

    def leave(self, model, request):
        stream = self.client().responses.create(model=model, stream=True, **request)
        for event in stream:
            self.assertNotEqual(event.type, "response.completed")
            if event.type == "response.output_text.delta":
                break
        stream.close()


def load_tests(loader, _tests, _pattern):
    """The pairs only, not the fronts they are made from."""
    made = [*pairs(Chat, __name__).values(), *pairs(Responses, __name__).values()]
    return unittest.TestSuite(loader.loadTestsFromTestCase(case) for case in made)


if __name__ == "__main__":
    unittest.main()
