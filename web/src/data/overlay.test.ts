import { expect, test } from 'vitest';
import type { Communication } from '../fhir/types';
import { memoText, newMemo, rewritten } from './chart';
import { newEntry } from './outbox-rules';
import { overlay } from './overlay';

const at = new Date(0);
const confirmed = (text: string, id: string): Communication => ({ ...newMemo('p', text, 'h', at), id, meta: { versionId: 'k.1' } });
const shown = (list: Communication[], entries: Parameters<typeof overlay>[1]) =>
  overlay(list, entries).map(({ resource, entry }) => `${memoText(resource)}${entry ? ' ◆' : ''}`);

test('what waits lies over what is confirmed', () => {
  const [a, b] = [confirmed('古い', 'a'), confirmed('別', 'b')];
  const first = newEntry('1', 'h', 'p', rewritten(a, '直した'), 'k.1', 0);
  const second = newEntry('2', 'h', 'p', rewritten(a, 'また直した'), 'k.1', 1);
  expect(shown([a, b], [])).toEqual(['古い', '別']);
  expect(shown([a, b], [first])).toEqual(['直した ◆', '別']);
  expect(shown([a, b], [first, second])).toEqual(['また直した ◆', '別']);
});

test('creations come first, newest first, each once', () => {
  const [x, y] = [newMemo('p', 'x', 'h', at), newMemo('p', 'y', 'h', at)];
  const entries = [newEntry('1', 'h', 'p', x, null, 0), newEntry('2', 'h', 'p', y, null, 1), newEntry('3', 'h', 'p', rewritten(x, 'x2'), null, 2)];
  expect(shown([confirmed('別', 'b')], entries)).toEqual(['y ◆', 'x2 ◆', '別']);
});

test('a creation the server already lists is not shown twice', () => {
  const x = newMemo('p', 'x', 'h', at);
  expect(shown([{ ...x, id: 'c1' }], [newEntry('1', 'h', 'p', x, null, 0)])).toEqual(['x ◆']);
});
