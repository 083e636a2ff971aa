// Anthropic's SDK for Node at providers of every API.
import { BRIEF, TOOLS, atEveryBack } from './matrix.mjs';

const STOPS = { end_turn: 'stop', tool_use: 'tools', max_tokens: 'length' };
const clientOf = (world) => world.claude({ maxRetries: 0 });
const joined = (message, type, member) => message.content.filter((block) => block.type === type).map((block) => block[member]).join('');

function said(message) {
  const calls = message.content.filter((block) => block.type === 'tool_use').map(({ id, name, input }) => [id, name, input]);
  return {
    text: joined(message, 'text', 'text'), calls, stop: STOPS[message.stop_reason],
    thoughts: joined(message, 'thinking', 'thinking'), turn: message.content,
  };
}

atEveryBack('messages', {
  speaks: 'messages',
  statusOf: (error) => error.status,
  retryAfterOf: (error) => error.headers.get('retry-after'),
  request({ prompt, image, tools, schema, think }) {
    const content = [{ type: 'text', text: prompt }];
    if (image) content.unshift({ type: 'image', source: { type: 'base64', media_type: 'image/png', data: image } });
    const request = { max_tokens: 4096, system: BRIEF, messages: [{ role: 'user', content }] };
    if (tools) request.tools = Object.entries(TOOLS).map(([name, schemaOfTool]) => ({ name, input_schema: schemaOfTool }));
    if (schema) request.output_config = { format: { type: 'json_schema', schema } };
    if (think) Object.assign(request, { thinking: { type: 'adaptive' }, output_config: { effort: 'low' } });
    return request;
  },
  goOn(request, { turn, calls }, results) {
    const answered = calls.map(([id], index) => ({ type: 'tool_result', tool_use_id: id, content: results[index] }));
    return { ...request, messages: [...request.messages, { role: 'assistant', content: turn }, { role: 'user', content: answered }] };
  },
  plain: async (world, model, request) => said(await clientOf(world).messages.create({ model, ...request })),
  streamed: async (world, model, request) => said(await clientOf(world).messages.stream({ model, ...request }).finalMessage()),
  async leave(world, model, request) {
    const stream = await clientOf(world).messages.create({ model, ...request, stream: true });
    for await (const event of stream) if (event.type === 'content_block_delta') break;
  },
});
