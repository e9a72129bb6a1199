// What becomes of a write that was made here: pure rules, no clock, no network. outbox.svelte.ts carries them out.

import type { Resource } from '../fhir/types';
import type { Answer } from './answer';
import { agree, isFinal, merged, withoutStamp } from './merge';

/** Where a waiting write stands. */
export type State =
  /** To be sent, not before `notBefore` (ms). */
  | { kind: 'waiting'; notBefore: number; attempts: number }
  /** Someone else wrote since `base`: both are kept, a person decides. `theirs` is the server's version. */
  | { kind: 'conflict'; theirs: Resource; version: string }
  /** The server will not have it as it is: a person corrects or withdraws it. */
  | { kind: 'refused'; status: number; reason: string };

/** One write. */
export interface Entry {
  /** Idempotency key: a random UUID made once, at the time of writing. */
  id: string;
  /** Only whoever wrote it sends it. */
  user: string;
  patient: string;
  /** When it was written, ms. */
  at: number;
  /** Without an id while it is to be created, unless it was given one here. */
  resource: Resource;
  /** The version that was before the writer's eyes; null for a creation. */
  base: string | null;
  state: State;
  /** What is asked for beyond keeping it: 確定, or an amendment with its reason. */
  act?: Act;
  /** What the writer had before them; lets two changes of different parts be joined (merge.ts). */
  before?: Resource;
  /** Lists of this device (`owner/section`) that show a creation. */
  lists?: string[];
}

export type Act = { kind: 'finalise' } | { kind: 'amend'; reason: string };

/** What a write may carry along. */
export interface Extra {
  act?: Act;
  before?: Resource;
  lists?: string[];
  /** Not sent before this (ms): the time in which it can be undone. */
  notBefore?: number;
}

export type Step =
  /** The server has it durably, as `stored`. */
  | { kind: 'done'; stored: Resource; version: string }
  /** Ask the server for its version, then decide with `settle`. */
  | { kind: 'compare' }
  /** Sent again at once, joined with what somebody else has written. */
  | { kind: 'join'; resource: Resource; before: Resource; version: string }
  /** Stays, in this state. */
  | { kind: 'keep'; state: State }
  /** Nothing can be sent now: stop the round. */
  | { kind: 'pause'; state: State };

const firstWaitMs = 2_000;
const longestWaitMs = 5 * 60_000;

/** Doubling waits up to five minutes; `chance` in [0, 1) spreads the clinic's devices after an outage. */
export function backoff(attempts: number, chance: number): number {
  const full = Math.min(longestWaitMs, firstWaitMs * 2 ** Math.max(0, attempts - 1));
  return Math.round(full * (0.5 + chance / 2));
}

/** A write that has just been made. */
export function newEntry(id: string, user: string, patient: string, resource: Resource, base: string | null, now: number, extra: Extra = {}): Entry {
  const { notBefore = 0, ...rest } = extra;
  return { id, user, patient, at: now, resource, base, state: { kind: 'waiting', notBefore, attempts: 0 }, ...rest };
}

/** What the answer to sending `entry` means. */
export function decide(entry: Entry, answer: Answer<Resource>, now: number, chance: number): Step {
  const attempts = (entry.state.kind === 'waiting' ? entry.state.attempts : 0) + 1;
  switch (answer.kind) {
    case 'ok':
      return { kind: 'done', stored: answer.value ?? entry.resource, version: answer.version ?? '' };
    case 'conflict':
      return entry.base === null && entry.resource.id === undefined
        ? { kind: 'keep', state: { kind: 'refused', status: answer.status, reason: '' } }
        : { kind: 'compare' };
    case 'refused':
      return { kind: 'keep', state: { kind: 'refused', status: answer.status, reason: answer.reason } };
    case 'expired':
    case 'unreachable':
      // Not this write's fault: it keeps its turn, and goes as soon as the line or the person is back.
      return { kind: 'pause', state: { kind: 'waiting', notBefore: 0, attempts: attempts - 1 } };
    case 'unavailable':
      return {
        kind: 'pause',
        state: { kind: 'waiting', notBefore: now + (answer.retryAfterMs ?? backoff(attempts, chance)), attempts },
      };
  }
}

