// What the clinic itself has prescribed, ordered and diagnosed lately: names to choose from, with their codes, as long as
// no master is imported. Kept on this device without any patient.

import { label } from '../fhir/read';
import type { Condition, MedicationRequest, Resource, ServiceRequest } from '../fhir/types';
import { matches, search } from './fhir';
import { house, type LocalStore } from './local';

const sources = {
  drugs: { type: 'MedicationRequest', sort: '-authoredon', name: (r: Resource) => label((r as MedicationRequest).medicationCodeableConcept), members: ['medicationCodeableConcept', 'dosageInstruction', 'dispenseRequest', 'substitution'] },
  diseases: { type: 'Condition', sort: '-recorded-date', name: (r: Resource) => label((r as Condition).code).replace(/の疑い$/, ''), members: ['code'] },
  acts: { type: 'ServiceRequest', sort: '-authored', name: (r: Resource) => label((r as ServiceRequest).code), members: ['code'] },
} as const;

export type Catalog = keyof typeof sources;

/** By name, the newest of each: at once from this device, then from the server. */
export async function catalog<T extends Resource>(store: LocalStore, which: Catalog, show: (found: ReadonlyMap<string, T>) => void): Promise<void> {
  const { type, sort, name, members } = sources[which];
  const byName = (resources: Resource[]) => {
    const found = new Map<string, Resource>();
    for (const resource of resources) if (name(resource) !== '' && !found.has(name(resource))) found.set(name(resource), resource);
    return found as Map<string, T>;
  };
  const kept = await store.list<T>(house, which);
  if (kept) show(byName(kept.resources));
  const answer = await search(type, [['_sort', sort], ['_count', '500']]);
  if (answer.kind !== 'ok') return;
  const bare = [...byName(matches(answer.value)).values()].map((resource, i): Resource => ({
    resourceType: type,
    id: `catalog-${which}-${i}`,
    ...Object.fromEntries(members.flatMap((member) => (resource[member] === undefined ? [] : [[member, resource[member]]]))),
  }));
  await store.keepList(house, which, bare, Date.now());
  show(byName(bare));
}
