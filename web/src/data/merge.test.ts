import { describe, expect, test } from 'vitest';
import type { Resource } from '../fhir/types';
import { agree, isFinal, merged, stampUrl, stepUrl, withoutStamp } from './merge';

const step = (word: string, since: string) => [{ url: stepUrl, extension: [{ url: 'step', valueCode: word }, { url: 'since', valueDateTime: since }] }];
const visit = (more: object = {}): Resource => ({ resourceType: 'Encounter', id: 'e', status: 'arrived', extension: step('arrived', '09:00'), ...more });

describe('two have changed one visit', () => {
  test('different parts are joined, whoever was first', () => {
    const before = visit();
    const moved = visit({ status: 'triaged', extension: step('waiting', '09:10') });
    const roomed = visit({ location: [{ location: { reference: 'Location/1' } }], meta: { versionId: '2' } });
    const joined = merged(before, moved, roomed);
    expect(joined).toMatchObject({ status: 'triaged', location: roomed['location'], extension: moved['extension'], meta: { versionId: '2' } });
    expect(merged(before, roomed, moved)).toMatchObject({ status: 'triaged', location: roomed['location'] });
  });

  test('both moved the patient elsewhere: a person decides', () => {
    const before = visit();
    expect(merged(before, visit({ status: 'triaged' }), visit({ status: 'in-progress' }))).toBeUndefined();
    // Status and place tell of one change: they never come from two hands.
    expect(merged(before, visit({ status: 'triaged' }), visit({ extension: step('interview', '09:05') }))).toBeUndefined();
  });

  test('a member taken away stays away', () => {
    const before = visit({ comment: 'x' });
    const { comment: _comment, ...without } = before;
    expect(merged(before, without as Resource, visit({ comment: 'x', priority: 1 }))).not.toHaveProperty('comment');
  });

  test('nothing clinical is ever joined', () => {
    const note = (more: object): Resource => ({ resourceType: 'Composition', id: 'n', ...more });
    expect(merged(note({}), note({ title: 'a' }), note({ status: 'final' }))).toBeUndefined();
    expect(agree(note({ title: 'a' }), note({ title: 'a' }))).toBe(false);
  });

  test('without what was before nothing is joined', () => {
    expect(merged(undefined, visit(), visit())).toBeUndefined();
  });
});

test('the same key pressed by two is no conflict; another place is', () => {
  const mine = visit({ status: 'triaged', extension: step('waiting', '09:10'), statusHistory: [1] });
  expect(agree(mine, visit({ status: 'triaged', extension: step('waiting', '09:11'), meta: {} }))).toBe(true);
  expect(agree(mine, visit({ status: 'triaged', extension: step('in-room', '09:10') }))).toBe(false);
});

test('the stamp comes off, and nothing else', () => {
  const stamp = { url: stampUrl };
  expect(isFinal(visit({ extension: [stamp] }))).toBe(true);
  expect(withoutStamp(visit({ extension: [stamp] }))).not.toHaveProperty('extension');
  expect(withoutStamp(visit({ extension: [{ url: 'x' }, stamp] }))['extension']).toEqual([{ url: 'x' }]);
});
