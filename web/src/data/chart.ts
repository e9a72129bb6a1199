// The sections of a chart: what is asked of the server for each, and the memo a receptionist writes.

import type { Communication, Resource } from '../fhir/types';
import { search, matches } from './fhir';
import type { Answer } from './answer';
import { keySystem } from './outbox-rules';

export type Section =
  | 'allergies' | 'flags' | 'problems' | 'medications' | 'visits' | 'results' | 'vitals' | 'appointments' | 'coverage' | 'memos'
  | 'notes' | 'orders';

interface Asked { type: string; parameters: (patient: string) => [string, string][] }

/** Each section is one search; sizes are what the screen can show, and a curve of a few years. */
const asked: Record<Section, Asked> = {
  allergies: { type: 'AllergyIntolerance', parameters: (p) => [['patient', p], ['_count', '50']] },
  flags: { type: 'Flag', parameters: (p) => [['patient', p], ['_count', '20']] },
  problems: { type: 'Condition', parameters: (p) => [['patient', p], ['_sort', '-onset-date'], ['_count', '100']] },
  medications: { type: 'MedicationRequest', parameters: (p) => [['patient', p], ['_sort', '-authoredon'], ['_count', '60']] },
  visits: { type: 'Encounter', parameters: (p) => [['patient', p], ['_sort', '-date'], ['_count', '12']] },
  results: { type: 'Observation', parameters: (p) => [['patient', p], ['category', 'laboratory'], ['_sort', '-date'], ['_count', '200']] },
  vitals: { type: 'Observation', parameters: (p) => [['patient', p], ['category', 'vital-signs'], ['_sort', '-date'], ['_count', '60']] },
  appointments: { type: 'Appointment', parameters: (p) => [['patient', p], ['_sort', '-date'], ['_count', '10']] },
  coverage: { type: 'Coverage', parameters: (p) => [['patient', p], ['_count', '10']] },
  notes: { type: 'Composition', parameters: (p) => [['patient', p], ['_sort', '-date'], ['_count', '30']] },
  orders: { type: 'ServiceRequest', parameters: (p) => [['patient', p], ['_sort', '-authored'], ['_count', '60']] },
  memos: { type: 'Communication', parameters: (p) => [['patient', p], ['_sort', '-sent'], ['_count', '30']] },
};

/** Asks the server for one section. */
export async function fetchSection(patient: string, section: Section): Promise<Answer<Resource[]>> {
  const { type, parameters } = asked[section];
  const answer = await search(type, parameters(patient));
  return answer.kind === 'ok' ? { ...answer, value: matches(answer.value) } : answer;
}

const memoCategory = { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/communication-category', code: 'notification' }], text: '受付メモ' };

/** A new memo, with the identifier that makes sending it twice harmless. */
export function newMemo(patient: string, text: string, by: string, now: Date): Communication {
  return {
    resourceType: 'Communication',
    identifier: [{ system: keySystem, value: `urn:uuid:${crypto.randomUUID()}` }],
    status: 'completed',
    category: [memoCategory],
    subject: { reference: `Patient/${patient}` },
    sent: now.toISOString(),
    sender: { display: by },
    payload: [{ contentString: text }],
  };
}

/** The memo with another text; everything else as it was. */
export function rewritten(memo: Communication, text: string): Communication {
  return { ...memo, payload: [{ contentString: text }] };
}

/** 済: done with, no longer shown; a version, like every deletion. */
export function finished(memo: Communication): Communication {
  return { ...memo, status: 'stopped' };
}

export const isOpen = (memo: Communication) => memo.status === 'completed' || memo.status === 'in-progress';
export const memoText = (memo: Communication) => memo.payload?.map((p) => p.contentString ?? '').join('\n') ?? '';
