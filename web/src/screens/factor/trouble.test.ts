import { expect, test } from 'vitest';
import { ja } from '../../text/ja';
import { troubleOf } from './trouble';

test('every failure is a sentence that says what to do', () => {
  expect(troubleOf({ kind: 'refused', status: 422, reason: '' }, ja, 'wrong')).toBe('wrong');
  expect(troubleOf({ kind: 'refused', status: 403, reason: '' }, ja, 'wrong')).toBe(ja.factor.broken);
  expect(troubleOf({ kind: 'conflict', status: 409 }, ja, 'wrong')).toBe(ja.factor.spent);
  expect(troubleOf({ kind: 'unreachable' }, ja, 'wrong')).toBe(ja.signIn.unreachable);
  expect(troubleOf({ kind: 'unavailable', status: 429, retryAfterMs: 1500 }, ja, 'wrong')).toContain('2秒');
  expect(troubleOf({ kind: 'unavailable', status: 500, retryAfterMs: undefined }, ja, 'wrong')).toBe(ja.factor.broken);
  expect(troubleOf({ kind: 'expired' }, ja, 'wrong')).toBe(ja.signIn.tooLate);
});
