// Every client at every back, in Node: the tests that a front passes at each API a provider may be asked by. The same in
// Python is ../matrix.py, and ../harness.py has the backs.
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';

import { TRANSPORT, World, inWorld } from './kit.mjs';

const BACKS = ['chat', 'responses', 'messages', 'gemini'];
const ECHO = { mock: { text: 'echo' }, matrix: true };
const PROMPT = 'Good morning to you';
const TOOL_PROMPT = 'Please use get_time and get_weather.';
const THINKING_PROMPT = 'Please think, and use get_time and get_weather.';
const THOUGHT = 'The mock thinks.';
export const BRIEF = 'Be brief.';
const object = (properties) => ({ type: 'object', properties, required: Object.keys(properties), additionalProperties: false });
export const TOOLS = {
  get_time: object({ zone: { type: 'string', enum: ['UTC'] } }),
  get_weather: object({ city: { type: 'string', enum: ['Chiang Mai'] }, days: { type: 'integer', enum: [3] } }),
};
const CALLS = [['get_time', { zone: 'UTC' }], ['get_weather', { city: 'Chiang Mai', days: 3 }]];
const RESULTS = ['a quarter past seven', 'it rains'];
const ANSWERED = `The tools answered: ${RESULTS.join(', ')}`;
const SCHEMA = object({ bean: { type: 'string', enum: ['arabica'] }, cups: { type: 'integer', enum: [7] } });
const PIXEL = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const BREAKS = ['cut:after=3', 'error-mid:after=3', 'incomplete'];
const FAILURES = ['500', '401', '429:retry-after=30', 'error-first', 'cut:after=0'];
const SLOWLY = { matrix: true, mock: { text: 'words', answer_tokens: 200, tokens_per_second: 20 } };
const HALF_OF_IT_MS = 5000;

/** A stream's own words for its failure, where the SDK hands them out as an event and throws nothing. */
export class Broken extends Error {}

/** The same for a stream of Gemini's and without one. */
const pathOf = (record) => record.path.split('?')[0].replace(':streamGenerateContent', ':generateContent');

/** The provider's records; each request came by the API of this back. */
async function asked(world, back) {
  const records = await world.requests();
  for (const record of records) assert.deepEqual([pathOf(record), record.model], [world.backs[back].path, world.backs[back].model]);
  return records;
}

/**
 * The tests of `front` at each back. It has
 *   speaks: the back that has its own API;
 *   request({ prompt, image, tools, schema, think }), and goOn(request, said, results): what its other functions take;
 *   plain(world, model, request) and streamed(world, model, request): { text, calls: [[id, name, arguments]], stop, thoughts };
 *   leave(world, model, request): reads the first pieces of a stream and goes;
 *   statusOf(error) and retryAfterOf(error): of what the SDK throws.
 * `thinksIn` names the backs whose thoughts it shows; all, unless it says otherwise.
 */
export function atEveryBack(name, front) {
  // Translation does not see the transport: once is enough.
  if (TRANSPORT !== 'tcp') return;
  for (const back of BACKS) {
    describe(`${name} at ${back}`, () => {
      answers(front, back);
      failures(front, back);
    });
  }
}

