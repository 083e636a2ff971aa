// OpenAI's SDK for Node, by both of its APIs, at providers of every API.
import { BRIEF, Broken, TOOLS, atEveryBack } from './matrix.mjs';

const STOPS = { stop: 'stop', tool_calls: 'tools', length: 'length' };
const errors = { statusOf: (error) => error.status, retryAfterOf: (error) => error.headers.get('retry-after') };
const clientOf = (world) => world.client({ maxRetries: 0 });
const dataUrl = (image) => `data:image/png;base64,${image}`;

const chat = {
  ...errors,
  speaks: 'chat',
  request({ prompt, image, tools, schema, think }) {
    const parts = [{ type: 'text', text: prompt }];
    if (image) parts.push({ type: 'image_url', image_url: { url: dataUrl(image) } });
    const request = { messages: [{ role: 'system', content: BRIEF }, { role: 'user', content: parts }] };
    if (tools) request.tools = Object.entries(TOOLS).map(([name, parameters]) => ({ type: 'function', function: { name, parameters, strict: true } }));
    if (schema) request.response_format = { type: 'json_schema', json_schema: { name: 'cup', schema, strict: true } };
    if (think) request.reasoning_effort = 'low';
    return request;
  },
  goOn(request, said, results) {
    const answered = said.calls.map(([id], index) => ({ role: 'tool', tool_call_id: id, content: results[index] }));
    return { ...request, messages: [...request.messages, said.turn, ...answered] };
  },
  said({ message, finish_reason: reason }) {
    const calls = (message.tool_calls ?? []).map((call) => [call.id, call.function.name, JSON.parse(call.function.arguments)]);
    const turn = { role: 'assistant', content: message.content, ...(calls.length ? { tool_calls: message.tool_calls } : {}) };
    return { text: message.content ?? '', calls, stop: STOPS[reason], thoughts: message.reasoning_content ?? '', turn };
  },
  async plain(world, model, request) {
    return this.said((await clientOf(world).chat.completions.create({ model, ...request })).choices[0]);
  },
  async streamed(world, model, request) {
    // The SDK's own accumulation, which is strict about the order of pieces; it knows no thoughts.
    const stream = clientOf(world).chat.completions.stream({ model, ...request });
    let thoughts = '';
    for await (const chunk of stream) thoughts += chunk.choices[0]?.delta.reasoning_content ?? '';
    return { ...this.said((await stream.finalChatCompletion()).choices[0]), thoughts };
  },
  async leave(world, model, request) {
    const stream = await clientOf(world).chat.completions.create({ model, ...request, stream: true });
    for await (const chunk of stream) if (chunk.choices[0]?.delta.content) break;
  },
};

const responses = {
  ...errors,
  speaks: 'responses',
  request({ prompt, image, tools, schema, think }) {
    const content = [{ type: 'input_text', text: prompt }];
    if (image) content.push({ type: 'input_image', detail: 'auto', image_url: dataUrl(image) });
    const request = { instructions: BRIEF, input: [{ role: 'user', content }], store: false, include: ['reasoning.encrypted_content'] };
    if (tools) request.tools = Object.entries(TOOLS).map(([name, parameters]) => ({ type: 'function', name, parameters, strict: true }));
    if (schema) request.text = { format: { type: 'json_schema', name: 'cup', schema, strict: true } };
    if (think) request.reasoning = { effort: 'low', summary: 'auto' };
    return request;
  },
  goOn(request, said, results) {
    const answered = said.calls.map(([id], index) => ({ type: 'function_call_output', call_id: id, output: results[index] }));
    return { ...request, input: [...request.input, ...said.turn, ...answered] };
  },
  said(response) {
    if (response.status !== 'completed') throw new Broken(response.status);
    const calls = response.output.filter((item) => item.type === 'function_call').map((item) => [item.call_id, item.name, JSON.parse(item.arguments)]);
    const thoughts = response.output.filter((item) => item.type === 'reasoning')
      .flatMap((item) => (item.summary.length ? item.summary : item.content ?? [])).map((part) => part.text).join('');
    return { text: response.output_text, calls, stop: calls.length ? 'tools' : 'stop', thoughts, turn: response.output };
  },
  async plain(world, model, request) {
    return this.said(await clientOf(world).responses.create({ model, ...request }));
  },
  async streamed(world, model, request) {
    const stream = clientOf(world).responses.stream({ model, ...request });
    let text = '';
    let last;
    for await (const event of stream) {
      last = event.type;
      if (last === 'error' || last === 'response.failed') throw new Broken(last);
      if (last === 'response.output_text.delta') text += event.delta;
    }
    if (last !== 'response.completed') throw new Broken(`the stream ended with ${last}`);
    return { ...this.said(await stream.finalResponse()), text };
  },
  async leave(world, model, request) {
    const stream = await clientOf(world).responses.create({ model, ...request, stream: true });
    for await (const event of stream) if (event.type === 'response.output_text.delta') break;
  },
};

atEveryBack('chat', chat);
atEveryBack('responses', responses);
