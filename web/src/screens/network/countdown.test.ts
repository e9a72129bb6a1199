import { expect, test } from 'vitest';
import { left, spelled } from './countdown';

test('time runs out, and not below nothing', () => {
  const ending = { secondsLeft: 60, at: 1_000_000 };
  expect([0, 500, 59_001, 60_000, 90_000].map((later) => left(ending, 1_000_000 + later))).toEqual([60, 60, 1, 0, 0]);
});

test.each([[0, '0:00'], [5, '0:05'], [750, '12:30'], [3723, '1:02:03']])('%i s is %s', (seconds, shown) => expect(spelled(seconds)).toBe(shown));
