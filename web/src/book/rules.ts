// When somebody may be booked: the hours of a doctor, half days, holidays; and which places are taken. Pure.

import { clock, day } from '../fhir/read';
import type { Appointment, PractitionerRole } from '../fhir/types';
import { actorOf } from '../reception/rows';
import { isOpen } from '../reception/steps';
import { holiday, plus, weekday } from './holidays';

/** Minutes of one place. */
export const slotMinutes = 15;

/** Minutes of the day, from and to. */
export type Hours = [from: number, to: number][];

const dayNames = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const morning: [number, number] = [9 * 60, 12 * 60 + 30];
const evening: [number, number] = [15 * 60, 18 * 60 + 30];

/** What a clinic usually has, where PractitionerRole.availableTime says nothing. */
function usual(dayOfWeek: number): Hours {
  if (dayOfWeek === 0) return [];
  return dayOfWeek === 4 || dayOfWeek === 6 ? [morning] : [morning, evening];
}

interface Available { daysOfWeek?: string[]; allDay?: boolean; availableStartTime?: string; availableEndTime?: string }
interface Away { description: string; during?: { start?: string; end?: string } }

const minutes = (time: string | undefined) => (time === undefined ? NaN : Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5)));

/** Why nobody is booked on a day, in the words of the calendar or of the role. */
export function closedBecause(date: string, role: PractitionerRole | undefined): string | undefined {
  const away = ((role?.['notAvailable'] ?? []) as Away[]).find(({ during }) => (during?.start ?? '').slice(0, 10) <= date && date <= (during?.end ?? '9999').slice(0, 10));
  return away?.description ?? holiday(date);
}

/** The hours of a doctor on a day; none when it is a holiday. */
export function hoursOn(date: string, role: PractitionerRole | undefined): Hours {
  if (closedBecause(date, role) !== undefined) return [];
  const available = role?.['availableTime'] as Available[] | undefined;
  if (available === undefined) return usual(weekday(date));
  const name = dayNames[weekday(date)]!;
  return available
    .filter((one) => one.daysOfWeek === undefined || one.daysOfWeek.includes(name))
    .map((one): [number, number] => (one.allDay ? [0, 24 * 60] : [minutes(one.availableStartTime), minutes(one.availableEndTime)]))
    .filter(([from, to]) => from < to)
    .sort(([a], [b]) => a - b);
}

/** The beginnings of all places of a day, in minutes. */
export function times(hours: Hours): number[] {
  return hours.flatMap(([from, to]) => Array.from({ length: Math.floor((to - from) / slotMinutes) }, (_, i) => from + i * slotMinutes));
}

/** `09:15`. */
export const clockOf = (minute: number) => `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
export const startOf = (date: string, minute: number) => `${date}T${clockOf(minute)}:00+09:00`;

/** The minute of an appointment, on the clinic's clock. */
export function minuteOf(appointment: Appointment): number {
  return minutes(clock(appointment.start));
}

/** Those at one place; taken back ones are not. */
export function at(appointments: readonly Appointment[], doctor: string, date: string, minute: number): Appointment[] {
  return appointments.filter((one) => {
    const own = minuteOf(one);
    return day(one.start) === date && own >= minute && own < minute + slotMinutes && actorOf(one, 'Practitioner')?.id === doctor && (isOpen(one) || one.status === 'fulfilled' || one.status === 'noshow');
  });
}

/** Monday of the week. */
export const mondayOf = (date: string) => plus(date, -((weekday(date) + 6) % 7));

/**
 * The id of a new appointment: doctor, time and a number. Two terminals that take one place at the same moment make the
 * same id, and the server gives it to the first; the second is told (docs/reception.md).
 */
export function placeId(appointments: readonly Appointment[], doctor: string, date: string, minute: number): string {
  const stem = `a-${doctor.slice(0, 36)}-${date.replaceAll('-', '')}${clockOf(minute).replace(':', '')}`;
  const known = new Set(appointments.map((one) => one.id));
  for (let nth = 1; ; nth++) if (!known.has(`${stem}-${nth}`)) return `${stem}-${nth}`;
}

interface Booked { id: string; patient: { id: string; name: string }; doctor: { id: string; name: string }; date: string; minute: number; reason: string; now: string }

export function booking({ id, patient, doctor, date, minute, reason, now }: Booked): Appointment {
  return {
    resourceType: 'Appointment',
    id,
    status: 'booked',
    ...(reason !== '' && { description: reason, reasonCode: [{ text: reason }] }),
    start: startOf(date, minute),
    end: startOf(date, minute + slotMinutes),
    created: now,
    participant: [
      { actor: { reference: `Patient/${patient.id}`, display: patient.name }, status: 'accepted' },
      { actor: { reference: `Practitioner/${doctor.id}`, display: doctor.name }, status: 'accepted' },
    ],
  };
}

/** At another time, with another doctor; the Slot it had is no longer its own. */
export function rebooked(appointment: Appointment, doctor: { id: string; name: string }, date: string, minute: number): Appointment {
  const { slot: _slot, ...rest } = appointment;
  const others = (appointment.participant ?? []).filter((p) => !p.actor?.reference?.startsWith('Practitioner/'));
  return {
    ...rest,
    start: startOf(date, minute),
    end: startOf(date, minute + slotMinutes),
    participant: [...others, { actor: { reference: `Practitioner/${doctor.id}`, display: doctor.name }, status: 'accepted' }],
  } as Appointment;
}
