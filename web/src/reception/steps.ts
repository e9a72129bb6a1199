// Where in the house a patient is, from the appointment to the paid bill. Pure; docs/reception.md has the mapping.

import { stepUrl } from '../data/merge';
import type { Appointment, Encounter, Extension } from '../fhir/types';

/** In the order in which they stand on the board. */
export const steps = ['booked', 'arrived', 'interview', 'waiting', 'in-room', 'examination', 'payment', 'done'] as const;
export type Step = (typeof steps)[number];
/** A step of somebody who is there. */
export type Here = Exclude<Step, 'booked'>;

/** Encounter.status of each step: R4 knows fewer places than a clinic. */
export const statusOf: Record<Here, string> = {
  arrived: 'arrived', interview: 'arrived', waiting: 'triaged', 'in-room': 'in-progress', examination: 'in-progress', payment: 'finished', done: 'finished',
};
/** The step that a status means where nothing finer was written, or something that does not fit. */
const stepOfStatus: Record<string, Step> = {
  planned: 'booked', arrived: 'arrived', triaged: 'waiting', 'in-progress': 'in-room', onleave: 'examination', finished: 'done',
};

const own = (extensions: Extension[] | undefined) => extensions?.find((e) => e.url === stepUrl);
const part = (extension: Extension | undefined, name: string) => extension?.extension?.find((e) => e.url === name);

/** Nothing for a visit that was taken back. */
export function stepOf(visit: Pick<Encounter, 'status' | 'extension'>): Step | undefined {
  const word = part(own(visit.extension), 'step')?.valueCode as Here | undefined;
  if (word && statusOf[word] === visit.status) return word;
  return stepOfStatus[visit.status ?? ''];
}

/** Since when the patient is there, in ms. */
export function sinceOf(visit: Encounter): number {
  return Date.parse(part(own(visit.extension), 'since')?.valueDateTime ?? visit.period?.start ?? '') || 0;
}

/** The usual next step. Examination comes between only when somebody says so. */
export function nextStep(step: Step, firstVisit: boolean): Step | undefined {
  switch (step) {
    case 'booked': return 'arrived';
    case 'arrived': return firstVisit ? 'interview' : 'waiting';
    case 'interview': return 'waiting';
    case 'waiting': return 'in-room';
    case 'in-room': return 'payment';
    case 'examination': return 'payment';
    case 'payment': return 'done';
    case 'done': return undefined;
  }
}

/** Where the patient was before, else the step before in the order. */
export function previousStep(visit: Encounter): Step | undefined {
  const last = visit.statusHistory?.at(-1);
  const before = last && stepOf({ status: last.status, ...(last.extension && { extension: last.extension }) });
  if (before) return before;
  const step = stepOf(visit);
  return step && steps[steps.indexOf(step) - 1];
}

/** `2026-11-22T14:05:00+09:00`: Japan has one offset and no summer time. */
export function instant(now: number): string {
  return `${new Date(now + 9 * 3_600_000).toISOString().slice(0, 19)}+09:00`;
}

const stepExtension = (step: Here, since: string): Extension => ({
  url: stepUrl,
  extension: [{ url: 'step', valueCode: step }, { url: 'since', valueDateTime: since }],
});

/** The visit at another step. What was is kept in statusHistory, with its own step and time. */
export function moved(visit: Encounter, step: Here, now: number): Encounter {
  const at = instant(now);
  const others = (visit.extension ?? []).filter((e) => e.url !== stepUrl);
  const before = own(visit.extension);
  const was = { status: visit.status ?? 'unknown', period: { start: instant(sinceOf(visit) || now), end: at }, ...(before && { extension: [before] }) };
  const { end: _end, ...period } = visit.period ?? {};
  return {
    ...visit,
    status: statusOf[step],
    statusHistory: [...(visit.statusHistory ?? []), was],
    extension: [...others, stepExtension(step, at)],
    // The visit ends when care has ended; paying is not part of it.
    period: statusOf[step] === 'finished' ? { ...period, end: visit.period?.end ?? at } : period,
  };
}

/** Taken back at the desk: the patient was not received after all. */
export function withdrawn(visit: Encounter): Encounter {
  return { ...visit, status: 'cancelled', extension: (visit.extension ?? []).filter((e) => e.url !== stepUrl) };
}

/** As before a move; everything else as it is now. */
export function restored(now: Encounter, before: Encounter): Encounter {
  const { status: _s, statusHistory: _h, extension: _e, period: _p, ...rest } = now;
  const { status, statusHistory, extension, period } = before;
  return { ...rest, ...(status && { status }), ...(statusHistory && { statusHistory }), ...(extension && { extension }), ...(period && { period }) } as Encounter;
}

/** Appointment.status for a step, told only where it changes what others see: booked, here, kept. */
export function appointmentStatus(step: Step): string {
  if (step === 'booked') return 'booked';
  return step === 'payment' || step === 'done' ? 'fulfilled' : step === 'arrived' || step === 'interview' ? 'arrived' : 'checked-in';
}

export const isOpen = (appointment: Appointment) => ['booked', 'pending', 'proposed', 'arrived', 'checked-in'].includes(appointment.status ?? '');

/** How long somebody may wait, in minutes: then it is told by a sign. */
const patience: Partial<Record<Step, [caution: number, danger: number]>> = {
  arrived: [20, 40], interview: [20, 40], waiting: [20, 40], examination: [20, 40], payment: [10, 20],
};

/** Whole minutes, and whether that is long. */
export function wait(step: Step, from: number, now: number): { minutes: number; meaning: 'caution' | 'danger' | undefined } {
  const minutes = Math.max(0, Math.floor((now - from) / 60_000));
  const [caution, danger] = patience[step] ?? [Infinity, Infinity];
  return { minutes, meaning: minutes >= danger ? 'danger' : minutes >= caution ? 'caution' : undefined };
}
