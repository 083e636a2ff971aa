// Vercel's AI SDK, by the three APIs of its providers for OpenAI and Anthropic, at providers of every API.
import { createAnthropic } from '@ai-sdk/anthropic';
import { createOpenAI } from '@ai-sdk/openai';
import { Output, generateText, jsonSchema, streamText, tool } from 'ai';

import { BRIEF, TOOLS, atEveryBack } from './matrix.mjs';

globalThis.AI_SDK_LOG_WARNINGS = false;

const STOPS = { stop: 'stop', 'tool-calls': 'tools', length: 'length' };
const tools = Object.fromEntries(Object.entries(TOOLS).map(([name, schema]) => [name, tool({ inputSchema: jsonSchema(schema) })]));
// It knows none of the names here, and would think that these models do not think.
const THINKING = {
  openai: { forceReasoning: true, reasoningEffort: 'low', reasoningSummary: 'auto', store: false },
  anthropic: { thinking: { type: 'adaptive' }, effort: 'low' },
};

const makers = {
  chat: (common) => (model) => createOpenAI(common).chat(model),
  responses: (common) => (model) => createOpenAI(common).responses(model),
  messages: (common) => (model) => createAnthropic(common)(model),
};

function front(api) {
  const modelOf = (world, model) => makers[api]({ baseURL: world.base_url, apiKey: 'sk-ignored' })(model);
  return {
    speaks: api,
    // Its provider for chat completions has no thoughts.
    thinksIn: api === 'chat' ? [] : undefined,
    statusOf: (error) => error.statusCode,
    retryAfterOf: (error) => error.responseHeaders['retry-after'],
    request({ prompt, image, tools: withTools, schema, think }) {
      const content = [{ type: 'text', text: prompt }];
      if (image) content.push({ type: 'image', image, mediaType: 'image/png' });
      return {
        system: BRIEF,
        messages: [{ role: 'user', content }],
        maxRetries: 0,
        providerOptions: think ? THINKING : { openai: { store: false } },
        ...(withTools ? { tools } : {}),
        ...(schema ? { output: Output.object({ schema: jsonSchema(schema) }) } : {}),
      };
    },
    goOn(request, said, results) {
      const content = said.calls.map(([toolCallId, toolName], index) => (
        { type: 'tool-result', toolCallId, toolName, output: { type: 'text', value: results[index] } }));
      return { ...request, messages: [...request.messages, ...said.turn, { role: 'tool', content }] };
    },
    async plain(world, model, request) {
      const { text, toolCalls, finishReason, reasoningText, response } = await generateText({ model: modelOf(world, model), ...request });
      return said(text, toolCalls, finishReason, reasoningText, response);
    },
    async streamed(world, model, request) {
      const result = streamText({ model: modelOf(world, model), ...request, onError: () => {} });
      for await (const part of result.fullStream) if (part.type === 'error') throw part.error;
      return said(await result.text, await result.toolCalls, await result.finishReason, await result.reasoningText, await result.response);
    },
    async leave(world, model, request) {
      const going = new AbortController();
      const result = streamText({ model: modelOf(world, model), ...request, abortSignal: going.signal });
      for await (const part of result.fullStream) if (part.type === 'text-delta') going.abort();
    },
  };
}

function said(text, toolCalls, finishReason, thoughts, response) {
  const calls = toolCalls.map((call) => [call.toolCallId, call.toolName, call.input]);
  return { text, calls, stop: STOPS[finishReason], thoughts: thoughts ?? '', turn: response.messages };
}

for (const api of Object.keys(makers)) atEveryBack(`ai by ${api}`, front(api));
