// Streams that wait longer than ten seconds: the gateway then begins its answer with comments, and the SDK reads on.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import OpenAI from 'openai';

import { ask, inWorld, streamedText } from './kit.mjs';

const LONG = { head: '11s', first_content: '11s' };

describe('long waits', { concurrency: true }, () => {
  test('failover is still possible, and the SDK skips the comments', inWorld({ gateway: { timeouts: LONG } }, async (world) => {
    await world.faults('hang-after-head:count=1');
    const client = world.client();
    const { data, response } = await client.chat.completions.create(ask({ stream: true })).withResponse();
    assert.equal(response.headers.get('x-drover-attempts'), null, 'the head came before the attempts were counted');
    const streamed = await streamedText(data);
    const plain = await client.chat.completions.create(ask());
    assert.deepEqual(streamed, { text: plain.choices[0].message.content, reason: 'stop' });
    assert.equal(client.sent(), 2);
  }));

  const once = { timeouts: LONG, retry: { walk: 1, same_target: 0 } };
  test('what fails then is told by an event', inWorld({ gateway: once }, async (world) => {
    await world.faults('hang');
    const client = world.client();
    const stream = await client.chat.completions.create(ask({ stream: true }));
    await assert.rejects(streamedText(stream), (error) => {
      assert.ok(error instanceof OpenAI.APIError && !(error instanceof OpenAI.APIConnectionError), String(error));
      assert.ok(error.code, 'a code of ours');
      return true;
    });
    assert.equal(client.sent(), 1);
  }));
});
