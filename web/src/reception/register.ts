// Registering a patient at the desk: the short form of a first visit. Pure.

import { fullName, kanaName } from '../fhir/patient';
import type { Patient } from '../fhir/types';
import { folded, katakana } from '../find/kana';

export interface Form { family: string; given: string; kanaFamily: string; kanaGiven: string; gender: string; birthDate: string; telephone: string; number: string }

export const emptyForm = (): Form => ({ family: '', given: '', kanaFamily: '', kanaGiven: '', gender: '', birthDate: '', telephone: '', number: '' });

export const isComplete = (form: Form) => form.family.trim() !== '' && form.birthDate !== '' && form.gender !== '';

const representation = 'http://hl7.org/fhir/StructureDefinition/iso21090-EN-representation';

function name(script: string, family: string, given: string) {
  const parts = [family, given].map((part) => part.trim()).filter((part) => part !== '');
  if (parts.length === 0) return [];
  return [{ extension: [{ url: representation, valueCode: script }], use: 'official', text: parts.join(' '), family: family.trim(), ...(given.trim() !== '' && { given: [given.trim()] }) }];
}

/** The system of the clinic's numbers, as its other patients have it. */
export function numberSystem(others: Iterable<Patient>): string {
  for (const patient of others) {
    const system = patient.identifier?.find((i) => i.system?.startsWith('urn:oid:1.2.392.100495.20.3.51.1'))?.system;
    if (system) return system;
  }
  return 'urn:oid:1.2.392.100495.20.3.51.1';
}

export function patientOf(form: Form, id: string, system: string): Patient {
  const number = form.number.normalize('NFKC').trim();
  const telephone = form.telephone.normalize('NFKC').trim();
  return {
    resourceType: 'Patient',
    id,
    active: true,
    ...(number !== '' && { identifier: [{ use: 'usual', type: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v2-0203', code: 'MR' }] }, system, value: number }] }),
    name: [...name('IDE', form.family, form.given), ...name('SYL', katakana(form.kanaFamily), katakana(form.kanaGiven))],
    ...(telephone !== '' && { telecom: [{ system: 'phone', value: telephone, use: 'mobile' }] }),
    gender: form.gender,
    birthDate: form.birthDate,
  };
}

/** Could this be the same person? The birth date and any part of the name, or the whole name; a twin is told too. */
export function mayBeSame(form: Form, patient: Patient): boolean {
  const sameBirth = form.birthDate !== '' && patient.birthDate === form.birthDate;
  const parts = (words: string) => words.split(/\s+/).map(folded).filter((part) => part !== '');
  const known = [...parts(fullName(patient)), ...parts(kanaName(patient))];
  const typed = [form.family, form.given, form.kanaFamily, form.kanaGiven].map(folded).filter((part) => part !== '');
  const alike = typed.filter((part) => known.includes(part)).length;
  const kanaAlike = [form.kanaFamily, form.kanaGiven].map(folded).filter((part) => part !== '' && known.includes(part)).length;
  return sameBirth ? alike > 0 : kanaAlike === 2 || (alike >= 2 && folded(`${form.family}${form.given}`) === folded(fullName(patient)));
}

/** The number after the highest, as wide as the others; nothing when they are no numbers. */
export function nextNumber(others: Iterable<string>): string {
  let [highest, width] = [0, 0];
  for (const number of others) {
    if (!/^\d{1,10}$/.test(number)) continue;
    highest = Math.max(highest, Number(number));
    width = Math.max(width, number.length);
  }
  return highest === 0 ? '' : String(highest + 1).padStart(width, '0');
}
