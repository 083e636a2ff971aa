// Vercel's AI SDK, with its providers for OpenAI (responses and chat) and for Anthropic.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createAnthropic } from '@ai-sdk/anthropic';
import { createOpenAI } from '@ai-sdk/openai';
import { APICallError, Output, embedMany, generateText, stepCountIs, streamText, tool } from 'ai';
import { z } from 'zod';

import { CLAUDE, inWorld, keepingKeys } from './kit.mjs';

globalThis.AI_SDK_LOG_WARNINGS = false;

const ECHO = { mock: { text: 'echo' } };
const PROMPT = 'Good morning to you';
const Cup = z.object({ bean: z.string(), cups: z.number().int() });
const tools = {
  brew: tool({ description: 'Makes coffee.', inputSchema: Cup, execute: async ({ cups }) => `brewed ${cups}` }),
};

/** The three ways in which this SDK asks; both providers want the base URL with "/v1" behind it. */
function models(world) {
  const common = { baseURL: world.base_url, apiKey: 'sk-ignored' };
  const openai = createOpenAI(common);
  return { responses: openai('gpt-4o'), chat: openai.chat('gpt-4o'), messages: createAnthropic(common)(CLAUDE) };
}

/** A test for each of the three. */
function forEachModel(name, settings, body) {
  for (const kind of ['responses', 'chat', 'messages']) {
    test(`${name} (${kind})`, inWorld(settings, (world) => body(world, models(world)[kind])));
  }
}

forEachModel('a plain answer and a stream say the same', ECHO, async (world, model) => {
  assert.equal((await generateText({ model, prompt: PROMPT })).text, PROMPT);
  const pieces = [];
  for await (const piece of streamText({ model, prompt: PROMPT }).textStream) pieces.push(piece);
  assert.ok(pieces.length > 1);
  assert.equal(pieces.join(''), PROMPT);
});

forEachModel('a tool is called and its result goes back', ECHO, async (world, model) => {
  const { text, steps } = await generateText({ model, tools, stopWhen: stepCountIs(3), prompt: 'Please brew some coffee.' });
  assert.equal(steps.length, 2);
  assert.match(text, /^The tool answered: "?brewed \d+"?$/);
});

forEachModel('a structured answer satisfies its schema', ECHO, async (world, model) => {
  const { output } = await generateText({ model, output: Output.object({ schema: Cup }), prompt: PROMPT });
  Cup.parse(output);
});

forEachModel('a key that dies between a tool call and its result is not noticed', keepingKeys('gpt-4o', CLAUDE), async (world, model) => {
  await world.faults('401:skip=1:count=1');
  const { text } = await generateText({ model, tools, stopWhen: stepCountIs(3), maxRetries: 0, prompt: 'Please brew some coffee.' });
  assert.match(text, /brewed/);
  const [first, refused, answered] = await world.requests();
  assert.equal(refused.key, first.key);
  assert.deepEqual([first.status, refused.status, answered.status], [200, 401, 200]);
  assert.notEqual(answered.key, refused.key);
});

forEachModel('one bad key of three is not noticed, streamed', ECHO, async (world, model) => {
  await world.faults('key=sk-mock-2:429:retry-after=30');
  for (let round = 0; round < 6; round += 1) {
    assert.equal(await streamText({ model, maxRetries: 0, prompt: PROMPT }).text, PROMPT);
  }
  assert.ok((await world.requests()).some((record) => record.status === 429), 'the bad key was asked');
});

forEachModel("the provider's error comes with its status and words", ECHO, async (world, model) => {
  await world.faults('400');
  await assert.rejects(generateText({ model, prompt: PROMPT }), (error) => {
    assert.ok(APICallError.isInstance(error), String(error));
    assert.equal(error.statusCode, 400);
    assert.match(error.message, /The request is not valid/);
    return true;
  });
  assert.equal((await world.requests()).length, 1);
});

test('embeddings come in the order of their values', inWorld({}, async (world) => {
  const openai = createOpenAI({ baseURL: world.base_url, apiKey: 'sk-ignored' });
  const model = openai.embedding('text-embedding-3-small');
  const { embeddings } = await embedMany({ model, values: ['one', 'two'] });
  assert.equal(embeddings.length, 2);
  assert.notDeepEqual(embeddings[0], embeddings[1]);
}));