/** After a refusal for its base version: what the server holds now decides. */
export function settle(entry: Entry, theirs: Resource, version: string): Step {
  const arrived = sameContent(entry.resource, withoutStamp(theirs)) && (entry.act?.kind !== 'finalise' || isFinal(theirs));
  // Our own write arrived, and only its answer was lost on the way; or somebody else has done the very same.
  if (arrived || (!entry.act && agree(entry.resource, theirs))) return { kind: 'done', stored: theirs, version };
  // What the writer had before them still stands there, under another version: their own earlier write has come between.
  if (entry.before && !isFinal(theirs) && sameContent(entry.before, theirs)) return { kind: 'join', resource: entry.resource, before: theirs, version };
  const joined = entry.act || isFinal(theirs) ? undefined : merged(entry.before, entry.resource, theirs);
  if (joined) return { kind: 'join', resource: joined, before: theirs, version };
  // Another's appointment stands at the place that was meant for this one: not to be written over, whoever decides.
  if (entry.base === null && entry.resource.resourceType === 'Appointment') return { kind: 'keep', state: { kind: 'refused', status: 412, reason: '' } };
  return { kind: 'keep', state: { kind: 'conflict', theirs, version } };
}

/** A person's decision on a conflict. */
export type Decision = 'mine' | 'theirs';

/** Mine: sent again on top of theirs, so that theirs stays in the history. Theirs: nothing is left to send. */
export function resolve(entry: Entry, decision: Decision): Entry | undefined {
  if (entry.state.kind !== 'conflict' || decision === 'theirs') return undefined;
  return { ...entry, base: entry.state.version, state: { kind: 'waiting', notBefore: 0, attempts: 0 } };
}

/** The queue after `done` was confirmed: later writes on top of it now have a version and an id to stand on. */
export function rebase(later: Entry, done: Entry, stored: Resource, version: string): Entry {
  if (target(later) !== target(done)) return later;
  const id = stored.id ?? done.resource.id;
  return { ...later, base: version, resource: { ...later.resource, ...(id !== undefined && { id }) } };
}

/** What a write writes to: a resource, or the creation it follows. */
export function target(entry: Entry): string {
  const { resource } = entry;
  return resource.id === undefined ? `new/${creationKey(resource)}` : `${resource.resourceType}/${resource.id}`;
}

/** The entries that may be sent now, in order: never one before an earlier write to the same thing or to its patient. */
export function due(queue: readonly Entry[], user: string, now: number): Entry[] {
  const blocked = new Set<string>();
  return queue.filter((entry) => {
    const to = target(entry);
    const free = !blocked.has(to) && !blocked.has(`Patient/${entry.patient}`);
    blocked.add(to);
    return free && entry.user === user && entry.state.kind === 'waiting' && entry.state.notBefore <= now;
  });
}

export const keySystem = 'urn:ietf:rfc:3986';

/** The identifier that a resource created here carries, so that creating it twice finds the first. */
export function creationKey(resource: Resource): string | undefined {
  const identifiers = (resource['identifier'] ?? []) as { system?: string; value?: string }[];
  return identifiers.find((i) => i.system === keySystem && i.value?.startsWith('urn:uuid:'))?.value;
}

/** Equal but for what the server adds (id, meta, narrative) and for the order of members. */
export function sameContent(a: Resource, b: Resource): boolean {
  const bare = ({ id: _id, meta: _meta, text: _text, ...rest }: Resource) => JSON.stringify(sorted(rest));
  return bare(a) === bare(b);
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)).map(([k, v]) => [k, sorted(v)]));
}
