import { expect, test } from 'vitest';
import { failureOf, reasonOf, retryAfter } from './answer';

test.each([
  [401, 'expired'], [409, 'conflict'], [412, 'conflict'], [408, 'unavailable'], [429, 'unavailable'], [500, 'unavailable'],
  [503, 'unavailable'], [507, 'unavailable'], [400, 'refused'], [403, 'refused'], [404, 'refused'], [410, 'refused'], [422, 'refused'],
])('%d is %s', (status, kind) => expect(failureOf(status, new Headers(), '', 0).kind).toBe(kind));

test('Retry-After in seconds, as a date, as neither', () => {
  const now = Date.parse('2026-11-22T00:00:00Z');
  expect(retryAfter('120', now)).toBe(120_000);
  expect(retryAfter('Sun, 22 Nov 2026 00:01:00 GMT', now)).toBe(60_000);
  expect(retryAfter('Sun, 22 Nov 2026 00:00:00 GMT', now + 5)).toBe(0);
  expect(retryAfter('soon', now)).toBeUndefined();
  expect(retryAfter(null, now)).toBeUndefined();
});

test('the reason is the outcome’s sentence, never its narrative', () => {
  const outcome = { resourceType: 'OperationOutcome', text: { div: '<b>no</b>' }, issue: [{ diagnostics: '版が古い' }, { diagnostics: 'second' }] };
  expect(reasonOf(outcome)).toBe('版が古い');
  expect(reasonOf({ resourceType: 'Patient', issue: [{ diagnostics: 'x' }] })).toBe('');
  expect(reasonOf(undefined)).toBe('');
});
