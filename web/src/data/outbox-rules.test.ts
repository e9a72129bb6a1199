import { describe, expect, test } from 'vitest';
import type { Communication, Resource } from '../fhir/types';
import type { Answer } from './answer';
import { newMemo, rewritten } from './chart';
import * as rules from './outbox-rules';
import type { Entry } from './outbox-rules';

const now = 1_000_000;
const memo = newMemo('p1', '保険証を確認', '受付 花', new Date(now));
const stored = (text: string, version = 'k.1'): Communication => ({ ...rewritten(memo, text), id: 'c1', meta: { versionId: version } });
const creation = rules.newEntry('a', 'hana', 'p1', memo, null, now);
const edit = rules.newEntry('b', 'hana', 'p1', stored('直した'), 'k.1', now);
const unavailable: Answer<never> = { kind: 'unavailable', status: 503, retryAfterMs: undefined };

describe('what an answer means for a write', () => {
  const check = (entry: Entry, answer: Answer<Resource>) => rules.decide(entry, answer, now, 0.5);

  test('confirmed: it leaves with the version the server gave', () => {
    expect(check(creation, { kind: 'ok', value: stored('x'), version: 'k.1' })).toEqual({ kind: 'done', stored: stored('x'), version: 'k.1' });
  });
  test('no answer, or signed out: it keeps its turn and loses none', () => {
    const state = { kind: 'waiting', notBefore: 0, attempts: 0 };
    expect(check(creation, { kind: 'unreachable' })).toEqual({ kind: 'pause', state });
    expect(check(creation, { kind: 'expired' })).toEqual({ kind: 'pause', state });
  });
  test('the server cannot now: later and later, or when it says', () => {
    expect(check(creation, unavailable)).toEqual({ kind: 'pause', state: { kind: 'waiting', notBefore: now + 1500, attempts: 1 } });
    const tried: Entry = { ...creation, state: { kind: 'waiting', notBefore: 0, attempts: 3 } };
    expect(check(tried, unavailable)).toEqual({ kind: 'pause', state: { kind: 'waiting', notBefore: now + 12_000, attempts: 4 } });
    expect(check(tried, { ...unavailable, retryAfterMs: 7000 })).toMatchObject({ state: { notBefore: now + 7000 } });
  });
  test('refused: kept with the reason, for a person', () => {
    expect(check(creation, { kind: 'refused', status: 422, reason: '本文がありません' })).toEqual({
      kind: 'keep', state: { kind: 'refused', status: 422, reason: '本文がありません' },
    });
  });
  test('an edit of an old version is compared before anybody is asked', () => {
    expect(check(edit, { kind: 'conflict', status: 412 })).toEqual({ kind: 'compare' });
  });
});

test('a lost answer is no conflict: the server holds what was sent', () => {
  // Members in another order, and what the server adds.
  const { status, ...rest } = stored('直した', 'k.2');
  const theirs = { ...rest, status, text: { status: 'generated' } } as Resource;
  expect(rules.settle(edit, theirs, 'k.2')).toEqual({ kind: 'done', stored: theirs, version: 'k.2' });
});

describe('a conflict is a value', () => {
  const theirs = stored('ほかの人が直した', 'k.2');
  const step = rules.settle(edit, theirs, 'k.2');
  const entry: Entry = { ...edit, state: { kind: 'conflict', theirs, version: 'k.2' } };

  test('both sides are kept', () => {
    expect(step).toEqual({ kind: 'keep', state: { kind: 'conflict', theirs, version: 'k.2' } });
  });
  test('mine goes on top of theirs', () => {
    expect(rules.resolve(entry, 'mine')).toMatchObject({ base: 'k.2', resource: edit.resource, state: { kind: 'waiting', attempts: 0 } });
  });
  test('theirs leaves nothing to send', () => expect(rules.resolve(entry, 'theirs')).toBeUndefined());
  test('there is nothing to decide where there is no conflict', () => expect(rules.resolve(edit, 'mine')).toBeUndefined());
  test('nobody sends it meanwhile', () => expect(rules.due([entry], 'hana', now)).toEqual([]));
});

describe('what is due', () => {
  const second = rules.newEntry('c', 'hana', 'p1', rewritten(memo, 'あとで直した'), null, now);
  const other = rules.newEntry('d', 'hana', 'p2', newMemo('p2', '別', '受付 花', new Date(now)), null, now);
  const ids = (queue: Entry[], at = now) => rules.due(queue, 'hana', at).map((entry) => entry.id);

  test('in order, one at a time for one thing', () => expect(ids([creation, second, other])).toEqual(['a', 'd']));
  test('an edit waits behind its creation even when that is refused', () => {
    const refused: Entry = { ...creation, state: { kind: 'refused', status: 422, reason: '' } };
    expect(ids([refused, second, other])).toEqual(['d']);
  });
  test('nobody sends for somebody else', () => expect(ids([{ ...creation, user: 'jiro' }, other])).toEqual(['d']));
  test('not before its time', () => {
    const later: Entry = { ...other, state: { kind: 'waiting', notBefore: now + 1, attempts: 1 } };
    expect(ids([later])).toEqual([]);
    expect(ids([later], now + 1)).toEqual(['d']);
  });
  test('after the creation is confirmed the edit stands on it', () => {
    const rebased = rules.rebase(second, creation, stored('x'), 'k.1');
    expect(rebased).toMatchObject({ base: 'k.1', resource: { id: 'c1' } });
    expect(rules.rebase(other, creation, stored('x'), 'k.1')).toBe(other);
  });
});

test('waits double, never beyond five minutes, never the same for all devices', () => {
  const full = (attempts: number) => rules.backoff(attempts, 1);
  expect([1, 2, 3, 8, 9, 30].map(full)).toEqual([2000, 4000, 8000, 256_000, 300_000, 300_000]);
  expect(rules.backoff(3, 0)).toBe(4000);
});
