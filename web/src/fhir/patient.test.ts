import { describe, expect, test } from 'vitest';
import { findable, fullName, kanaName, patientNumber, stripe } from './patient';
import type { HumanName, Patient } from './types';

const written = (script: string, family: string, given: string, use = 'official'): HumanName => ({
  extension: [{ url: 'http://hl7.org/fhir/StructureDefinition/iso21090-EN-representation', valueCode: script }],
  use, family, given: [given],
});
const patient = (name: HumanName[], rest: Partial<Patient> = {}): Patient => ({ resourceType: 'Patient', name, ...rest });

describe('names of JP Core', () => {
  const both = [written('SYL', 'ヤマダ', 'ハナコ'), written('IDE', '山田', '花子')];
  test.each([
    ['kanji and kana in any order', both, '山田 花子', 'ヤマダ ハナコ'],
    ['a former name is not the name', [written('IDE', '佐藤', '花子', 'maiden'), ...both], '山田 花子', 'ヤマダ ハナコ'],
    ['no reading', [written('IDE', '山田', '花子')], '山田 花子', ''],
    ['a reading alone', [written('SYL', 'ヤマダ', 'ハナコ')], 'ヤマダ ハナコ', 'ヤマダ ハナコ'],
    ['text alone', [{ text: 'Maria Silva' }], 'Maria Silva', ''],
    ['none', [], '', ''],
  ])('%s', (_case, names, full, kana) => {
    expect(fullName(patient(names))).toBe(full);
    expect(kanaName(patient(names))).toBe(kana);
  });
  test('a former name still finds', () => {
    expect(findable(patient([written('IDE', '佐藤', '花子', 'maiden'), ...both])).names).toContain('佐藤');
  });
});

test('the clinic’s own number before others', () => {
  const local = { system: 'urn:oid:1.2.392.100495.20.3.51.11310000001', value: '00123' };
  expect(patientNumber(patient([], { identifier: [{ value: 'X' }, local] }))).toBe('00123');
  expect(patientNumber(patient([], { identifier: [{ value: 'X' }] }))).toBe('X');
  expect(patientNumber(patient([]))).toBe('');
});

test('stripes: the same for a patient, spread over patients', () => {
  expect(stripe('abc')).toEqual(stripe('abc'));
  const kinds = new Set(Array.from({ length: 400 }, (_, i) => JSON.stringify(stripe(`p${i}`))));
  expect(kinds.size).toBe(24);
});
