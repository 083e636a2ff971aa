// What the Node tests share: a world for a test (harness.py runs it) and clients for it.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';

const HARNESS = fileURLToPath(new URL('../harness.py', import.meta.url));
export const TRANSPORT = process.env.DROVER_TEST_TRANSPORT ?? 'tcp';
const PATIENCE_MS = 30_000;

export const QUESTION = [{ role: 'user', content: 'How does one make good coffee?' }];

/** Arguments of a chat request. */
export function ask(changes = {}) {
  return { model: 'gpt-4o', messages: QUESTION, ...changes };
}

export const CLAUDE = 'claude-sonnet-5-5';

/** Arguments of a request for a message. */
export function askClaude(changes = {}) {
  return { model: CLAUDE, max_tokens: 256, messages: QUESTION, ...changes };
}

/** The first true value of condition(), asked again and again; fails with a sentence. */
export async function until(condition, what) {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const value = await condition();
    if (value) return value;
    if (Date.now() > deadline) throw new Error(`waited ${PATIENCE_MS} ms in vain: ${what}`);
    await pause(10);
  }
}

/** A mock provider and a gateway; `settings` may have `mock` and `gateway`, laid over the harness's own. */
export class World {
  static async start(settings = {}) {
    const world = new World();
    const program = process.env.DROVER_TEST_PYTHON ?? 'python3';
    const told = JSON.stringify({ transport: TRANSPORT, ...settings });
    world.process = spawn(program, ['-B', HARNESS, 'world', told], { stdio: ['pipe', 'pipe', 'inherit'] });
    world.ended = new Promise((resolve) => world.process.on('exit', resolve));
    for await (const line of createInterface({ input: world.process.stdout })) {
      Object.assign(world, JSON.parse(line));
      break;
    }
    if (!world.base_url) throw new Error(`harness.py ended with ${await world.ended}`);
    return world;
  }

  /** Stops both processes; fails when one of them did not end well. */
  async stop() {
    this.process.stdin.end();
    const code = await this.ended;
    if (code !== 0) throw new Error(`the world ended with ${code}; see its output above`);
  }

  async control(method, page, body) {
    const text = body === undefined ? undefined : JSON.stringify(body);
    const answer = await fetch(`${this.mock_url}/_mock/${page}`, { method, body: text });
    if (!answer.ok) throw new Error(`the mock's ${page} page said ${answer.status}: ${await answer.text()}`);
    return answer.json();
  }

  /** These faults and no others. */
  async faults(...texts) {
    await this.control('PUT', 'faults', texts);
  }

  async reset() {
    await this.faults();
    await this.control('DELETE', 'log');
  }

  /** What reached the provider, oldest first. */
  async requests() {
    return (await this.control('GET', 'log')).requests;
  }

  /** The last request that reached the provider, once it has ended there. */
  async endedRequest() {
    return until(async () => {
      const record = (await this.requests()).at(-1);
      return record && record.outcome !== 'running' ? record : undefined;
    }, 'a request of the provider has not ended');
  }

  /** A client with the SDK's own headers and retries; `client.sent()` counts what it put on the wire. */
  client(options = {}) {
    return World.#counting((common) => new OpenAI({ baseURL: this.base_url, ...common, ...options }));
  }

  /** The same of Anthropic's, whose base URL ends before "/v1". */
  claude(options = {}) {
    const baseURL = this.base_url.replace(/\/v1$/, '');
    return World.#counting((common) => new Anthropic({ baseURL, ...common, ...options }));
  }

  static #counting(make) {
    let sent = 0;
    const counting = (...request) => {
      sent += 1;
      return fetch(...request);
    };
    const client = make({ apiKey: 'sk-ignored', fetch: counting });
    client.sent = () => sent;
    return client;
  }
}

/** Settings under which a conversation keeps its key, as with the gateway's defaults, and the mock repeats what it is told. */
export function keepingKeys(...models) {
  const kept = Object.fromEntries(models.map((model) => [model, { balance: 'p2c' }]));
  return { mock: { text: 'echo' }, gateway: { models: kept } };
}

/** A world for one test: `test('…', inWorld({}, async (world, t) => { … }))`. */
export function inWorld(settings, body) {
  return async (t) => {
    const world = await World.start(settings);
    try {
      await body(world, t);
    } finally {
      await world.stop();
    }
  };
}

/** The text of a stream of chat chunks, and the last reason to finish. */
export async function streamedText(stream) {
  let text = '';
  let reason = null;
  for await (const chunk of stream) {
    for (const choice of chunk.choices) {
      text += choice.delta.content ?? '';
      reason = choice.finish_reason ?? reason;
    }
  }
  return { text, reason };
}
