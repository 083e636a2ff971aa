"""Google's SDK for Python at providers of every API."""

import base64
import sys
import unittest
from pathlib import Path

from google import genai
from google.genai import types

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from matrix import BRIEF, TOOLS, MatrixFront, Said, pairs  # noqa: E402

STOPS = {"STOP": "stop", "MAX_TOKENS": "length"}


class Generate(MatrixFront):
    speaks = "gemini"

    def client(self):
        http = types.HttpOptions(base_url=self.world.base_url.removesuffix("/v1"),
                                 retry_options=types.HttpRetryOptions(attempts=1))
        client = genai.Client(api_key="ignored", http_options=http)
        self.addCleanup(client.close)
        return client

    def request(self, prompt, image=None, tools=False, schema=None, think=False):
        parts = [types.Part(text=prompt)]
        if image:
            parts.insert(0, types.Part.from_bytes(data=base64.b64decode(image), mime_type="image/png"))
        config = {"system_instruction": BRIEF}
        if tools:
            config["tools"] = [{"function_declarations": [
                {"name": name, "parameters_json_schema": schema} for name, schema in TOOLS.items()]}]
            config["automatic_function_calling"] = {"disable": True}
        if schema:
            config |= {"response_mime_type": "application/json", "response_json_schema": schema}
        if think:
            config["thinking_config"] = {"include_thoughts": True, "thinking_level": "LOW"}
        return {"contents": [types.Content(role="user", parts=parts)], "config": config}

    def go_on(self, request, said, results):
        calls = [part.function_call for part in said.turn.parts if part.function_call]  # Google's may have no id
        answered = [types.Part(function_response=types.FunctionResponse(id=call.id, name=call.name,
                                                                        response={"output": result}))
                    for call, result in zip(calls, results, strict=True)]
        turns = [said.turn, types.Content(role="user", parts=answered)]
        return {**request, "contents": [*request["contents"], *turns]}

    def said(self, parts, reason, usage):
        calls = [(part.function_call.id or str(index), part.function_call.name, part.function_call.args)
                 for index, part in enumerate(parts) if part.function_call]
        return Said(text="".join(part.text for part in parts if part.text and not part.thought), calls=calls,
                    stop="tools" if calls and reason == "STOP" else STOPS[reason],
                    tokens=usage.candidates_token_count,
                    thoughts="".join(part.text for part in parts if part.thought and part.text.strip()),
                    turn=types.Content(role="model", parts=parts))

    def plain(self, model, request):
        answer = self.client().models.generate_content(model=model, **request)
        (candidate,) = answer.candidates
        return self.said(candidate.content.parts, candidate.finish_reason.value, answer.usage_metadata)

    def streamed(self, model, request):
        parts, reason, usage = [], None, None
        for chunk in self.client().models.generate_content_stream(model=model, **request):
            self.assertIsNone(reason, "nothing comes behind the reason")
            (candidate,) = chunk.candidates
            parts += candidate.content.parts or []
            reason = candidate.finish_reason and candidate.finish_reason.value
            usage = chunk.usage_metadata
        return self.said(parts, reason, usage)

    def leave(self, model, request):
        client = self.client()
        stream = client.models.generate_content_stream(model=model, **request)
        next(stream)
        stream.close()
        client.close()

    def status_of(self, error):
        return error.code

    def retry_after_of(self, error):
        return error.response.headers["retry-after"]


def load_tests(loader, _tests, _pattern):
    """The pairs only, not the front they are made from."""
    return unittest.TestSuite(loader.loadTestsFromTestCase(case) for case in pairs(Generate, __name__).values())


if __name__ == "__main__":
    unittest.main()
