// What is written when somebody acts on the board. Pure: from what stands there to what shall stand there.

import type { Appointment, Encounter, Patient } from '../fhir/types';
import { fullName } from '../fhir/patient';
import { ticketSystem } from './rows';
import { instant, moved } from './steps';

export interface Named { id: string; name: string }

const ambulatory = { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'AMB', display: '外来' };
const attending = { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ParticipationType', code: 'ATND' }] };

interface Coming { id: string; patientId: string; patient: Patient | undefined; purpose: string; first: boolean; doctor: Named | undefined; ticket: number; date: string; now: number }

/** A patient has come: 来院. */
export function arrival({ id, patientId, patient, purpose, first, doctor, ticket, date, now }: Coming): Encounter {
  const fresh: Encounter = {
    resourceType: 'Encounter',
    id,
    identifier: [{ system: ticketSystem, value: `${date}/${ticket}` }],
    status: 'planned',
    class: ambulatory,
    type: [{ text: first ? '初診' : '再診' }],
    subject: { reference: `Patient/${patientId}`, ...(patient && { display: fullName(patient) }) },
    ...(purpose !== '' && { reasonCode: [{ text: purpose }] }),
    period: { start: instant(now) },
  };
  const { statusHistory: _none, ...visit } = moved(fresh, 'arrived', now);
  return assigned(visit as Encounter, doctor);
}

/** The id of the visit that an appointment becomes: the same at every terminal, so that nobody is received twice. */
export const visitId = (appointment: Appointment) => `v-${appointment.id}`.slice(0, 64);

/** With another doctor, or none yet; other participants stay. */
export function assigned(visit: Encounter, doctor: Named | undefined): Encounter {
  const others = (visit.participant ?? []).filter((p) => !p.individual?.reference?.startsWith('Practitioner/'));
  const all = doctor ? [...others, { type: [attending], individual: { reference: `Practitioner/${doctor.id}`, display: doctor.name } }] : others;
  const { participant: _before, ...rest } = visit;
  return { ...rest, ...(all.length > 0 && { participant: all }) } as Encounter;
}

export function roomed(visit: Encounter, room: Named | undefined): Encounter {
  const { location: _before, ...rest } = visit;
  return { ...rest, ...(room && { location: [{ location: { reference: `Location/${room.id}`, display: room.name } }] }) } as Encounter;
}

export const purposed = (visit: Encounter, purpose: string): Encounter => {
  const { reasonCode: _before, ...rest } = visit;
  return { ...rest, ...(purpose !== '' && { reasonCode: [{ text: purpose }] }) } as Encounter;
};

export function renumbered(visit: Encounter, date: string, ticket: number): Encounter {
  const others = (visit.identifier ?? []).filter((i) => i.system !== ticketSystem);
  return { ...visit, identifier: [...others, { system: ticketSystem, value: `${date}/${ticket}` }] };
}
