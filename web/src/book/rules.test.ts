import { describe, expect, test } from 'vitest';
import type { Appointment, PractitionerRole } from '../fhir/types';
import { holiday, plus } from './holidays';
import { at, booking, clockOf, hoursOn, mondayOf, placeId, rebooked, times } from './rules';

// 内閣府「国民の祝日」について: the days announced for 2026 and 2027.
const announced = {
  2026: ['01-01', '01-12', '02-11', '02-23', '03-20', '04-29', '05-03', '05-04', '05-05', '05-06', '07-20', '08-11', '09-21', '09-22', '09-23', '10-12', '11-03', '11-23'],
  2027: ['01-01', '01-11', '02-11', '02-23', '03-21', '03-22', '04-29', '05-03', '05-04', '05-05', '07-19', '08-11', '09-20', '09-23', '10-11', '11-03', '11-23'],
};

test.each(Object.entries(announced))('the holidays of %s are those announced', (year, days) => {
  const found: string[] = [];
  for (let date = `${year}-01-01`; date.startsWith(year); date = plus(date, 1)) if (holiday(date)) found.push(date.slice(5));
  expect(found).toEqual(days);
});

test('substitutes and the day between are named', () => {
  expect([holiday('2026-05-06'), holiday('2026-09-22'), holiday('2026-11-24')]).toEqual(['振替休日', '国民の休日', undefined]);
});

describe('hours', () => {
  const role = (more: object): PractitionerRole => ({ resourceType: 'PractitionerRole', ...more });
  const half = role({ availableTime: [{ daysOfWeek: ['mon', 'wed'], availableStartTime: '13:00:00', availableEndTime: '15:30:00' }, { daysOfWeek: ['mon'], availableStartTime: '09:00:00', availableEndTime: '09:30:00' }] });
  const count = (date: string, of?: PractitionerRole) => times(hoursOn(date, of)).length;

  test('half days, Sundays and holidays', () => {
    expect(['2026-11-25', '2026-11-26', '2026-11-28', '2026-11-29', '2026-11-23'].map((date) => count(date))).toEqual([28, 14, 14, 0, 0]);
  });
  test('as the role says, in order', () => {
    expect(hoursOn('2026-11-30', half)).toEqual([[540, 570], [780, 930]]);
    expect(times(hoursOn('2026-11-30', half)).slice(0, 3).map(clockOf)).toEqual(['09:00', '09:15', '13:00']);
    expect(count('2026-12-01', half)).toBe(0);
  });
  test('away', () => {
    const away = role({ notAvailable: [{ description: '学会', during: { start: '2026-11-30', end: '2026-12-01' } }] });
    expect([count('2026-11-30', away), count('2026-12-01', away), count('2026-12-02', away)]).toEqual([0, 0, 28]);
  });
});

describe('a place', () => {
  const who = { patient: { id: 'p', name: '山田' }, doctor: { id: 'sato', name: '佐藤' }, reason: '再診', now: 'x' };
  const one = booking({ ...who, id: 'a-sato-202611301015-1', date: '2026-11-30', minute: 615 });

  test('is found again, by whoever looks at it from another time zone too', () => {
    expect(at([one], 'sato', '2026-11-30', 615)).toEqual([one]);
    expect(at([{ ...one, start: '2026-11-30T01:20:00Z' }], 'sato', '2026-11-30', 615)).toHaveLength(1);
    expect(at([one], 'kotori', '2026-11-30', 615)).toEqual([]);
    expect(at([{ ...one, status: 'cancelled' }], 'sato', '2026-11-30', 615)).toEqual([]);
  });
  test('has the same id at every terminal, and the next one another', () => {
    expect(placeId([], 'sato', '2026-11-30', 615)).toBe(one.id);
    expect(placeId([{ ...one, status: 'cancelled' } as Appointment], 'sato', '2026-11-30', 615)).toBe('a-sato-202611301015-2');
  });
  test('moved, it keeps its patient and its id, and lets its Slot go', () => {
    const there = rebooked({ ...one, slot: [{ reference: 'Slot/1' }] }, { id: 'kotori', name: '小鳥' }, '2026-12-01', 540);
    expect(there).toMatchObject({ id: one.id, start: '2026-12-01T09:00:00+09:00', end: '2026-12-01T09:15:00+09:00' });
    expect(there.participant?.map((p) => p.actor?.reference)).toEqual(['Patient/p', 'Practitioner/kotori']);
    expect(there).not.toHaveProperty('slot');
  });
});

test('weeks begin on Monday', () => expect(['2026-11-30', '2026-12-06', '2026-11-29'].map(mondayOf)).toEqual(['2026-11-30', '2026-11-30', '2026-11-23']));
