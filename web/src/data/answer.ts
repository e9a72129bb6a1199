// How a request ended, in the few ways that matter to the page.

import type { OperationOutcome } from '../fhir/types';

export type Answer<T> =
  | { kind: 'ok'; value: T; version: string | undefined }
  /** No answer at all: line, Wi-Fi or server. */
  | { kind: 'unreachable' }
  /** The server answers, but cannot serve now (5xx, 429); `retryAfterMs` when it said when. */
  | { kind: 'unavailable'; status: number; retryAfterMs: number | undefined }
  /** Not signed in any more. */
  | { kind: 'expired' }
  /** Someone else has written since (409, 412). */
  | { kind: 'conflict'; status: number }
  /** Sent again, it would be refused again; `reason` is the server's own sentence, may be empty. */
  | { kind: 'refused'; status: number; reason: string };

export type Failure = Exclude<Answer<never>, { kind: 'ok' }>;

/** Seconds or an HTTP date, as ms from `now`. */
export function retryAfter(header: string | null, now: number): number | undefined {
  if (header === null) return undefined;
  const ms = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - now;
  return Number.isFinite(ms) ? Math.max(0, ms) : undefined;
}

/** The failure that a status means; `reason` from the body if it gave one. */
export function failureOf(status: number, headers: Headers, reason: string, now: number): Failure {
  if (status === 401) return { kind: 'expired' };
  if (status === 409 || status === 412) return { kind: 'conflict', status };
  if (status >= 500 || status === 429 || status === 408) {
    return { kind: 'unavailable', status, retryAfterMs: retryAfter(headers.get('Retry-After'), now) };
  }
  return { kind: 'refused', status, reason };
}

/** The first sentence of an OperationOutcome. Text only; narrative is never read. */
export function reasonOf(body: unknown): string {
  const outcome = body as OperationOutcome | undefined;
  if (outcome?.resourceType !== 'OperationOutcome') return '';
  const issue = outcome.issue?.[0];
  return issue?.details?.text ?? issue?.diagnostics ?? '';
}
