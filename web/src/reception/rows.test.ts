import { describe, expect, test } from 'vitest';
import { newEntry } from '../data/outbox-rules';
import type { Appointment, Encounter, Patient } from '../fhir/types';
import { arrival, assigned, renumbered, visitId } from './acts';
import { nextTicket, rowsOf, type DayRecords } from './rows';
import { moved } from './steps';

const date = '2026-11-26';
const now = Date.parse(`${date}T09:05:00+09:00`);
const patient: Patient = { resourceType: 'Patient', id: 'p1', name: [{ family: '山田', given: ['花'] }], gender: 'female', birthDate: '1958-04-05' };
const appointment: Appointment = {
  resourceType: 'Appointment', id: 'a1', meta: { versionId: '1' }, status: 'booked', start: `${date}T09:15:00+09:00`, description: '定期受診',
  participant: [{ actor: { reference: 'Patient/p1', display: '山田 花' } }, { actor: { reference: 'Practitioner/sato', display: '佐藤' } }],
};
const come = (more: Partial<Parameters<typeof arrival>[0]> = {}) =>
  arrival({ id: 'v1', patientId: 'p1', patient, purpose: '急な症状', first: false, doctor: { id: 'kotori', name: '小鳥' }, ticket: 1, date, now, ...more });
const records = (more: Partial<DayRecords> = {}): DayRecords => ({ date, visits: [], appointments: [], patients: new Map([['p1', patient]]), coverage: new Map(), ...more });

describe('a line of the board', () => {
  test('a booking becomes a visit and stays one line under one key', () => {
    const [booked] = rowsOf(records({ appointments: [appointment] }), [], date);
    expect(booked).toMatchObject({ key: 'a1', step: 'booked', name: '山田 花', years: 68, booked: '09:15', doctor: { id: 'sato' } });
    const visit = { ...come({ id: visitId(appointment) }), appointment: [{ reference: 'Appointment/a1' }] };
    const rows = rowsOf(records({ appointments: [{ ...appointment, status: 'arrived' }], visits: [visit] }), [], date);
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({ key: 'a1', step: 'arrived', ticket: 1, booked: '09:15', came: now });
  });

  test('what waits to be sent is shown, marked, with the patient registered here', () => {
    const entry = newEntry('x', 'u', 'p1', come(), null, now);
    const fresh = newEntry('y', 'u', 'p1', patient, null, now);
    const [row] = rowsOf(records({ patients: new Map() }), [fresh, entry], date);
    expect(row).toMatchObject({ name: '山田 花', purpose: '急な症状', entry: { id: 'x' } });
  });

  test('yesterday’s visits that nobody closed, and what was taken back or cancelled, are not of today', () => {
    const old = { ...come(), period: { start: '2026-11-25T09:00:00+09:00' } };
    const gone = { ...come({ id: 'v2' }), status: 'cancelled', extension: [] };
    expect(rowsOf(records({ visits: [old, gone], appointments: [{ ...appointment, status: 'cancelled' }] }), [], date)).toEqual([]);
  });

  test('one number given twice is told on both lines', () => {
    const other = come({ id: 'v2', patientId: 'p2', patient: undefined });
    const rows = rowsOf(records({ visits: [come(), other] }), [], date);
    expect(rows.map((row) => row.ticketTwice)).toEqual([true, true]);
    const again = renumbered(other, date, nextTicket([come(), other]));
    expect(rowsOf(records({ visits: [come(), again] }), [], date).map((row) => [row.ticket, row.ticketTwice])).toEqual([[1, false], [2, false]]);
  });

  test('a name that is no name is still text', () => {
    const hostile = { ...patient, name: [{ text: '"><script>' }] };
    expect(rowsOf(records({ visits: [come()], patients: new Map([['p1', hostile]]) }), [], date)[0]!.name).toBe('"><script>');
  });
});

test('another doctor takes the place of the first, and nobody else’s', () => {
  const nurse = { individual: { reference: 'PractitionerRole/n' } };
  const visit: Encounter = { ...come(), participant: [nurse, ...come().participant!] };
  expect(assigned(visit, { id: 'sato', name: '佐藤' }).participant?.map((p) => p.individual?.reference)).toEqual(['PractitionerRole/n', 'Practitioner/sato']);
  expect(assigned(moved(come(), 'waiting', now), undefined)).not.toHaveProperty('participant');
});
