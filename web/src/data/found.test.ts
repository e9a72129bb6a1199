import { expect, test } from 'vitest';
import type { Patient } from '../fhir/types';
import { merged, type Row } from './found';

const patient = (id: string, gender = 'female'): Patient => ({ resourceType: 'Patient', id, gender });
const rows = (...ids: string[]): Row[] => ids.map((id) => ({ patient: patient(id), late: false }));
const ids = (list: Row[]) => list.map((row) => row.patient.id + (row.late ? '+' : '')).join(' ');

test.each([
  ['nobody on the list: the server’s order', rows('a', 'b'), ['b', 'c'], false, true, 'b c'],
  ['the server answered in part: what is here stays, below', rows('a', 'b'), ['b', 'c'], false, false, 'b c a'],
  ['a hand on the list: nothing moves, new ones last and marked', rows('a', 'b'), ['c', 'b', 'd'], true, true, 'a b c+ d+'],
  ['one found twice is shown once', [], ['a', 'b', 'a'], false, true, 'a b'],
])('%s', (_case, shown, answered, held, complete, expected) => {
  expect(ids(merged(shown, answered.map((id) => patient(id)), held, complete))).toBe(expected);
});

test('a held row shows what the server now says of the patient', () => {
  expect(merged(rows('a'), [patient('a', 'male')], true, true)[0]?.patient.gender).toBe('male');
});
