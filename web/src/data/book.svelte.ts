// The appointment book for some days: from the local store first, then the server, and again whenever somebody writes.

import type { Appointment, PractitionerRole } from '../fhir/types';
import type { Named } from '../reception/acts';
import type { Failure } from './answer';
import { changes } from './changes.svelte';
import { connection } from './connection.svelte';
import { during } from './day.svelte';
import { knownDoctors, refreshDoctors } from './doctors';
import { matches, search } from './fhir';
import { house, whileOpen, type LocalStore } from './local';
import type { Outbox } from './outbox.svelte';
import { overlay, type Shown } from './overlay';

/** A week of a busy clinic, with room. */
const rowsMax = '1000';

export class Book {
  #confirmed = $state.raw<Appointment[]>([]);
  roles = $state.raw<ReadonlyMap<string, PractitionerRole>>(new Map());
  doctors = $state.raw<Named[]>([]);
  at = $state<number | undefined>(undefined);
  failure = $state<Failure | undefined>(undefined);
  #round = 0;

  constructor(
    private readonly store: LocalStore,
    private readonly outbox: Outbox,
    readonly from: string,
    readonly days: number,
    private readonly onExpired: () => void,
  ) {}

  get section(): string {
    return `book/${this.from}-${this.days}`;
  }

  /** All of these days as written here or confirmed. */
  get shown(): Shown<Appointment>[] {
    return overlay(this.#confirmed, this.outbox.mine().filter((entry) => entry.resource.resourceType === 'Appointment'));
  }

  async open(): Promise<void> {
    await this.#reread();
    await refreshDoctors(this.store);
    await this.refresh();
  }

  watch(): () => void {
    const again = () => whileOpen(this.refresh());
    const stops = [
      changes.on((told) => (told === undefined || told.has('Appointment')) && again()),
      connection.onRegained(again),
      this.outbox.onStored(() => {
        const read = this.#reread();
        whileOpen(read);
        return read;
      }),
    ];
    return () => stops.forEach((stop) => stop());
  }

  async #reread(): Promise<void> {
    const [kept, doctors] = await Promise.all([this.store.list<Appointment>(house, this.section), knownDoctors(this.store)]);
    if (kept) this.#confirmed = kept.resources;
    this.at ??= kept?.at;
    if (!doctors) return;
    this.roles = new Map(doctors.map(({ id, role }) => [id, role]));
    this.doctors = doctors;
  }

  async refresh(): Promise<void> {
    const round = ++this.#round;
    const answer = await search('Appointment', [...during('date', this.from, this.days), ['_count', rowsMax]]);
    if (round !== this.#round) return;
    if (answer.kind === 'expired') return this.onExpired();
    this.failure = answer.kind === 'ok' ? undefined : answer;
    if (answer.kind !== 'ok') return;
    await this.store.keepList(house, this.section, matches(answer.value), Date.now());
    await this.#reread();
    this.at = Date.now();
  }
}
