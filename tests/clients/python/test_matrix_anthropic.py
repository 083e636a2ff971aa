"""Anthropic's SDK for Python at providers of every API."""

import sys
import unittest
from pathlib import Path

import anthropic

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from matrix import BRIEF, TOOLS, MatrixFront, Said, pairs  # noqa: E402

STOPS = {"end_turn": "stop", "tool_use": "tools", "max_tokens": "length"}


class Messages(MatrixFront):
    speaks = "messages"

    def client(self):
        root = self.world.base_url.removesuffix("/v1")
        client = anthropic.Anthropic(base_url=root, api_key="sk-ignored", max_retries=0)
        self.addCleanup(client.close)
        return client

    def request(self, prompt, image=None, tools=False, schema=None, think=False):
        content = [{"type": "text", "text": prompt}]
        if image:
            content.insert(0, {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": image}})
        request = {"max_tokens": 4096, "system": BRIEF, "messages": [{"role": "user", "content": content}]}
        if tools:
            request["tools"] = [{"name": name, "input_schema": parameters} for name, parameters in TOOLS.items()]
        if schema:
            request["output_config"] = {"format": {"type": "json_schema", "schema": schema}}
        if think:
            request["thinking"] = {"type": "adaptive"}
            request["output_config"] = {"effort": "low"}
        return request

    def go_on(self, request, said, results):
        answered = [{"type": "tool_result", "tool_use_id": call[0], "content": result}
                    for call, result in zip(said.calls, results, strict=True)]
        turns = [{"role": "assistant", "content": said.turn}, {"role": "user", "content": answered}]
        return {**request, "messages": [*request["messages"], *turns]}

    def said(self, message):
        calls = [(block.id, block.name, block.input) for block in message.content if block.type == "tool_use"]
        return Said(text="".join(block.text for block in message.content if block.type == "text"), calls=calls,
                    stop=STOPS[message.stop_reason], tokens=message.usage.output_tokens,
                    thoughts="".join(block.thinking for block in message.content if block.type == "thinking"),
                    turn=[block.model_dump(exclude_none=True) for block in message.content])

    def plain(self, model, request):
        return self.said(self.client().messages.create(model=model, **request))

    def streamed(self, model, request):
        kinds = []
        with self.client().messages.stream(model=model, **request) as stream:
            for event in stream:
                kinds.append(event.type)
            message = stream.get_final_message()
        self.assertEqual((kinds[0], kinds[-1]), ("message_start", "message_stop"))
        return self.said(message)

    def leave(self, model, request):
        stream = self.client().messages.create(model=model, stream=True, **request)
        for event in stream:
            self.assertNotEqual(event.type, "message_stop")
            if event.type == "content_block_delta":
                break
        stream.close()


def load_tests(loader, _tests, _pattern):
    """The pairs only, not the front they are made from."""
    return unittest.TestSuite(loader.loadTestsFromTestCase(case) for case in pairs(Messages, __name__).values())


if __name__ == "__main__":
    unittest.main()
