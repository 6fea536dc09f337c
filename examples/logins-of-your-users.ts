import { generateText } from 'ai';
import { type CodexProvider, createCodex } from 'ai-sdk-codex';
import { authStatus, loginWithDeviceCode, logout, memoryAuthStore } from 'ai-sdk-codex/auth';
import type { Surroundings } from './support/provider';

/** An app whose users bring their own subscription: a profile for each of them, in the store of the app. */
export async function run(_codex: CodexProvider, surroundings: Surroundings): Promise<string[]> {
  const authStore = memoryAuthStore(); // an app that runs for longer takes fileAuthStore, redisAuthStore or postgresAuthStore
  const answers: string[] = [];
  for (const profile of ['ada', 'grace']) {
    await loginWithDeviceCode({
      ...surroundings,
      authStore,
      profile,
      onCode: ({ userCode, verificationUri, warning }) =>
        console.log(`${profile}: open ${verificationUri} and enter ${userCode}\n${warning}`),
    });
    const { state, email, planType } = await authStatus({ authStore, profile });
    console.log(`${profile} is ${state}: ${email}, plan ${planType}`);

    const codex = createCodex({ ...surroundings, authStore, profile });
    const { text } = await generateText({ model: codex('gpt-5.3-codex'), prompt: `Greet ${profile}.` });
    console.log(text);
    answers.push(text);
    await logout({ ...surroundings, authStore, profile });
  }
  return answers;
}
