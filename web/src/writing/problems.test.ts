import { expect, test } from 'vitest';
import { isActive, isSuspected, label } from '../fhir/read';
import { ended, isMain, marked, problem } from './problems';

const by = { user: 'd', name: '小鳥', isDoctor: true };
const code = { text: '高血圧症', coding: [{ system: 'icd', code: 'I10' }] };
const noted = (more: object = {}) => problem({ id: 'c', patient: 'p', name: '高血圧症', code, suspected: false, by, date: '2026-11-26', ...more });

test('a known name brings its codes, another does not', () => {
  expect(noted().code?.coding?.[0]?.code).toBe('I10');
  expect(noted({ name: '高血圧' }).code?.coding).toBeUndefined();
});

test('a suspicion says so, and one that ends was refuted, not healed', () => {
  const doubt = noted({ suspected: true });
  expect([label(doubt.code), isSuspected(doubt), isActive(doubt)]).toEqual(['高血圧症の疑い', true, true]);
  const over = ended(doubt, 'stopped', '2026-12-01');
  expect([isActive(over), over.abatementDateTime]).toEqual([false, '2026-12-01']);
  expect(over.verificationStatus?.coding?.[0]?.code).toBe('refuted');
  expect(ended(noted(), 'healed', '2026-12-01').clinicalStatus?.coding?.[0]?.code).toBe('resolved');
});

test('the main problem is marked and unmarked, and keeps all else', () => {
  const main = marked(noted(), true);
  expect(isMain(main)).toBe(true);
  expect(marked(main, false)).toEqual(noted());
  expect(isMain(ended(main, 'healed', '2026-12-01'))).toBe(true);
});
