// Who a patient is, as the banner and the search list show it.

import type { Findable } from '../find/understand';
import type { HumanName, Patient } from './types';

const representation = 'http://hl7.org/fhir/StructureDefinition/iso21090-EN-representation';
/** The clinic's own patient numbers (JP Core): this and the 10-digit 医療機関コード. */
const localNumber = 'urn:oid:1.2.392.100495.20.3.51.1';

const written = (name: HumanName | undefined, script: string) =>
  name?.extension?.some((e) => e.url === representation && e.valueCode === script) ?? false;

/** `family given`, else the text as sent. */
function whole(name: HumanName | undefined): string {
  const parts = [name?.family, ...(name?.given ?? [])].filter((part) => part);
  return parts.length > 0 ? parts.join(' ') : (name?.text ?? '');
}

const current = (patient: Patient) => (patient.name ?? []).filter((n) => n.use !== 'old' && n.use !== 'maiden');

/** The name in kanji (IDE), else whichever there is. */
export function fullName(patient: Patient): string {
  const names = current(patient);
  return whole(names.find((n) => written(n, 'IDE')) ?? names.find((n) => !written(n, 'SYL')) ?? names[0]);
}

/** The reading in kana (SYL), empty when none was recorded. */
export function kanaName(patient: Patient): string {
  return whole(current(patient).find((n) => written(n, 'SYL')));
}

/** The clinic's number for the patient: the JP Core system, else the first identifier there is. */
export function patientNumber(patient: Patient): string {
  const identifiers = patient.identifier ?? [];
  return (identifiers.find((i) => i.system?.startsWith(localNumber)) ?? identifiers[0])?.value ?? '';
}

/** What the search on this device compares. */
export function findable(patient: Patient): Findable {
  const names = (patient.name ?? []).flatMap((n) => [whole(n), n.text ?? '', n.family ?? '', ...(n.given ?? [])]);
  const values = <T extends { value?: string }>(list: T[] | undefined) => (list ?? []).flatMap((i) => (i.value ? [i.value] : []));
  return {
    names: names.filter((name) => name !== ''),
    birthDate: patient.birthDate,
    numbers: values(patient.identifier),
    telephones: values(patient.telecom?.filter((t) => t.system === 'phone')),
  };
}

/** One of `hues` colours and `patterns` textures, always the same for a patient: two open charts differ at a glance. */
export function stripe(id: string, hues = 8, patterns = 3): { hue: number; pattern: number } {
  // FNV-1a: spreads ids that differ in one digit.
  let hash = 0x811c9dc5;
  for (const char of id) hash = Math.imul(hash ^ char.codePointAt(0)!, 0x01000193) >>> 0;
  return { hue: hash % hues, pattern: Math.floor(hash / hues) % patterns };
}
