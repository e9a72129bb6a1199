import { describe, expect, test } from 'vitest';
import type { MedicationRequest } from '../fhir/types';
import { byDay, drugOf, emptyDrug, faults, orderOf, requestOf, timesIn, type Drug } from './orders';

const by = { user: 'd', name: '小鳥', isDoctor: true };
const ordered = { patient: 'p', encounter: 'e', by, at: '2026-11-26T10:00:00+09:00', status: 'active' as const };
const former: MedicationRequest = {
  resourceType: 'MedicationRequest', id: 'm1', status: 'completed', authoredOn: '2026-10-26T10:00:00+09:00',
  medicationCodeableConcept: { text: '【般】メトホルミン塩酸塩錠250mg:MT', coding: [{ system: 's', code: '3962002F2ZZZ' }] },
  dosageInstruction: [{ text: '1日2回 朝夕食後 1回1錠 28日分', timing: { code: { text: '1日2回 朝夕食後', coding: [{ system: 'http://jami.jp/CodeSystem/MedicationUsage', code: '1012040400000000' }] } }, doseAndRate: [{ doseQuantity: { value: 1, unit: '錠', system: 'u', code: 'TAB' } }] }],
  dispenseRequest: { quantity: { value: 56, unit: '錠' }, expectedSupplyDuration: { value: 28, unit: '日', code: 'd' } },
};
const asNeeded: MedicationRequest = {
  ...former, id: 'm2', dosageInstruction: [{ text: '発熱時 1回2錠 10回分', asNeededBoolean: true, timing: { code: { text: '発熱時' } }, doseAndRate: [{ doseQuantity: { value: 2, unit: '錠' } }] }], dispenseRequest: { quantity: { value: 20, unit: '錠' } },
};
const line = (more: Partial<Drug> = {}): Drug => ({ ...emptyDrug('x'), name: 'カロナール錠200', dose: '2', usage: '1日3回 毎食後', days: '5', ...more });

describe('Do', () => {
  test('says the same as before, with its codes, under another id', () => {
    const again = requestOf(drugOf(former, 'new'), ordered, 1);
    expect(again).toMatchObject({
      id: 'new', status: 'active', medicationCodeableConcept: former.medicationCodeableConcept, authoredOn: ordered.at,
      dosageInstruction: [{ text: '1日2回 朝夕食後 1回1錠 28日分', timing: former.dosageInstruction![0]!.timing, doseAndRate: [{ doseQuantity: { value: 1, unit: '錠', code: 'TAB' } }] }],
      dispenseRequest: { quantity: { value: 56 }, expectedSupplyDuration: { value: 28 } },
    });
  });
  test('other days give another amount, and another drug loses the codes of the first', () => {
    const drug = drugOf(former, 'new');
    expect(requestOf({ ...drug, days: '14', dose: '2' }, ordered, 1).dispenseRequest?.quantity?.value).toBe(56);
    expect(requestOf({ ...drug, name: '別の薬' }, ordered, 1).medicationCodeableConcept).toEqual({ text: '別の薬' });
  });
  test('頓用 counts times, not days', () => {
    expect(drugOf(asNeeded, 'n')).toMatchObject({ days: '10', asNeeded: true });
    expect(requestOf(drugOf(asNeeded, 'n'), ordered, 1).dispenseRequest).toEqual({ quantity: { value: 20, unit: '錠' } });
  });
});

describe('a line typed', () => {
  test('the amount follows from how often', () => expect(requestOf(line(), ordered, 2).dispenseRequest?.quantity).toEqual({ value: 30, unit: '錠' }));
  test('half tablets stay halves', () => expect(requestOf(line({ dose: '０.５', days: '3' }), ordered, 2).dispenseRequest?.quantity?.value).toBe(4.5));
  test.each<[Partial<Drug>, string[]]>([
    [{}, []], [{ name: ' ' }, ['name']], [{ dose: '0' }, ['dose']], [{ dose: 'x' }, ['dose']], [{ usage: '' }, ['usage']], [{ days: '' }, ['days']], [{ days: '1.5' }, ['days']], [{ days: '400' }, ['days']],
  ])('%j lacks %j', (more, missing) => expect(faults(line(more))).toEqual(missing));
  test.each([['1日3回 毎食後', 3], ['１日２回', 2], ['頓用', undefined]])('%s', (usage, times) => expect(timesIn(usage)).toBe(times));
});

test('what others have put into an order stays when it is written again', () => {
  const before = { ...orderOf({ id: 'o', name: '心電図', code: undefined }, ordered), priority: 'urgent' };
  expect(orderOf({ id: 'o', name: '心電図', code: undefined }, { ...ordered, at: 'later' }, before)).toMatchObject({ priority: 'urgent', authoredOn: ordered.at });
});

test('prescriptions by day, newest first, without what was taken back', () => {
  const days = byDay([former, { ...former, id: 'a', authoredOn: '2026-11-02T10:00:00+09:00' }, { ...former, id: 'b', status: 'entered-in-error', authoredOn: '2026-11-20' }]);
  expect(days.map(([day]) => day)).toEqual(['2026-11-02', '2026-10-26']);
});
