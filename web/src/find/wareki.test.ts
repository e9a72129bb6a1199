import { describe, expect, test } from 'vitest';
import { age, readDates, todayIn, wareki, warekiShort } from './wareki';

const today = '2026-11-22';

describe('a date as people type it', () => {
  test.each([
    ['S33.4.5', ['1958-04-05']],
    ['s33/4/5', ['1958-04-05']],
    ['昭33/4/5', ['1958-04-05']],
    ['昭和33年4月5日', ['1958-04-05']],
    ['昭和３３年４月５日', ['1958-04-05']],
    ['S330405', ['1958-04-05']],
    ['19580405', ['1958-04-05']],
    ['1958-4-5', ['1958-04-05']],
    ['1958/04/05', ['1958-04-05']],
    ['1958年4月5日', ['1958-04-05']],
    ['3330405', ['1958-04-05']],
    ['R6.1.2', ['2024-01-02']],
    ['令和元年5月1日', ['2019-05-01']],
    ['平成元年1月8日', ['1989-01-08']],
    ['昭和64年1月7日', ['1989-01-07']],
    ['大正元年7月30日', ['1912-07-30']],
    ['S33', ['1958']],
    ['S33.4', ['1958-04']],
    ['昭33.', ['1958']],
    ['1958年', ['1958']],
    // The era left out: every era in which the day exists and has passed.
    ['330405', ['1958-04-05']],
    ['050312', ['1930-03-12', '1993-03-12', '1916-03-12', '2023-03-12']],
  ])('%s', (typed, dates) => expect(readDates(typed, today)).toEqual(dates));

  test.each([
    ['昭和64年1月8日', 'that day was 平成'],
    ['昭和64年2月', 'that month was 平成'],
    ['令和元年4月30日', 'that day was 平成'],
    ['S33.2.30', 'no such day'],
    ['S33.13.1', 'no such month'],
    ['R30.1.1', 'not yet'],
    ['20261123', 'tomorrow'],
    ['1958', 'a bare number is a patient number'],
    ['12345', 'a bare number is a patient number'],
    ['S0.1.1', 'no year nought'],
    ['山田', 'a name'],
    ['Hara', 'a name that begins like an era'],
    ['', 'nothing'],
  ])('%s is none: %s', (typed) => expect(readDates(typed, today)).toEqual([]));
});

test('every day from 明治6 to today is read back from both ways of writing it', () => {
  const end = Date.parse(today);
  for (let at = Date.UTC(1873, 0, 1); at <= end; at += 86_400_000) {
    const day = new Date(at).toISOString().slice(0, 10);
    if (readDates(wareki(day), today)[0] !== day || readDates(warekiShort(day), today)[0] !== day) {
      expect.fail(`${day} is written ${wareki(day)} and ${warekiShort(day)}`);
    }
  }
});

test.each([
  ['1958-04-05', '昭和33年4月5日', 'S33.4.5'],
  ['2019-05-01', '令和元年5月1日', 'R1.5.1'],
  ['1989-01-07', '昭和64年1月7日', 'S64.1.7'],
  ['1958-04', '昭和33年4月', 'S33.4'],
  ['1958', '昭和33年', 'S33'],
])('%s in both calendars', (date, long, short) => {
  expect(wareki(date)).toBe(long);
  expect(warekiShort(date)).toBe(short);
});

test.each([
  ['1958-11-22', 68],
  ['1958-11-23', 67],
  ['2026-11-22', 0],
  ['2024-02-29', 2],
  ['1958-12', 67],
  ['1958-11', 68],
  ['1958', 68],
])('born %s is %d', (birth, years) => expect(age(birth, today)).toBe(years));

test('today is the clinic’s today', () => {
  expect(todayIn('Asia/Tokyo', new Date('2026-11-21T15:00:00Z'))).toBe('2026-11-22');
  expect(todayIn('Asia/Tokyo', new Date('2026-11-21T14:59:59Z'))).toBe('2026-11-21');
});
