"""Conversations of several turns with tools, structured answers, and a key that dies in the middle of it."""

import unittest

from pydantic import BaseModel

from kit import CLAUDE, FreshWorld, SharedWorld, ask, ask_claude, both_transports, keeping_keys

SAY_AGAIN = {"text": "echo"}
DEATHS = ("401", "402", "429:retry-after=30", "500", "503", "reset")
QUESTION = {"role": "user", "content": "Please brew some coffee."}
PARAMETERS = {"type": "object", "properties": {"cups": {"type": "integer"}}, "required": ["cups"]}


class Cup(BaseModel):
    bean: str
    cups: int


class DyingKey(FreshWorld):
    def begin(self, model):
        self.start(mock=SAY_AGAIN, gateway=keeping_keys(model))

    def kill(self, how):
        """From now on the key of the last request answers with `how`."""
        key = self.world.requests()[-1]["key"]
        self.world.faults(f"key={key}:{how}")
        return key

    def check(self, dead):
        requests = self.world.requests()
        self.assertEqual([record["key"] for record in requests[:2]], [dead, dead], "a conversation keeps its key")
        self.assertNotEqual(requests[-1]["key"], dead)

    def test_a_chat_goes_on(self):
        tools = [{"type": "function", "function": {"name": "brew", "parameters": PARAMETERS}}]
        for how in DEATHS:
            with self.subTest(how=how):
                self.begin("gpt-4o")
                client = self.client(max_retries=0)
                first = client.chat.completions.create(model="gpt-4o", messages=[QUESTION], tools=tools)
                message = first.choices[0].message
                dead = self.kill(how)
                result = {"role": "tool", "tool_call_id": message.tool_calls[0].id, "content": "two cups"}
                second = client.chat.completions.create(model="gpt-4o", messages=[QUESTION, message, result], tools=tools)
                self.assertEqual(second.choices[0].message.content, "The tool answered: two cups")
                self.check(dead)

    def test_messages_go_on(self):
        tools = [{"name": "brew", "input_schema": PARAMETERS}]
        for how in DEATHS:
            with self.subTest(how=how):
                self.begin(CLAUDE)
                client = self.claude(max_retries=0)
                first = client.messages.create(**ask_claude(messages=[QUESTION], tools=tools))
                call = next(block for block in first.content if block.type == "tool_use")
                dead = self.kill(how)
                result = {"type": "tool_result", "tool_use_id": call.id, "content": "two cups"}
                turns = [QUESTION, {"role": "assistant", "content": first.content}, {"role": "user", "content": [result]}]
                with client.messages.stream(**ask_claude(messages=turns, tools=tools)) as stream:
                    self.assertEqual(stream.get_final_text(), "The tool answered: two cups")
                self.check(dead)

    def test_a_response_that_is_not_stored_goes_on(self):
        tools = [{"type": "function", "name": "brew", "parameters": PARAMETERS}]
        for how in DEATHS:
            with self.subTest(how=how):
                self.begin("gpt-4o")
                client = self.client(max_retries=0)
                common = {"model": "gpt-4o", "store": False, "tools": tools}
                first = client.responses.create(input=[QUESTION], **common)
                dead = self.kill(how)
                result = {"type": "function_call_output", "call_id": first.output[0].call_id, "output": "two cups"}
                second = client.responses.create(input=[QUESTION, *first.output, result], **common)
                self.assertEqual(second.output_text, "The tool answered: two cups")
                self.check(dead)


class Structured(SharedWorld):
    def setUp(self):
        super().setUp()
        self.world.faults("key=sk-mock-2:429")  # soon over: the next test may have it again

    def test_a_chat_satisfies_its_schema(self):
        client = self.client(max_retries=0)
        for _ in range(3):
            answer = client.chat.completions.parse(**ask(response_format=Cup))
            self.assertIsInstance(answer.choices[0].message.parsed, Cup)

    def test_a_response_satisfies_its_schema(self):
        client = self.client(max_retries=0)
        for _ in range(3):
            answer = client.responses.parse(model="gpt-4o", input="Hello", text_format=Cup)
            self.assertIsInstance(answer.output_parsed, Cup)

    def test_a_message_satisfies_its_schema(self):
        client = self.claude(max_retries=0)
        for _ in range(3):
            self.assertIsInstance(client.messages.parse(**ask_claude(output_format=Cup)).parsed_output, Cup)


load_tests = both_transports(__name__)

if __name__ == "__main__":
    unittest.main()
