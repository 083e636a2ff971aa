// What the gateway relays when nothing goes wrong, as the official SDK for Node sees it with its default headers.
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { toFile } from 'openai';

import { World, ask, streamedText } from './kit.mjs';

const PARAMETERS = { type: 'object', properties: { cups: { type: 'integer' }, bean: { type: 'string' } } };
const TOOLS = {
  tools: [{ type: 'function', function: { name: 'brew', parameters: PARAMETERS } }],
  tool_choice: { type: 'function', function: { name: 'brew' } },
};

describe('answers', () => {
  let world;
  let client;
  before(async () => {
    world = await World.start({ mock: { cuts: 'random' } });
    client = world.client();
  });
  after(() => world.stop());
  beforeEach(() => world.reset());

  test('a stream says what the plain answer says', async () => {
    const plain = await client.chat.completions.create(ask());
    const streamed = await streamedText(await client.chat.completions.create(ask({ stream: true })));
    assert.ok(plain.choices[0].message.content.length > 24);
    assert.equal(plain.usage.completion_tokens, 24);
    assert.deepEqual(streamed, { text: plain.choices[0].message.content, reason: 'stop' });
  });

  test('usage comes as the last chunk when it was asked for', async () => {
    const asked = ask({ stream: true, stream_options: { include_usage: true } });
    const chunks = [];
    for await (const chunk of await client.chat.completions.create(asked)) chunks.push(chunk);
    assert.deepEqual(chunks.at(-1).choices, []);
    assert.equal(chunks.at(-1).usage.completion_tokens, 24);
  });

  test('the pieces of a streamed tool call fit together', async () => {
    const plain = await client.chat.completions.create(ask(TOOLS));
    const call = plain.choices[0].message.tool_calls[0];
    assert.deepEqual(Object.keys(JSON.parse(call.function.arguments)).sort(), ['bean', 'cups']);
    const pieces = [];
    for await (const chunk of await client.chat.completions.create(ask({ ...TOOLS, stream: true }))) {
      for (const piece of chunk.choices[0].delta.tool_calls ?? []) pieces.push(piece.function.arguments ?? '');
    }
    assert.ok(pieces.length > 2);
    assert.equal(pieces.join(''), call.function.arguments);
  });

  test("the SDK's accumulating stream ends with the whole message", async () => {
    const message = await client.chat.completions.stream(ask()).finalMessage();
    const plain = await client.chat.completions.create(ask());
    assert.equal(message.content, plain.choices[0].message.content);
  });

  test('many requests at once get their own answers', async () => {
    const questions = Array.from({ length: 20 }, (_, number) => [{ role: 'user', content: `question ${number}` }]);
    const plain = await Promise.all(
      questions.map(async (messages) => (await client.chat.completions.create(ask({ messages }))).choices[0].message.content),
    );
    const streamed = await Promise.all(
      questions.map(async (messages) => (await streamedText(await client.chat.completions.create(ask({ messages, stream: true })))).text),
    );
    assert.equal(new Set(plain).size, questions.length);
    assert.deepEqual(streamed, plain);
  });

  test('a streamed response has every event in order', async () => {
    const plain = await client.responses.create({ model: 'gpt-4o', input: 'Hello' });
    assert.equal(plain.status, 'completed');
    const events = [];
    for await (const event of await client.responses.create({ model: 'gpt-4o', input: 'Hello', stream: true })) events.push(event);
    assert.deepEqual(events.map((event) => event.sequence_number), events.map((_, index) => index));
    assert.deepEqual([events[0].type, events.at(-1).type], ['response.created', 'response.completed']);
    const pieces = events.filter((event) => event.type === 'response.output_text.delta').map((event) => event.delta);
    assert.equal(pieces.join(''), plain.output_text);
  });

  test("embeddings arrive in the SDK's base64 and as numbers", async () => {
    const asked = { model: 'text-embedding-3-small', input: ['one', 'two'], dimensions: 64 };
    const byDefault = await client.embeddings.create(asked);
    const asNumbers = await client.embeddings.create({ ...asked, encoding_format: 'float' });
    assert.equal(byDefault.data.length, 2);
    for (const [index, item] of byDefault.data.entries()) {
      assert.deepEqual(Float32Array.from(item.embedding), Float32Array.from(asNumbers.data[index].embedding));
      assert.equal(item.embedding.length, 64);
    }
  });

  test('the models are those of the configuration', async () => {
    const names = [];
    for await (const model of client.models.list()) names.push(model.id);
    assert.deepEqual(names, [
      'claude-one-key', 'claude-sonnet-5-5', 'claude-three-servers', 'gpt-4o', 'one-key', 'text-embedding-3-small', 'three-providers',
      'three-servers', 'whisper-1',
    ]);
  });

  test('a form is routed by its model', async () => {
    // Node 18 has no global File, which the SDK's uploads need; Node 20 has.
    if (typeof globalThis.File === 'undefined') globalThis.File = (await import('node:buffer')).File;
    const file = await toFile(Buffer.alloc(256 * 1024, 'sound'), 'a.wav');
    const answer = await client.audio.transcriptions.create({ model: 'whisper-1', file });
    assert.match(answer.text, /whisper-1/);
    assert.ok((await world.endedRequest()).request_bytes > 256 * 1024);
  });

  test('an answer names the request, the target and the attempts', async () => {
    const { data, response, request_id: id } = await client.chat.completions.create(ask({ model: 'one-key' })).withResponse();
    assert.match(id, /^req_[0-9a-f]+$/);
    assert.equal(data._request_id, id);
    assert.match(response.headers.get('x-drover-target'), /^mock\/k1/);
    assert.equal(response.headers.get('x-drover-attempts'), '1');
  });

  test("the client's own request id is kept", async () => {
    const answer = await client.chat.completions.create(ask(), { headers: { 'x-request-id': 'order-4711' } });
    assert.equal(answer._request_id, 'order-4711');
  });
});
