// What the SDK throws when a request cannot be answered, and who repeats what.
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import OpenAI from 'openai';

import { World, ask, inWorld, until } from './kit.mjs';

const CLIENT_KEY = 'sk-client-web-0123456789';
const CLIENTS = { gateway: { clients: [{ name: 'web', key: { value: CLIENT_KEY } }] } };

describe('refusals', () => {
  let world;
  before(async () => {
    world = await World.start();
  });
  after(() => world.stop());
  beforeEach(() => world.reset());

  test('an unknown model is not found and the known ones are named', async () => {
    const client = world.client();
    await assert.rejects(client.chat.completions.create(ask({ model: 'gpt-4oo' })), (error) => {
      assert.ok(error instanceof OpenAI.NotFoundError);
      assert.equal(error.code, 'model_not_found');
      assert.match(error.message, /gpt-4o, one-key/);
      assert.match(error.requestID, /^req_[0-9a-f]+$/);
      return true;
    });
    assert.equal(client.sent(), 1);
    assert.deepEqual(await world.requests(), []);
  });

  test('a request that the provider finds bad is bad and is asked once', async () => {
    const client = world.client();
    await assert.rejects(client.chat.completions.create(ask({ n: 0, stream: true })), (error) => {
      assert.ok(error instanceof OpenAI.BadRequestError);
      assert.match(error.message, /Invalid value for 'n'/);
      return true;
    });
    assert.equal(client.sent(), 1);
    assert.equal((await world.requests()).length, 1);
  });
});

test('an unknown client key is an authentication error and is not repeated', inWorld(CLIENTS, async (world) => {
  const stranger = world.client({ apiKey: 'sk-client-web-9876543210' });
  await assert.rejects(stranger.chat.completions.create(ask()), OpenAI.AuthenticationError);
  assert.equal(stranger.sent(), 1);
  const known = await world.client({ apiKey: CLIENT_KEY }).chat.completions.create(ask());
  assert.ok(known.choices[0].message.content);
}));

test("nothing is repeated once the gateway's own retries are spent", inWorld({}, async (world) => {
  await world.faults('503');
  const client = world.client();
  await assert.rejects(client.chat.completions.create(ask()), (error) => {
    assert.equal(error.status, 503);
    assert.equal(error.headers.get('x-should-retry'), 'false');
    return true;
  });
  assert.equal(client.sent(), 1);
  assert.equal(new Set((await world.requests()).map((record) => record.key)).size, 3);
}));

test('the SDK comes back when a rate limit said it may', inWorld({ gateway: { timeouts: { queue: '0s' } } }, async (world) => {
  await world.faults('429:retry-after=1:count=1');
  const client = world.client();
  const began = Date.now();
  const answer = await client.chat.completions.create(ask({ model: 'one-key' }));
  assert.ok(answer.choices[0].message.content);
  assert.equal(client.sent(), 2);
  assert.ok(Date.now() - began >= 900);
  assert.deepEqual((await world.requests()).map((record) => record.status), [429, 200]);
}));

test("the SDK's timeout shortens the gateway's", inWorld({}, async (world) => {
  await world.faults('hang');
  const began = Date.now();
  const client = world.client({ timeout: 60_000 });
  // The header as the SDK sends it for a timeout of a second, while it would itself wait longer.
  const asking = client.chat.completions.create(ask(), { headers: { 'x-stainless-timeout': '1' } });
  await assert.rejects(asking, (error) => error.status === 504);
  assert.ok(Date.now() - began < 20_000);
}));

test('a client that stops waiting is not worked for', inWorld({}, async (world) => {
  await world.faults('hang');
  const client = world.client({ timeout: 700, maxRetries: 0 });
  await assert.rejects(client.chat.completions.create(ask()), OpenAI.APIConnectionTimeoutError);
  assert.equal((await world.endedRequest()).outcome, 'client_gone');
}));

// Ten seconds of stream: whoever does not notice is still sending when the test looks.
const SLOWLY = { mock: { answer_tokens: 200, tokens_per_second: 20 } };

test('leaving a stream in the middle is seen by the provider', inWorld(SLOWLY, async (world) => {
  const stream = await world.client().chat.completions.create(ask({ stream: true }));
  let seen = 0;
  for await (const chunk of stream) {
    assert.equal(chunk.choices[0].finish_reason, null);
    seen += 1;
    if (seen === 3) break;
  }
  assert.equal(seen, 3);
  assert.equal((await world.endedRequest()).outcome, 'client_gone');
}));

test('aborting a stream by its controller is seen too', inWorld(SLOWLY, async (world) => {
  const stream = await world.client().chat.completions.create(ask({ stream: true }));
  for await (const chunk of stream) {
    assert.equal(chunk.choices[0].finish_reason, null);
    stream.controller.abort();
  }
  assert.equal((await world.endedRequest()).outcome, 'client_gone');
}));

test('aborting before the head is seen too', inWorld({}, async (world) => {
  await world.faults('hang');
  const leaving = new AbortController();
  const asking = world.client().chat.completions.create(ask(), { signal: leaving.signal });
  asking.catch(() => {});
  await until(async () => (await world.requests()).length > 0, 'no request reached the provider');
  leaving.abort();
  await assert.rejects(asking, OpenAI.APIUserAbortError);
  assert.equal((await world.endedRequest()).outcome, 'client_gone');
}));
