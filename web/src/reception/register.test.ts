import { describe, expect, test } from 'vitest';
import { fullName, kanaName, patientNumber } from '../fhir/patient';
import { emptyForm, isComplete, mayBeSame, nextNumber, patientOf, type Form } from './register';

const form = (more: Partial<Form> = {}): Form => ({ ...emptyForm(), family: '山田', given: '花子', kanaFamily: 'やまだ', kanaGiven: 'はなこ', gender: 'female', birthDate: '1958-04-05', number: '０００１２３', ...more });
const patient = patientOf(form(), 'p', 'urn:oid:1.2.392.100495.20.3.51.11319999999');

test('a registration reads back as it was typed, in katakana and plain digits', () => {
  expect([fullName(patient), kanaName(patient), patientNumber(patient)]).toEqual(['山田 花子', 'ヤマダ ハナコ', '000123']);
  expect(patientOf(form({ given: '', kanaFamily: '', kanaGiven: '', telephone: '' }), 'p', 's').name).toHaveLength(1);
});

test('what is needed at the door', () => {
  expect(isComplete(form())).toBe(true);
  expect(isComplete(form({ birthDate: '' })) || isComplete(form({ gender: '' })) || isComplete(form({ family: ' ' }))).toBe(false);
});

describe('may be the same person', () => {
  test.each<[string, Partial<Form>, boolean]>([
    ['all the same', {}, true],
    ['married since: another family name, the same birth date', { family: '鈴木', kanaFamily: 'すずき' }, true],
    ['a slip in the birth date', { birthDate: '1958-04-06' }, true],
    ['only the family name', { given: '一郎', kanaGiven: 'いちろう', birthDate: '1990-01-01' }, false],
    ['only the birth date', { family: '鈴木', given: '一郎', kanaFamily: 'スズキ', kanaGiven: 'イチロウ' }, false],
  ])('%s: %j', (_what, more, same) => expect(mayBeSame(form(more), patient)).toBe(same));
});

test('the next number is as wide as the others', () => {
  expect(nextNumber(['000123', '000009', 'X12'])).toBe('000124');
  expect(nextNumber(['A1'])).toBe('');
});
