// The lines of the board: visits and appointments of a day joined by patient, with all that is shown of each. Pure.

import type { Entry } from '../data/outbox-rules';
import { overlay, type Shown } from '../data/overlay';
import { kanaName, fullName, patientNumber } from '../fhir/patient';
import { clock, day, label, referenced } from '../fhir/read';
import type { Appointment, Coverage, Encounter, Patient, Resource } from '../fhir/types';
import { age } from '../find/wareki';
import { isOpen, sinceOf, stepOf, type Step } from './steps';

export const ticketSystem = 'urn:komainu:fhir:ticket';

export interface Row {
  /** Of the patient's line, also when an appointment becomes a visit: focus and choice stay on it. */
  key: string;
  step: Step;
  patientId: string;
  patient: Patient | undefined;
  name: string;
  kana: string;
  number: string;
  years: number | undefined;
  sex: string;
  visit: Shown<Encounter> | undefined;
  appointment: Shown<Appointment> | undefined;
  /** The number called out; undefined while not there. */
  ticket: number | undefined;
  /** Another line has the same. */
  ticketTwice: boolean;
  purpose: string;
  first: boolean;
  doctor: { id: string; name: string } | undefined;
  room: { id: string; name: string } | undefined;
  /** 10:15 of the appointment. */
  booked: string;
  /** When the patient came, and since when they are where they are, ms; the time of the appointment before. */
  came: number;
  since: number;
  coverage: Coverage[];
  /** The write that waits, and what of it has to be decided by a person. */
  entry: Entry | undefined;
}

export interface DayRecords {
  date: string;
  visits: readonly Encounter[];
  appointments: readonly Appointment[];
  patients: ReadonlyMap<string, Patient>;
  coverage: ReadonlyMap<string, Coverage[]>;
}

const ofType = <T extends Resource>(entries: readonly Entry[], type: T['resourceType']) =>
  entries.filter((entry) => entry.resource.resourceType === type && !entry.act);

export const doctorOf = (visit: Encounter) => {
  const reference = visit.participant?.find((p) => referenced(p.individual, 'Practitioner'))?.individual;
  const id = referenced(reference, 'Practitioner');
  return id === undefined ? undefined : { id, name: reference?.display ?? id };
};

export const actorOf = (appointment: Appointment, type: string) => {
  const reference = appointment.participant?.find((p) => referenced(p.actor, type))?.actor;
  const id = referenced(reference, type);
  return id === undefined ? undefined : { id, name: reference?.display ?? id };
};

export function ticketOf(visit: Encounter): number | undefined {
  const value = visit.identifier?.find((i) => i.system === ticketSystem)?.value;
  return value === undefined ? undefined : Number(value.split('/')[1]) || undefined;
}

/** The next number of the day; two terminals that take one at the same moment are told by `ticketTwice`. */
export function nextTicket(visits: readonly Encounter[]): number {
  return Math.max(0, ...visits.map((visit) => ticketOf(visit) ?? 0)) + 1;
}

/** Every visit and appointment of the day, as written here or confirmed. Visits taken back are among them. */
export function current(records: DayRecords, entries: readonly Entry[]): { visits: Shown<Encounter>[]; appointments: Shown<Appointment>[] } {
  const visits = overlay(records.visits, ofType<Encounter>(entries, 'Encounter')).filter(({ resource }) => day(resource.period?.start) === records.date);
  const appointments = overlay(records.appointments, ofType<Appointment>(entries, 'Appointment')).filter(({ resource }) => day(resource.start) === records.date);
  return { visits, appointments };
}

export function rowsOf(records: DayRecords, entries: readonly Entry[], today: string): Row[] {
  const { visits, appointments } = current(records, entries);
  const taken = new Set<Shown<Appointment>>();
  const patientsHere = new Map<string, Patient>(records.patients);
  for (const { resource } of ofType<Patient>(entries, 'Patient')) patientsHere.set(resource.id ?? '', resource as Patient);
  const rows: Row[] = [];
  for (const visit of visits) {
    const step = stepOf(visit.resource);
    const patientId = referenced(visit.resource.subject, 'Patient');
    if (step === undefined || patientId === undefined) continue;
    const named = visit.resource.appointment?.map((a) => referenced(a, 'Appointment'));
    const appointment =
      appointments.find((a) => named?.includes(a.resource.id)) ??
      appointments.find((a) => !taken.has(a) && actorOf(a.resource, 'Patient')?.id === patientId && a.resource.status !== 'cancelled');
    if (appointment) taken.add(appointment);
    rows.push(line({ visit, appointment, step, patientId }));
  }
  for (const appointment of appointments) {
    const patientId = actorOf(appointment.resource, 'Patient')?.id;
    if (taken.has(appointment) || patientId === undefined || !isOpen(appointment.resource)) continue;
    rows.push(line({ visit: undefined, appointment, step: 'booked', patientId }));
  }
  const counts = new Map<number, number>();
  for (const { ticket } of rows) if (ticket !== undefined) counts.set(ticket, (counts.get(ticket) ?? 0) + 1);
  for (const row of rows) row.ticketTwice = row.ticket !== undefined && counts.get(row.ticket)! > 1;
  return rows.sort(byOrder);

  function line({ visit, appointment, step, patientId }: Pick<Row, 'visit' | 'appointment' | 'step' | 'patientId'>): Row {
    const patient = patientsHere.get(patientId);
    const kind = label(visit?.resource.type?.[0]);
    const start = appointment?.resource.start;
    const came = Date.parse(visit?.resource.period?.start ?? start ?? '') || 0;
    const location = visit?.resource.location?.[0]?.location;
    const room = referenced(location, 'Location');
    const name = patient ? fullName(patient) : (appointment && actorOf(appointment.resource, 'Patient')?.name) || visit?.resource.subject?.display || '';
    return {
      key: appointment?.resource.id ?? visit?.resource.id ?? '',
      step, patientId, patient, visit, appointment, name,
      kana: patient ? kanaName(patient) : '',
      number: patient ? patientNumber(patient) : '',
      years: patient?.birthDate ? age(patient.birthDate, today) : undefined,
      sex: patient?.gender ?? 'unknown',
      ticket: visit && ticketOf(visit.resource),
      ticketTwice: false,
      purpose: label(visit?.resource.reasonCode?.[0]) || appointment?.resource.description || label(appointment?.resource.reasonCode?.[0]),
      first: kind === '初診',
      doctor: (visit && doctorOf(visit.resource)) ?? (appointment && actorOf(appointment.resource, 'Practitioner')),
      room: room === undefined ? undefined : { id: room, name: location?.display ?? room },
      booked: clock(start),
      came,
      since: visit ? sinceOf(visit.resource) : came,
      coverage: records.coverage.get(patientId) ?? [],
      entry: visit?.entry ?? appointment?.entry,
    };
  }
}

/** By the time of coming, or of the appointment; then by number, so that nothing jumps. */
function byOrder(a: Row, b: Row): number {
  return a.came - b.came || (a.ticket ?? 0) - (b.ticket ?? 0) || (a.key < b.key ? -1 : 1);
}
