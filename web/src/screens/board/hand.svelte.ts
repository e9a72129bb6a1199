// What the hand does on the board: each act is one write or two into the queue, can be undone, and says what it did.

import type { Day } from '../../data/day.svelte';
import type { Outbox } from '../../data/outbox.svelte';
import type { Appointment, Encounter, Patient, Resource } from '../../fhir/types';
import { arrival, assigned, purposed, renumbered, roomed, visitId, type Named } from '../../reception/acts';
import { current, nextTicket, type Row } from '../../reception/rows';
import { appointmentStatus, moved, previousStep, restored, withdrawn, type Here, type Step } from '../../reception/steps';
import { reception } from '../../text/reception';
import { say } from '../../text/say';

interface Done { words: string; undo: () => Promise<void> }

export interface NewVisit { patientId: string; patient: Patient | undefined; purpose: string; first: boolean; doctor: Named | undefined }

export class Hand {
  /** The last act, until it is undone or another follows. */
  done = $state.raw<Done | undefined>(undefined);
  failed = $state(false);

  constructor(
    private readonly day: Day,
    private readonly outbox: Outbox,
  ) {}

  /** To any step; to `booked` takes the visit back. */
  async move(row: Row, step: Step): Promise<void> {
    if (step === row.step) return;
    if (!row.visit) return this.#receive(row, step);
    if (step === 'booked') return row.appointment ? this.withdraw(row) : undefined;
    await this.#do(say(reception).didMove(row.name, say(reception).step[step]), async () => {
      await this.#write(row, moved(row.visit!.resource, step, Date.now()));
      await this.#follow(row, step);
    }, () => this.#back(row));
  }

  async next(row: Row, step: Step | undefined): Promise<void> {
    if (step) await this.move(row, step);
  }

  async previous(row: Row): Promise<void> {
    const step = row.visit && previousStep(row.visit.resource);
    if (step && !(step === 'booked' && !row.appointment)) await this.move(row, step);
  }

  assign(row: Row, doctor: Named | undefined): Promise<void> {
    const words = say(reception);
    return this.#change(row, words.didAssign(row.name, doctor?.name ?? words.noDoctor), (visit) => assigned(visit, doctor));
  }

  room(row: Row, room: Named | undefined): Promise<void> {
    const words = say(reception);
    return this.#change(row, words.didAssign(row.name, room?.name ?? words.noRoom), (visit) => roomed(visit, room));
  }

  purpose(row: Row, purpose: string): Promise<void> {
    return this.#change(row, '', (visit) => purposed(visit, purpose.trim()));
  }

  renumber(row: Row): Promise<void> {
    return this.#change(row, '', (visit) => renumbered(visit, this.day.date, this.#ticket()));
  }

  async withdraw(row: Row): Promise<void> {
    await this.#do(say(reception).didCancel(row.name), async () => {
      await this.#write(row, withdrawn(row.visit!.resource));
      await this.#follow(row, 'booked');
    }, () => this.#back(row));
  }

  async noShow(row: Row): Promise<void> {
    const appointment = row.appointment?.resource;
    if (!appointment) return;
    await this.#do(say(reception).didNoShow(row.name), () => this.#status(appointment.id!, 'noshow', row.patientId), () => this.#status(appointment.id!, appointment.status ?? 'booked', row.patientId));
  }

  /** Somebody without an appointment has come. */
  async walkIn(coming: NewVisit, register?: Patient): Promise<void> {
    const ticket = this.#ticket();
    const id = crypto.randomUUID();
    const visit = arrival({ ...coming, id, ticket, date: this.day.date, now: Date.now() });
    const name = visit.subject?.display ?? '';
    await this.#do(say(reception).didReceive(name, ticket), async () => {
      if (register) await this.outbox.add(coming.patientId, register, null, { lists: [this.day.visitsKey.replace('visits', 'patients')] });
      await this.outbox.add(coming.patientId, visit, null, { lists: [this.day.visitsKey] });
    }, () => this.#rewrite(visit, withdrawn));
  }

  async #receive(row: Row, step: Step): Promise<void> {
    const appointment = row.appointment?.resource;
    if (!appointment || step === 'booked') return;
    const id = visitId(appointment);
    const ticket = this.#ticket();
    const words = say(reception);
    const before = this.#all().visits.find(({ resource }) => resource.id === id);
    const fresh = arrival({
      id, patientId: row.patientId, patient: row.patient, purpose: row.purpose, first: row.first, doctor: row.doctor, ticket, date: this.day.date, now: Date.now(),
    });
    const visit: Encounter = { ...fresh, appointment: [{ reference: `Appointment/${appointment.id}` }] };
    const placed = step === 'arrived' ? visit : moved(visit, step as Here, Date.now());
    await this.#do(words.didReceive(row.name, ticket), async () => {
      // Received before and taken back: the same visit goes on.
      if (before) await this.#put(row.patientId, { ...placed, meta: before.resource.meta ?? {} }, before);
      else await this.outbox.add(row.patientId, placed, null, { lists: [this.day.visitsKey] });
      await this.#follow(row, step);
    }, async () => {
      await this.#rewrite(visit, withdrawn);
      await this.#status(appointment.id!, 'booked', row.patientId);
    });
  }

  #change(row: Row, words: string, to: (visit: Encounter) => Encounter): Promise<void> {
    const before = row.visit?.resource;
    if (!before) return Promise.resolve();
    return this.#do(words, () => this.#write(row, to(before)), () => this.#rewrite(before, (now) => ({
      ...now,
      ...pick(before, ['participant', 'location', 'reasonCode', 'identifier']),
    }) as Encounter));
  }

  /** As before the act, on top of what stands there now. */
  async #back(row: Row): Promise<void> {
    const before = row.visit!.resource;
    await this.#rewrite(before, (now) => restored(now, before));
    await this.#follow(row, row.step);
  }

  async #rewrite(visit: Encounter, to: (now: Encounter) => Encounter): Promise<void> {
    const now = this.#all().visits.find(({ resource }) => resource.id === visit.id);
    if (now) await this.#put(visit.subject?.reference?.split('/')[1] ?? '', to(now.resource), now);
  }

  #write(row: Row, visit: Encounter): Promise<unknown> {
    return this.#put(row.patientId, visit, row.visit!);
  }

  #put(patientId: string, resource: Resource, shown: { resource: Resource; entry: { base: string | null } | undefined }): Promise<unknown> {
    const base = shown.entry ? shown.entry.base : (shown.resource.meta?.versionId ?? null);
    return this.outbox.add(patientId, resource, base, { before: shown.resource });
  }

  /** The appointment tells others what has become of it, where that has changed. */
  async #follow(row: Row, step: Step): Promise<void> {
    const appointment = row.appointment?.resource;
    const status = appointmentStatus(step);
    if (appointment) await this.#status(appointment.id!, status, row.patientId);
  }

  async #status(id: string, status: string, patientId: string): Promise<void> {
    const shown = this.#all().appointments.find(({ resource }) => resource.id === id);
    if (shown && shown.resource.status !== status) await this.#put(patientId, { ...shown.resource, status } as Appointment, shown);
  }

  #all() {
    return current(this.day, this.outbox.mine());
  }

  #ticket(): number {
    return nextTicket(this.#all().visits.map(({ resource }) => resource));
  }

  async #do(words: string, act: () => Promise<unknown>, undo: () => Promise<void>): Promise<void> {
    try {
      await act();
      this.failed = false;
      this.done = { words, undo };
    } catch {
      this.failed = true;
    }
  }

  async undo(): Promise<void> {
    const last = this.done;
    this.done = undefined;
    await last?.undo();
  }
}

function pick(from: Encounter, members: (keyof Encounter)[]): Partial<Encounter> {
  return Object.fromEntries(members.map((member) => [member, from[member]]));
}
