import { describe, expect, test } from 'vitest';
import { byConcern, items } from './results';
import type { Observation } from './types';

const lab = (name: string, date: string, value: number, rest: Partial<Observation> = {}): Observation => ({
  resourceType: 'Observation', status: 'final', code: { text: name }, effectiveDateTime: date, valueQuantity: { value, unit: 'mg/dL' },
  referenceRange: [{ low: { value: 70 }, high: { value: 140 } }], ...rest,
});
const says = (code: string) => ({ interpretation: [{ coding: [{ code }] }] });
const mark = (o: Observation) => items([o])[0]?.points[0].mark;

describe('the mark', () => {
  test.each<[string, Observation, string | undefined]>([
    ['above the range', lab('血糖', '2026-11-01', 141), 'high'],
    ['below the range', lab('血糖', '2026-11-01', 69), 'low'],
    ['at its edge', lab('血糖', '2026-11-01', 140), undefined],
    ['the laboratory says critical', lab('血糖', '2026-11-01', 400, says('HH')), 'critical-high'],
    ['the laboratory says normal, whatever the range', lab('血糖', '2026-11-01', 150, says('N')), undefined],
    ['abnormal without direction', lab('尿蛋白', '2026-11-01', 1, says('A')), 'abnormal'],
    ['no range, nothing said', lab('血糖', '2026-11-01', 400, { referenceRange: [] }), undefined],
  ])('%s', (_case, observation, expected) => expect(mark(observation)).toBe(expected));
});

test('one line per item, newest first, errors left out', () => {
  const list = items([
    lab('血糖', '2026-09-01', 100), lab('血糖', '2026-11-01', 150), lab('Cre', '2026-10-01', 80),
    lab('血糖', '2026-12-01', 999, { status: 'entered-in-error' }),
  ]);
  expect(list.map((i) => [i.name, i.points.map((p) => p.text)])).toEqual([['血糖', ['150', '100']], ['Cre', ['80']]]);
});

test('another unit is another line', () => {
  const other = lab('血糖', '2026-10-01', 5.6, { valueQuantity: { value: 5.6, unit: 'mmol/L' } });
  expect(items([lab('血糖', '2026-11-01', 100), other])).toHaveLength(2);
});

test('blood pressure is one line of two values; words and codes are values too', () => {
  const pressure: Observation = {
    resourceType: 'Observation', code: { text: '血圧' }, effectiveDateTime: '2026-11-01T09:00:00+09:00',
    component: [{ valueQuantity: { value: 142, unit: 'mmHg' }, ...says('H') }, { valueQuantity: { value: 88, unit: 'mmHg' } }],
  };
  expect(items([pressure])[0]).toMatchObject({ unit: 'mmHg', points: [{ text: '142/88', value: 142, mark: 'high', date: '2026-11-01' }] });
  const words: Observation = { resourceType: 'Observation', code: { text: '尿糖' }, valueCodeableConcept: { text: '(-)' } };
  expect(items([words])[0]?.points[0].text).toBe('(-)');
});

test('what is out of reference comes first, critical before all', () => {
  const list = items([lab('a', '2026-11-03', 100), lab('b', '2026-11-02', 150), lab('c', '2026-11-01', 500, says('HH'))]);
  expect(byConcern(list).map((i) => i.name)).toEqual(['c', 'b', 'a']);
});

describe('the range', () => {
  const low = { low: { value: 3.5 } };
  const high = { high: { value: 5 } };
  test.each<[string, NonNullable<Observation['referenceRange']>, string]>([
    ['both', [{ ...low, ...high }], '3.5–5.0'],
    ['upper', [high], '≤ 5'],
    ['lower', [low], '≥ 3.5'],
    ['words', [{ text: '陰性' }], '陰性'],
    ['none', [], ''],
  ])('%s', (_case, referenceRange, expected) => expect(items([lab('K', '2026-11-01', 4, { referenceRange })])[0]?.range).toBe(expected));
});

test('all values of an item have the decimals of its finest', () => {
  const texts = (values: number[]) => items(values.map((v, i) => lab('A1c', `2026-0${9 - i}-01`, v, { referenceRange: [] })))[0]?.points.map((p) => p.text);
  expect(texts([6, 5.8, 6.25])).toEqual(['6.00', '5.80', '6.25']);
  expect(texts([99, 110])).toEqual(['99', '110']);
  const below = lab('CRP', '2026-11-01', 0.1, { valueQuantity: { comparator: '<', value: 0.1, unit: 'mg/dL' }, referenceRange: [{ high: { value: 0.14 } }] });
  expect(items([below])[0]?.points[0].text).toBe('<0.10');
});
