// The page's own API, typed by the committed OpenAPI file (`npm run api` makes the types).

import createClient from 'openapi-fetch';
import { failureOf, type Answer } from './answer';
import type { components, paths } from './api.generated';
import { connection, type Line } from './connection.svelte';

export type Session = components['schemas']['Session'];

const client = createClient<paths>({ baseUrl: globalThis.location?.origin ?? '' });

interface Spoken<T> { data?: T; response: Response }

async function answer<T>(call: Promise<Spoken<T>>): Promise<Answer<T>> {
  const spoken = await call.catch(() => undefined);
  const result: Answer<T> = !spoken
    ? { kind: 'unreachable' }
    : spoken.response.ok
      ? { kind: 'ok', value: spoken.data as T, version: undefined }
      : failureOf(spoken.response.status, spoken.response.headers, '', Date.now());
  connection.heard(result);
  return result;
}

export const signIn = (user: string, password: string): Promise<Answer<Session>> =>
  answer(client.POST('/api/session', { body: { user, password } }));

export const currentSession = (): Promise<Answer<Session>> => answer(client.GET('/api/session'));

export const endSession = (): Promise<Answer<unknown>> => answer(client.DELETE('/api/session'));

/** The state of the line, asked lightly. */
export async function askLine(): Promise<Line> {
  const result = await answer(client.GET('/api/health', { signal: AbortSignal.timeout(3000) }));
  if (result.kind === 'unreachable') return 'offline';
  // The server answers though the browser knows of no network beyond: the line outside is down.
  return navigator.onLine ? 'online' : 'local';
}
