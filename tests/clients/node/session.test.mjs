// A conversation of several turns with tools, structured answers, and a key that dies in the middle of it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { zodOutputFormat } from '@anthropic-ai/sdk/helpers/zod';
import { zodResponseFormat, zodTextFormat } from 'openai/helpers/zod';
import { z } from 'zod';

import { CLAUDE, askClaude, inWorld, keepingKeys } from './kit.mjs';

const Cup = z.object({ bean: z.string(), cups: z.number().int() });
const QUESTION = { role: 'user', content: 'Please brew some coffee.' };
const PARAMETERS = { type: 'object', properties: { cups: { type: 'integer' } }, required: ['cups'] };

/** The key that the last request came with dies: `how` is what it answers from now on. */
async function kill(world, how) {
  const { key } = (await world.requests()).at(-1);
  await world.faults(`key=${key}:${how}`);
  return key;
}

for (const how of ['401', '429:retry-after=30', '500', 'reset']) {
  test(`a chat with a tool goes on when its key dies (${how})`, inWorld(keepingKeys('gpt-4o'), async (world) => {
    const client = world.client({ maxRetries: 0 });
    const tools = [{ type: 'function', function: { name: 'brew', parameters: PARAMETERS } }];
    const messages = [QUESTION];
    const first = (await client.chat.completions.create({ model: 'gpt-4o', messages, tools })).choices[0].message;
    assert.equal(first.tool_calls[0].function.name, 'brew');
    const key = await kill(world, how);
    messages.push(first, { role: 'tool', tool_call_id: first.tool_calls[0].id, content: 'two cups' });
    const second = await client.chat.completions.create({ model: 'gpt-4o', messages, tools });
    assert.equal(second.choices[0].message.content, 'The tool answered: two cups');
    assert.notEqual((await world.requests()).at(-1).key, key);
    assert.ok((await world.requests()).some((record) => record.key === key && record.fault), 'the dead key was asked');
  }));

  test(`messages with a tool go on when their key dies (${how})`, inWorld(keepingKeys(CLAUDE), async (world) => {
    const client = world.claude({ maxRetries: 0 });
    const tools = [{ name: 'brew', input_schema: PARAMETERS }];
    const messages = [QUESTION];
    const first = await client.messages.create(askClaude({ messages, tools }));
    const call = first.content.find((block) => block.type === 'tool_use');
    assert.equal(call.name, 'brew');
    const key = await kill(world, how);
    messages.push({ role: 'assistant', content: first.content });
    messages.push({ role: 'user', content: [{ type: 'tool_result', tool_use_id: call.id, content: 'two cups' }] });
    const second = await client.messages.stream(askClaude({ messages, tools })).finalMessage();
    assert.equal(second.content[0].text, 'The tool answered: two cups');
    assert.notEqual((await world.requests()).at(-1).key, key);
  }));
}

test("the SDK's own loop over tools ends with the tool's result", inWorld({ mock: { text: 'echo' } }, async (world) => {
  const run = async ({ cups }) => `brewed ${cups}`;
  const brew = { type: 'function', function: { name: 'brew', parameters: PARAMETERS, parse: JSON.parse, function: run } };
  const runner = world.client().chat.completions.runTools({ model: 'gpt-4o', messages: [QUESTION], tools: [brew] });
  assert.match(await runner.finalContent(), /^The tool answered: brewed \d+$/);
}));

test('structured answers satisfy their schema, with one key that fails', inWorld({}, async (world) => {
  // 401: also a response that is stored, as is the default, was then certainly not made.
  await world.faults('key=sk-mock-2:401');
  const client = world.client({ maxRetries: 0 });
  const claude = world.claude({ maxRetries: 0 });
  for (let round = 0; round < 3; round += 1) {
    const format = zodResponseFormat(Cup, 'cup');
    const chat = await client.chat.completions.parse({ model: 'gpt-4o', messages: [QUESTION], response_format: format });
    Cup.parse(chat.choices[0].message.parsed);
    const response = await client.responses.parse({ model: 'gpt-4o', input: 'Hello', text: { format: zodTextFormat(Cup, 'cup') } });
    Cup.parse(response.output_parsed);
    const message = await claude.messages.parse(askClaude({ output_config: { format: zodOutputFormat(Cup) } }));
    Cup.parse(message.parsed_output);
  }
  assert.ok((await world.requests()).some((record) => record.fault), 'the bad key was asked');
}));
