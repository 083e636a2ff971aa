// Anthropic's dialect, as Anthropic's official SDK for Node sees it with its default headers.
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import Anthropic from '@anthropic-ai/sdk';

import { CLAUDE, World, askClaude, inWorld } from './kit.mjs';

const PROPERTIES = { cups: { type: 'integer' }, bean: { type: 'string' } };
const TOOLS = {
  tools: [{ name: 'brew', input_schema: { type: 'object', properties: PROPERTIES } }],
  tool_choice: { type: 'tool', name: 'brew' },
};
const CLIENT_KEY = 'sk-client-web-0123456789';
const CLIENTS = { gateway: { clients: [{ name: 'web', key: { value: CLIENT_KEY } }] } };
const IMPATIENT = { gateway: { timeouts: { head: '1s', first_content: '1s', idle: '1s' } } };
const ROUNDS = 6; // each of three targets has its turn twice

describe('messages', () => {
  let world;
  let client;
  before(async () => {
    world = await World.start({ mock: { cuts: 'random' } });
    client = world.claude();
  });
  after(() => world.stop());
  beforeEach(() => world.reset());

  test('a stream says what the plain message says', async () => {
    const plain = await client.messages.create(askClaude());
    const streamed = await client.messages.stream(askClaude()).finalMessage();
    assert.ok(plain.content[0].text.length > 24);
    assert.equal(plain.usage.output_tokens, 24);
    assert.equal(streamed.content[0].text, plain.content[0].text);
    assert.deepEqual([streamed.stop_reason, streamed.usage.output_tokens], ['end_turn', 24]);
  });

  test('the events of a raw stream come in order', async () => {
    const kinds = [];
    for await (const event of await client.messages.create(askClaude({ stream: true }))) kinds.push(event.type);
    assert.deepEqual(kinds.slice(0, 2), ['message_start', 'content_block_start']);
    assert.deepEqual(kinds.slice(-3), ['content_block_stop', 'message_delta', 'message_stop']);
  });

  test('a tool call has the same input plain and streamed', async () => {
    const plain = await client.messages.create(askClaude(TOOLS));
    const streamed = await client.messages.stream(askClaude(TOOLS)).finalMessage();
    assert.equal(plain.stop_reason, 'tool_use');
    assert.deepEqual(Object.keys(plain.content[0].input).sort(), ['bean', 'cups']);
    assert.deepEqual(streamed.content[0].input, plain.content[0].input);
  });

  test('tokens are counted', async () => {
    const { messages } = askClaude();
    assert.ok((await client.messages.countTokens({ model: CLAUDE, messages })).input_tokens > 0);
  });

  test('the models are those of the configuration', async () => {
    const names = [];
    for await (const model of client.models.list()) names.push(model.id);
    assert.deepEqual(names, [
      'claude-one-key', CLAUDE, 'claude-three-servers', 'gpt-4o', 'one-key', 'text-embedding-3-small', 'three-providers',
      'three-servers', 'whisper-1',
    ]);
  });

  test('an unknown model is not found and the known ones are named', async () => {
    await assert.rejects(client.messages.create(askClaude({ model: 'claude-9' })), (error) => {
      assert.ok(error instanceof Anthropic.NotFoundError);
      assert.equal(error.error.error.type, 'not_found_error');
      assert.match(error.message, new RegExp(CLAUDE));
      assert.match(error.requestID, /^req_[0-9a-f]+$/);
      return true;
    });
    assert.deepEqual(await world.requests(), []);
  });

  test('a request that the provider finds bad is bad', async () => {
    await assert.rejects(client.messages.create(askClaude({ max_tokens: -1 })), Anthropic.BadRequestError);
  });
});

test('an unknown client key is an authentication error and is not repeated', inWorld(CLIENTS, async (world) => {
  const stranger = world.claude({ apiKey: 'sk-client-web-9876543210' });
  await assert.rejects(stranger.messages.create(askClaude()), Anthropic.AuthenticationError);
  assert.equal(stranger.sent(), 1);
  assert.ok((await world.claude({ apiKey: CLIENT_KEY }).messages.create(askClaude())).content[0].text);
}));

const BAD_ONES = [
  ['one key answers 401', 'key=sk-mock-2:401'],
  ['one key answers 429', 'key=sk-mock-2:429:retry-after=30'],
  ['one key answers 500', 'key=sk-mock-2:500'],
  ['one key is reset', 'key=sk-mock-2:reset'],
  ['one key hangs', 'key=sk-mock-2:hang', IMPATIENT],
  ['one server is overloaded', 'port=1:529', {}, 'claude-three-servers'],
];

for (const [name, fault, settings = {}, model = CLAUDE] of BAD_ONES) {
  for (const stream of [false, true]) {
    test(`${name}, messages ${stream ? 'streamed' : 'plain'}`, inWorld(settings, async (world) => {
      await world.faults(fault);
      const client = world.claude({ maxRetries: 0 });
      const answers = new Set();
      let mostAttempts = 0;
      for (let round = 0; round < ROUNDS; round += 1) {
        const { data, response } = await client.messages.create(askClaude({ model, stream })).withResponse();
        mostAttempts = Math.max(mostAttempts, Number(response.headers.get('x-drover-attempts')));
        let text = '';
        let last = 'message_stop';
        if (stream) {
          for await (const event of data) {
            last = event.type;
            text += event.delta?.text ?? '';
          }
        } else {
          text = data.content[0].text;
        }
        assert.equal(last, 'message_stop');
        answers.add(text);
      }
      assert.equal(answers.size, 1, 'every answer is the same and whole');
      assert.ok(mostAttempts > 1, 'the bad one was tried');
    }));
  }
}

test('a message that is cut after content is told', inWorld({}, async (world) => {
  await world.faults('cut:after=5');
  const client = world.claude();
  let got = '';
  await assert.rejects(
    async () => {
      for await (const event of await client.messages.create(askClaude({ stream: true }))) {
        assert.notEqual(event.type, 'message_stop');
        got += event.delta?.text ?? '';
      }
    },
    (error) => {
      assert.ok(error instanceof Anthropic.APIError && !(error instanceof Anthropic.APIConnectionError), String(error));
      assert.match(error.message, /api_error/);
      return true;
    },
  );
  assert.ok(got);
  assert.equal(client.sent(), 1);
}));

test('the SDK comes back when a rate limit said it may, for messages too', inWorld({ gateway: { timeouts: { queue: '0s' } } }, async (world) => {
  await world.faults('429:retry-after=1:count=1');
  const client = world.claude();
  assert.ok((await client.messages.create(askClaude({ model: 'claude-one-key' }))).content[0].text);
  assert.equal(client.sent(), 2);
}));

test('aborting a streamed message is seen by the provider', inWorld({ mock: { answer_tokens: 200, tokens_per_second: 20 } }, async (world) => {
  const stream = await world.claude().messages.create(askClaude({ stream: true }));
  let seen = 0;
  for await (const event of stream) {
    assert.notEqual(event.type, 'message_stop');
    seen += 1;
    if (seen === 4) stream.controller.abort();
  }
  assert.equal((await world.endedRequest()).outcome, 'client_gone');
}));
