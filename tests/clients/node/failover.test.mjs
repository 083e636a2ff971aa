// Three keys, one of them bad: no client sees a failure. And a stream that breaks after content never looks complete.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import OpenAI from 'openai';

import { ask, inWorld, streamedText } from './kit.mjs';

// Long enough for a healthy answer on a busy machine, short enough to sit through.
const IMPATIENT = { gateway: { timeouts: { head: '1s', first_content: '1s', idle: '1s' } } };
const ROUNDS = 6; // each of three targets has its turn twice

const BAD_ONES = [
  ['one key answers 401', 'key=sk-mock-2:401'],
  ['one key answers 429', 'key=sk-mock-2:429:retry-after=30'],
  ['one key answers 500', 'key=sk-mock-2:500'],
  ['one key answers 503', 'key=sk-mock-2:503'],
  ['one key is reset', 'key=sk-mock-2:reset'],
  ['one key hangs', 'key=sk-mock-2:hang', IMPATIENT],
  ['one server refuses connections', 'port=1:refuse', {}, 'three-servers'],
  ['one provider refuses connections', 'port=1:refuse', {}, 'three-providers'],
];

for (const [name, fault, settings = {}, model = 'gpt-4o'] of BAD_ONES) {
  for (const stream of [false, true]) {
    test(`${name}, ${stream ? 'streamed' : 'plain'}`, inWorld(settings, async (world) => {
      await world.faults(fault);
      const client = world.client({ maxRetries: 0 });
      const answers = new Set();
      let mostAttempts = 0;
      for (let round = 0; round < ROUNDS; round += 1) {
        const { data, response } = await client.chat.completions.create(ask({ model, stream })).withResponse();
        mostAttempts = Math.max(mostAttempts, Number(response.headers.get('x-drover-attempts')));
        const whole = stream
          ? await streamedText(data)
          : { text: data.choices[0].message.content, reason: data.choices[0].finish_reason };
        assert.equal(whole.reason, 'stop');
        answers.add(whole.text);
      }
      assert.equal(answers.size, 1, 'every answer is the same and whole');
      assert.ok(mostAttempts > 1, 'the bad one was tried');
    }));
  }
}

for (const how of ['middle', 'clean', 'reset']) {
  test(`a stream that is cut after content is told (${how})`, inWorld({}, async (world) => {
    const client = world.client();
    const whole = (await client.chat.completions.create(ask())).choices[0].message.content;
    await world.faults(`cut:after=5:how=${how}`);
    const before = client.sent();
    let got = '';
    await assert.rejects(
      async () => {
        for await (const chunk of await client.chat.completions.create(ask({ stream: true }))) {
          got += chunk.choices[0].delta.content ?? '';
        }
      },
      (error) => {
        assert.ok(error instanceof OpenAI.APIError, String(error));
        assert.ok(!(error instanceof OpenAI.APIConnectionError), 'an event, not a broken connection');
        assert.ok(error.code, 'a code of ours');
        return true;
      },
    );
    assert.ok(got && whole.startsWith(got) && got !== whole, 'what came before the break arrived, and nothing else');
    assert.equal(client.sent() - before, 1, 'what was partly told is not asked again');
  }));
}

test('a response that breaks is not completed', inWorld({}, async (world) => {
  await world.faults('cut:after=5');
  const kinds = [];
  try {
    for await (const event of await world.client().responses.create({ model: 'gpt-4o', input: 'Hello', stream: true })) {
      kinds.push(event.type);
    }
  } catch (error) {
    assert.ok(error instanceof OpenAI.APIError && !(error instanceof OpenAI.APIConnectionError), String(error));
    kinds.push('error');
  }
  assert.ok(kinds.includes('response.output_text.delta'));
  assert.match(kinds.at(-1), /^(error|response\.failed)$/);
  assert.ok(!kinds.includes('response.completed'));
}));
