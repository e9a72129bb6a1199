import { expect, test } from 'vitest';
import { clock, day, dosage, isActive, isSuspected, label, referenced, supplyDays } from './read';
import type { Condition, MedicationRequest } from './types';

test('a concept is called by its text, else its display, else its code', () => {
  expect(label({ text: '高血圧症', coding: [{ display: 'Hypertension' }] })).toBe('高血圧症');
  expect(label({ coding: [{ code: 'I10' }, { display: 'Hypertension' }] })).toBe('Hypertension');
  expect(label({ coding: [{ code: 'I10' }] })).toBe('I10');
  expect(label(undefined)).toBe('');
});

test('days and times are the clinic’s', () => {
  expect(day('2026-11-21T15:30:00Z')).toBe('2026-11-22');
  expect(clock('2026-11-21T15:30:00Z')).toBe('00:30');
  expect(day('2026-11')).toBe('2026-11');
  expect([day('x-T'), clock('2026-11-22'), day(undefined)]).toEqual(['', '', '']);
});

test('a reference names an id of its type only', () => {
  expect(referenced({ reference: 'Patient/1' }, 'Patient')).toBe('1');
  expect(referenced({ reference: 'https://x/fhir/Patient/1' }, 'Patient')).toBe('1');
  expect(referenced({ reference: 'Group/1' }, 'Patient')).toBeUndefined();
});

test('a problem is active until it is resolved or refuted; 疑い is not confirmed', () => {
  const condition = (clinical?: string, verification?: string): Condition => ({
    resourceType: 'Condition',
    ...(clinical && { clinicalStatus: { coding: [{ code: clinical }] } }),
    ...(verification && { verificationStatus: { coding: [{ code: verification }] } }),
  });
  expect([condition('active'), condition(), condition('recurrence')].every(isActive)).toBe(true);
  expect([condition('resolved'), condition('active', 'refuted')].some(isActive)).toBe(false);
  expect(isSuspected(condition('active', 'provisional'))).toBe(true);
  expect(isSuspected(condition('active', 'confirmed'))).toBe(false);
});

test('the dose is said once', () => {
  const request = (text: string): MedicationRequest => ({
    resourceType: 'MedicationRequest',
    dosageInstruction: [{ text, doseAndRate: [{ doseQuantity: { value: 2, unit: '錠' } }] }],
    dispenseRequest: { expectedSupplyDuration: { value: 28, unit: '日' } },
  });
  expect(dosage(request('1日1回朝食後'))).toBe('2錠 1日1回朝食後');
  expect(dosage(request('1日1回朝食後 2錠'))).toBe('1日1回朝食後 2錠');
  expect(supplyDays(request(''))).toBe(28);
  expect(supplyDays(request('1日1回朝食後 2錠 28日分'))).toBeUndefined();
});
