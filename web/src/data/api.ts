// The page's own API, typed by the committed OpenAPI file (`npm run api` makes the types).

import type { Answer } from './answer';
import type { components } from './api.generated';
import { answer, client } from './client';
import type { Line } from './connection.svelte';

export type Session = components['schemas']['Session'];
/** The password was right; something is still missing. */
export type SecondStep = components['schemas']['SecondStep'];
export type Factor = components['schemas']['Factor'];
export type ProposedFactor = components['schemas']['ProposedFactor'];
export type EnrolledFactor = components['schemas']['EnrolledFactor'];
/** What is shown again before a step that needs it: a password, with a code when there is a second factor, or a passkey. */
export type Proof = components['schemas']['Proof'];
export type PasskeyAnswer = components['schemas']['PasskeyAnswer'];
export type EnrolledPasskey = components['schemas']['EnrolledPasskey'];
export type { Failure } from './answer';

export const signIn = (user: string, password: string): Promise<Answer<Session | SecondStep>> =>
  answer(client.POST('/api/session', { body: { user, password } }));

export const secondStep = (code: string): Promise<Answer<Session>> =>
  answer(client.POST('/api/session/second-step', { body: { code } }));

export const passkeyChallenge = (): Promise<Answer<components['schemas']['Challenge']>> => answer(client.POST('/api/passkey-challenge'));

export const signInByPasskey = (passkey: PasskeyAnswer): Promise<Answer<Session>> =>
  answer(client.POST('/api/session/passkey', { body: passkey }));

export const proposePasskey = (proof: Proof): Promise<Answer<components['schemas']['Challenge']>> =>
  answer(client.POST('/api/session/passkeys', { body: proof }));

export const confirmPasskey = (made: components['schemas']['NewPasskey']): Promise<Answer<EnrolledPasskey>> =>
  answer(client.POST('/api/session/passkeys/confirmation', { body: made }));

export const removePasskey = (id: string, proof: Proof): Promise<Answer<unknown>> =>
  answer(client.POST('/api/session/passkeys/removal', { body: { id, proof } }));

export const factor = (): Promise<Answer<Factor>> => answer(client.GET('/api/session/factor'));

export const proposeFactor = (proof: Proof): Promise<Answer<ProposedFactor>> =>
  answer(client.POST('/api/session/factor', { body: proof }));

export const confirmFactor = (code: string): Promise<Answer<EnrolledFactor>> =>
  answer(client.POST('/api/session/factor/confirmation', { body: { code } }));

export const removeFactor = (proof: Proof): Promise<Answer<unknown>> =>
  answer(client.POST('/api/session/factor/removal', { body: proof }));

export const resetFactor = (account: string, proof: Proof): Promise<Answer<unknown>> =>
  answer(client.POST('/api/accounts/{account}/factor-reset', { params: { path: { account } }, body: proof }));

export const factorPolicy = (): Promise<Answer<{ duties: string[] }>> => answer(client.GET('/api/factor-policy'));

export const setFactorPolicy = (duties: string[], proof: Proof): Promise<Answer<unknown>> =>
  answer(client.PUT('/api/factor-policy', { body: { duties, proof } }));

export const currentSession = (): Promise<Answer<Session>> => answer(client.GET('/api/session'));

export const endSession = (): Promise<Answer<unknown>> => answer(client.DELETE('/api/session'));

/** The state of the line, asked lightly. */
export async function askLine(): Promise<Line> {
  const result = await answer(client.GET('/api/health', { signal: AbortSignal.timeout(3000) }));
  if (result.kind === 'unreachable') return 'offline';
  // The server answers though the browser knows of no network beyond: the line outside is down.
  return navigator.onLine ? 'online' : 'local';
}

export type Changed = components['schemas']['ChangesAnswer'];

/** What has been written since: waits up to twenty seconds for something to be. */
export const changesAfter = (after: number | undefined): Promise<Answer<Changed>> =>
  answer(client.GET('/api/changes', { params: { query: after === undefined ? {} : { after } }, signal: AbortSignal.timeout(30_000) }));
