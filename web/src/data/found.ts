// The order of a list of results while answers arrive. Pure.

import type { Patient } from '../fhir/types';

export interface Row {
  patient: Patient;
  /** Came while a hand was on the list: marked, and put at the end. */
  late: boolean;
}

/**
 * The rows after the server has answered. Nobody on the list: the server's order, and what it did not name goes, if it
 * has answered everything (`complete`). A hand on the list (`held`): rows stay where they are, with the server's newer
 * contents, and new ones come last.
 */
export function merged(shown: readonly Row[], answered: readonly Patient[], held: boolean, complete: boolean): Row[] {
  const fresh = new Map(answered.map((patient) => [patient.id, patient]));
  if (!held) {
    const kept = complete ? [] : shown.filter((row) => !fresh.has(row.patient.id));
    return [...[...fresh.values()].map((patient) => ({ patient, late: false })), ...kept];
  }
  const known = new Set(shown.map((row) => row.patient.id));
  const stayed = shown.map((row) => ({ ...row, patient: fresh.get(row.patient.id) ?? row.patient }));
  const late = [...fresh.values()].filter((patient) => !known.has(patient.id));
  return [...stayed, ...late.map((patient) => ({ patient, late: true }))];
}
