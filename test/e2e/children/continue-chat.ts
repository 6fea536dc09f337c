import { generateText } from 'ai';
import { createCodex } from '../../../src/index';
import { memoryAuthStore } from '../../../src/stores/memory-store';

// Another process: all it knows of the conversation is the JSON it is handed.
const { baseURL, issuer, credentials, messages } = JSON.parse(process.env.CHAT ?? '');
const codex = createCodex({ baseURL, issuer, authStore: memoryAuthStore(credentials) });
const { text, warnings } = await generateText({ model: codex('gpt-5.3-codex'), messages });
process.stdout.write(JSON.stringify({ text, warnings }));