function answers(front, back) {
  const model = `at-${back}`;
  const shows = (front.thinksIn ?? BACKS).includes(back);
  let world;
  before(async () => {
    world = await World.start(ECHO);
  });
  after(() => world.stop());
  beforeEach(() => world.reset());

  for (const form of ['plain', 'streamed']) {
    test(`text, ${form}`, async () => {
      const said = await front[form](world, model, front.request({ prompt: PROMPT }));
      assert.deepEqual([said.text, said.stop, said.calls], [PROMPT, 'stop', []]);
      assert.equal((await asked(world, back)).length, 1);
    });

    test(`two tools at once and their results, ${form}`, async () => {
      const request = front.request({ prompt: TOOL_PROMPT, tools: true });
      const said = await front[form](world, model, request);
      assert.deepEqual(said.calls.map(([, ...call]) => call), CALLS);
      assert.equal(new Set(said.calls.map(([id]) => id)).size, 2);
      assert.equal(said.stop, 'tools');
      const then = await front[form](world, model, front.goOn(request, said, RESULTS));
      assert.deepEqual([then.text, then.stop], [ANSWERED, 'stop']);
      assert.equal((await asked(world, back)).length, 2);
    });

    test(`an image, ${form}`, async () => {
      const said = await front[form](world, model, front.request({ prompt: PROMPT, image: PIXEL }));
      assert.equal(said.text, PROMPT);
      assert.deepEqual((await asked(world, back)).map((record) => record.images), [1]);
    });

    test(`an answer that satisfies a schema, ${form}`, async () => {
      const said = await front[form](world, model, front.request({ prompt: PROMPT, schema: SCHEMA }));
      assert.deepEqual(JSON.parse(said.text), { bean: 'arabica', cups: 7 });
    });

    test(`thoughts, and their way back to their maker, ${form}`, async () => {
      const request = front.request({ prompt: THINKING_PROMPT, tools: true, think: true });
      const said = await front[form](world, model, request);
      assert.deepEqual(said.calls.map(([, ...call]) => call), CALLS);
      assert.equal(said.thoughts, shows ? THOUGHT : '');
      await front[form](world, model, front.goOn(request, said, RESULTS));
      // A chat's thoughts have no signature.
      if (back !== 'chat') assert.equal((await world.requests()).at(-1).thoughts, 1);
    });

    test(`the provider's 400 is told, ${form}`, async () => {
      await world.faults('400');
      await assert.rejects(front[form](world, model, front.request({ prompt: PROMPT })), (error) => {
        assert.equal(front.statusOf(error), 400);
        assert.match(error.message, /The request is not valid/);
        return true;
      });
    });
  }
}

function failures(front, back) {
  const model = `at-${back}`;
  const first = `first-${back}`;

  test('a provider that fails is replaced by one of the other dialect', async (t) => {
    for (const failure of FAILURES) {
      await inWorld(ECHO, async (world) => {
        await world.faults(`model=${world.backs[back].model}:${failure}`);
        const said = await front.streamed(world, first, front.request({ prompt: PROMPT }));
        assert.equal(said.text, PROMPT, failure);
        const records = await world.requests();
        assert.equal(pathOf(records[0]), world.backs[back].path);
        assert.equal(pathOf(records.at(-1)), world.backs[world.backs[back].then].path);
      })(t);
    }
  });

  test('a conversation goes on at the other vendor', inWorld(ECHO, async (world) => {
    const request = front.request({ prompt: THINKING_PROMPT, tools: true, think: true });
    const said = await front.streamed(world, first, request);
    await world.faults(`model=${world.backs[back].model}:500`);
    const then = await front.streamed(world, first, front.goOn(request, said, RESULTS));
    assert.equal(then.text, ANSWERED);
    const last = (await world.requests()).at(-1);
    assert.equal(pathOf(last), world.backs[world.backs[back].then].path);
    assert.equal(last.thoughts, 0, 'what only its maker can read goes to nobody else');
  }));

  test('a rate limit says when to come back', inWorld({ ...ECHO, gateway: { timeouts: { queue: '0s' } } }, async (world) => {
    await world.faults('429:retry-after=30');
    await assert.rejects(front.streamed(world, model, front.request({ prompt: PROMPT })), (error) => {
      assert.equal(front.statusOf(error), 429);
      const seconds = Number(front.retryAfterOf(error));
      assert.ok(seconds >= 25 && seconds <= 35, String(seconds));
      return true;
    });
  }));

  test('a stream that breaks off never looks whole', async (t) => {
    for (const fault of BREAKS) {
      await inWorld(ECHO, async (world) => {
        await world.faults(fault);
        await assert.rejects(front.streamed(world, model, front.request({ prompt: PROMPT })), (error) => {
          assert.ok(!(error instanceof assert.AssertionError), String(error));
          return true;
        });
        assert.equal((await asked(world, back)).length, 1, 'what was partly told is not asked again');
      })(t);
    }
  });

  test('a client that leaves is not worked for', inWorld(SLOWLY, async (world) => {
    await front.leave(world, model, front.request({ prompt: PROMPT }));
    const record = await world.endedRequest();
    assert.equal(record.outcome, 'client_gone');
    assert.ok(record.client_gone_ms - record.first_byte_ms < HALF_OF_IT_MS);
  }));
}
