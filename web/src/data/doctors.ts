// The clinic's doctors, as their roles name them: kept on this device, asked for when a screen of the day is opened.

import { hasCode, referenced } from '../fhir/read';
import type { PractitionerRole } from '../fhir/types';
import type { Named } from '../reception/acts';
import { matches, search } from './fhir';
import { house, type LocalStore } from './local';

const section = 'doctors';

/** Asks the server; what this device knows stays when it does not answer. */
export async function refreshDoctors(store: LocalStore): Promise<void> {
  const answer = await search('PractitionerRole', [['active', 'true'], ['_count', '100']]);
  if (answer.kind === 'ok') await store.keepList(house, section, matches(answer.value), Date.now());
}

/** As this device knows them; nothing when it never asked. */
export async function knownDoctors(store: LocalStore): Promise<(Named & { role: PractitionerRole })[] | undefined> {
  const kept = await store.list<PractitionerRole>(house, section);
  const doctors = kept?.resources.filter((role) => role.code?.some((code) => hasCode(code, 'doctor')));
  return doctors?.flatMap((role) => {
    const id = referenced(role.practitioner, 'Practitioner');
    return id === undefined ? [] : [{ id, name: role.practitioner?.display ?? id, role }];
  });
}
