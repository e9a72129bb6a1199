import { expect, test } from 'vitest';
import type { Resource } from '../fhir/types';
import { describe, plain } from './describe';
import { stepUrl } from './merge';

test('the words of a note are text, whatever was written', () => {
  expect(plain('<div xmlns="http://www.w3.org/1999/xhtml"><p>BP&lt;130 &amp; 減塩</p><p>&lt;b&gt;次回&lt;/b&gt;</p></div>')).toBe('BP<130 & 減塩\n<b>次回</b>');
  expect(plain('a<br/>b&#x1F600;&#65;&unknown;')).toBe('a\nb😀A&unknown;');
  // Taken once: what was written as an entity stays what was written.
  expect(plain('&amp;lt;')).toBe('&lt;');
  expect(plain(undefined)).toBe('');
});

test.each<[string, Resource, string]>([
  ['a visit', { resourceType: 'Encounter', status: 'triaged', extension: [{ url: stepUrl, extension: [{ url: 'step', valueCode: 'waiting' }] }], participant: [{ individual: { display: '佐藤' } }] }, '診察待ち・佐藤'],
  ['a visit taken back', { resourceType: 'Encounter', status: 'cancelled' }, '取消'],
  ['a prescription', { resourceType: 'MedicationRequest', medicationCodeableConcept: { text: 'アムロジピン' }, dosageInstruction: [{ text: '1日1回 28日分' }] }, 'アムロジピン 1日1回 28日分'],
  ['a measurement', { resourceType: 'Observation', status: 'final', code: { text: '体温' }, valueQuantity: { value: 36.5, unit: '℃' } }, '体温 36.5 ℃'],
])('%s', (_what, resource, words) => expect(describe(resource, { waiting: '診察待ち', cancelled: '取消' })).toBe(words));
