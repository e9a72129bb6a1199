import { describe, expect, test } from 'vitest';
import { items } from '../fhir/results';
import { emptyVitals, observationsOf, readVitals, type Typed } from './vitals';

const read = (typed: Partial<Typed>) => readVitals({ ...emptyVitals(), ...typed });
const taken = { patient: 'p', encounter: 'e', by: { user: 'n', name: '鈴木', isDoctor: false }, at: '2026-11-26T10:00:00+09:00' };

describe('what is typed', () => {
  test.each(['128/76', '１２８／７６', '128-76', '128 76'])('%s is a pressure', (pressure) => expect(read({ pressure }).values.pressure).toEqual([128, 76]));
  test.each(['76/128', '128', '128/300', '500/90', '128/76/1', 'x'])('%s is none', (pressure) => expect(read({ pressure }).faults).toEqual(['pressure']));
  test('a finger that slipped is asked about', () => {
    expect(read({ temperature: '365' }).faults).toEqual(['temperature']);
    expect(read({ saturation: '120', pulse: '-3' }).faults).toEqual(['pulse', 'saturation']);
  });
});

test('each value reads back as it was typed, beside those of other clinics', () => {
  const { values } = read({ pressure: '128/76', temperature: '36.8', weight: '60' });
  let nth = 0;
  const shown = items(observationsOf(values, taken, () => `o${++nth}`)).map((item) => `${item.name} ${item.points[0].text} ${item.unit}`);
  expect(shown.sort()).toEqual(['体温 36.8 ℃', '体重 60 kg', '血圧 128/76 mmHg']);
});
