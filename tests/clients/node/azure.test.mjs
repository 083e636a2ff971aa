// The client for Azure, which has paths and a key field of its own, against targets that know neither.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import OpenAI, { AzureOpenAI } from 'openai';

import { ask, inWorld, streamedText } from './kit.mjs';

const CLIENT_KEY = 'sk-client-web-0123456789';
const CLIENTS = { gateway: { clients: [{ name: 'web', key: { value: CLIENT_KEY } }] } };
const TOOLS = {
  tools: [{ type: 'function', function: { name: 'brew', parameters: { type: 'object', properties: {} } } }],
  tool_choice: { type: 'function', function: { name: 'brew' } },
};

function azure(world, options = {}) {
  const endpoint = world.base_url.replace(/\/v1$/, '');
  return new AzureOpenAI({ endpoint, apiKey: CLIENT_KEY, apiVersion: '2024-10-21', maxRetries: 0, ...options });
}

test('a plain chat, a stream and a tool call are answered', inWorld(CLIENTS, async (world) => {
  const client = azure(world);
  const plain = await client.chat.completions.create(ask());
  const streamed = await streamedText(await client.chat.completions.create(ask({ stream: true })));
  assert.deepEqual(streamed, { text: plain.choices[0].message.content, reason: 'stop' });
  const called = await client.chat.completions.create(ask(TOOLS));
  assert.equal(called.choices[0].message.tool_calls[0].function.name, 'brew');
  assert.deepEqual(new Set((await world.requests()).map((record) => record.path)), new Set(['/v1/chat/completions']));
}));

test('one key of three that answers 401 is not noticed', inWorld(CLIENTS, async (world) => {
  await world.faults('key=sk-mock-2:401');
  const client = azure(world, { deployment: 'gpt-4o' });
  const answers = new Set();
  for (let round = 0; round < 6; round += 1) answers.add((await client.chat.completions.create(ask())).choices[0].message.content);
  assert.equal(answers.size, 1);
  assert.ok((await world.requests()).some((record) => record.status === 401), 'the bad key was asked');
}));

test('errors have the form that the SDK knows', inWorld(CLIENTS, async (world) => {
  await assert.rejects(azure(world).chat.completions.create(ask({ n: 0 })), OpenAI.BadRequestError);
  await assert.rejects(azure(world, { apiKey: 'sk-client-web-9876543210' }).chat.completions.create(ask()), OpenAI.AuthenticationError);
  await assert.rejects(azure(world).chat.completions.create(ask({ model: 'gpt-4oo' })), OpenAI.NotFoundError);
}));
