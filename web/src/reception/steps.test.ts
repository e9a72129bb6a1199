import { describe, expect, test } from 'vitest';
import type { Encounter } from '../fhir/types';
import { moved, nextStep, previousStep, restored, sinceOf, statusOf, stepOf, steps, wait, withdrawn, type Here } from './steps';

const at = (time: string) => Date.parse(`2026-11-26T${time}:00+09:00`);
const visit: Encounter = { resourceType: 'Encounter', id: 'e', status: 'arrived', period: { start: '2026-11-26T09:00:00+09:00' }, subject: { reference: 'Patient/p' } };

describe('the way through the house', () => {
  test.each(Object.keys(statusOf) as Here[])('%s is written and read back', (step) => {
    const there = moved(visit, step, at('09:10'));
    expect(stepOf(there)).toBe(step);
    expect(there.status).toBe(statusOf[step]);
    expect(sinceOf(there)).toBe(at('09:10'));
  });

  test('from the desk to the paid bill, one key at a time', () => {
    const walk = (first: boolean) => {
      const seen = [steps[0] as string];
      for (let step = nextStep('booked', first); step; step = nextStep(step, first)) seen.push(step);
      return seen;
    };
    expect(walk(false)).toEqual(['booked', 'arrived', 'waiting', 'in-room', 'payment', 'done']);
    expect(walk(true)).toEqual(['booked', 'arrived', 'interview', 'waiting', 'in-room', 'payment', 'done']);
  });

  test('every place is kept with its time, and back means where one was', () => {
    const tests = moved(moved(visit, 'in-room', at('09:20')), 'examination', at('09:30'));
    expect(tests.statusHistory).toHaveLength(2);
    expect(tests.statusHistory?.[1]).toMatchObject({ status: 'in-progress', period: { start: '2026-11-26T09:20:00+09:00', end: '2026-11-26T09:30:00+09:00' } });
    expect(previousStep(tests)).toBe('in-room');
    expect(previousStep(visit)).toBe('booked');
  });

  test('undone, nothing is left of the move but what others have changed since', () => {
    const before = moved(visit, 'waiting', at('09:10'));
    const after = { ...moved(before, 'in-room', at('09:20')), location: [{ location: { reference: 'Location/1' } }] };
    expect(restored(after, before)).toEqual({ ...before, location: after.location });
  });

  test('the visit ends with the care, and begins again when somebody is called back', () => {
    const paying = moved(visit, 'payment', at('09:40'));
    expect(paying.period?.end).toBe('2026-11-26T09:40:00+09:00');
    expect(moved(paying, 'done', at('09:50')).period?.end).toBe('2026-11-26T09:40:00+09:00');
    expect(moved(paying, 'in-room', at('09:50')).period).not.toHaveProperty('end');
  });

  test('taken back at the desk: nobody is there', () => expect(stepOf(withdrawn(visit))).toBeUndefined());
});

test('what others write is understood as far as it goes', () => {
  expect(stepOf({ status: 'triaged' })).toBe('waiting');
  expect(stepOf({ status: 'onleave' })).toBe('examination');
  // Our word and the status disagree: somebody without our word has written since.
  expect(stepOf({ ...moved(visit, 'waiting', 0), status: 'in-progress' })).toBe('in-room');
  expect(stepOf({ status: 'entered-in-error' })).toBeUndefined();
});

test('long waits are told by a sign, and a clock that is behind counts nothing', () => {
  expect(wait('waiting', at('09:00'), at('09:19'))).toEqual({ minutes: 19, meaning: undefined });
  expect(wait('waiting', at('09:00'), at('09:20')).meaning).toBe('caution');
  expect(wait('waiting', at('09:00'), at('09:40')).meaning).toBe('danger');
  expect(wait('payment', at('09:00'), at('09:11')).meaning).toBe('caution');
  expect(wait('done', at('09:00'), at('18:00')).meaning).toBeUndefined();
  expect(wait('waiting', at('09:30'), at('09:00')).minutes).toBe(0);
});
