// One way to call `/api`, typed by the committed OpenAPI file: every answer is told to the line.

import createClient from 'openapi-fetch';
import { failureOf, type Answer, type Failure } from './answer';
import type { paths } from './api.generated';
import { connection } from './connection.svelte';

export const client = createClient<paths>({ baseUrl: globalThis.location?.origin ?? '' });

interface Spoken<T> { data?: T; error?: unknown; response: Response }

const failed = ({ status, headers }: Response): Failure => failureOf(status, headers, '', Date.now());

/** How the call ended; `failure` says what a status means where it means something of its own. */
export async function answer<T>(call: Promise<Spoken<T>>, failure: (response: Response, error: unknown) => Failure = failed): Promise<Answer<T>> {
  const spoken = await call.catch(() => undefined);
  const result: Answer<T> = !spoken
    ? { kind: 'unreachable' }
    : spoken.response.ok
      ? { kind: 'ok', value: spoken.data as T, version: spoken.response.headers.get('ETag') ?? undefined }
      : failure(spoken.response, spoken.error);
  connection.heard(result);
  return result;
}
