// The day's visits and appointments with what is shown beside them: from the local store first, then from the server,
// and again whenever somebody has written one.

import { referenced } from '../fhir/read';
import type { Appointment, Communication, Coverage, Encounter, Location, Patient, Resource } from '../fhir/types';
import type { Named } from '../reception/acts';
import type { DayRecords } from '../reception/rows';
import type { Failure } from './answer';
import { changes, type Told } from './changes.svelte';
import { isOpen as isOpenMemo } from './chart';
import { connection } from './connection.svelte';
import { knownDoctors, refreshDoctors } from './doctors';
import { included, matches, search } from './fhir';
import { house, whileOpen, type LocalStore } from './local';
import type { Outbox } from './outbox.svelte';

/** As many as a clinic has in a day, with room. */
const rowsMax = '500';
/** Ids in one search: an address has a length. */
const idsMax = 60;

/** From midnight to midnight where the clinic is. */
export function during(parameter: string, from: string, days = 1): [string, string][] {
  const end = new Date(Date.parse(`${from}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
  return [[parameter, `ge${from}T00:00:00+09:00`], [parameter, `lt${end}T00:00:00+09:00`]];
}

export class Day implements DayRecords {
  visits = $state.raw<Encounter[]>([]);
  appointments = $state.raw<Appointment[]>([]);
  patients = $state.raw<ReadonlyMap<string, Patient>>(new Map());
  coverage = $state.raw<ReadonlyMap<string, Coverage[]>>(new Map());
  memos = $state.raw<ReadonlyMap<string, Communication[]>>(new Map());
  doctors = $state.raw<Named[]>([]);
  rooms = $state.raw<Named[]>([]);
  /** When the server last said so, ms. */
  at = $state<number | undefined>(undefined);
  failure = $state<Failure | undefined>(undefined);
  #round = 0;
  /** Readings of the local store begun, and the newest of them that is shown. */
  #begun = 0;
  #shown = 0;
  /** Writes of this device confirmed so far. */
  #confirmed = 0;

  constructor(
    private readonly store: LocalStore,
    private readonly outbox: Outbox,
    readonly date: string,
    private readonly onExpired: () => void,
  ) {}

  /** The list of this device that shows a visit created here before the server's list does. */
  get visitsKey(): string {
    return `${house}/${this.date}/visits`;
  }

  get appointmentsKey(): string {
    return `${house}/${this.date}/appointments`;
  }

  async open(): Promise<void> {
    await this.#reread();
    await Promise.all([this.refresh(undefined), this.#refreshHouse()]);
  }

  /** Keeps it fresh while it is on the screen; returns what stops that. */
  watch(): () => void {
    const shown = ['Encounter', 'Appointment', 'Patient', 'Coverage', 'Communication'];
    const again = (told: Told) => {
      if (told === undefined || shown.some((type) => told.has(type))) whileOpen(this.refresh(told));
    };
    const stops = [
      changes.on(again),
      connection.onRegained(() => again(undefined)),
      // A write of ours was confirmed: its stored form is here already.
      this.outbox.onStored(() => {
        this.#confirmed += 1;
        const read = this.#reread();
        whileOpen(read);
        return read;
      }),
    ];
    return () => stops.forEach((stop) => stop());
  }

  async #reread(): Promise<void> {
    const round = ++this.#begun;
    const [visits, appointments, patients, coverage, memos, doctors, rooms] = await Promise.all([
      this.#kept<Encounter>('visits'), this.#kept<Appointment>('appointments'), this.#kept<Patient>('patients'),
      this.#kept<Coverage>('coverage'), this.#kept<Communication>('memos'),
      knownDoctors(this.store), this.store.list<Location>(house, 'rooms'),
    ]);
    if (round < this.#shown) return;
    this.#shown = round;
    if (visits) this.visits = visits.resources;
    if (appointments) this.appointments = appointments.resources;
    if (patients) this.patients = byId(patients.resources);
    if (coverage) this.coverage = byPatient(coverage.resources, (c) => referenced(c.beneficiary, 'Patient'));
    if (memos) this.memos = byPatient(memos.resources.filter(isOpenMemo), (m) => referenced(m.subject, 'Patient'));
    if (doctors) this.doctors = doctors;
    if (rooms) this.rooms = roomsOf(rooms.resources);
    this.at ??= visits?.at;
  }

  #kept<T extends Resource>(section: string) {
    return this.store.list<T>(house, `${this.date}/${section}`);
  }

  async refresh(told: Told): Promise<void> {
    const round = ++this.#round;
    const confirmed = this.#confirmed;
    const [visits, appointments] = await Promise.all([
      search('Encounter', [...during('date', this.date), ['_include', 'Encounter:patient'], ['_count', rowsMax]]),
      search('Appointment', [...during('date', this.date), ['_include', 'Appointment:patient'], ['_count', rowsMax]]),
    ]);
    if (round !== this.#round) return;
    const failure = [visits, appointments].find((answer): answer is Failure => answer.kind !== 'ok');
    if (failure?.kind === 'expired') return this.onExpired();
    this.failure = failure;
    if (visits.kind !== 'ok' || appointments.kind !== 'ok') return;
    // Asked before a write of ours was there, answered after: it would put the older version in the place of the newer.
    if (confirmed !== this.#confirmed) return this.refresh(told);
    const patients = [...included<Patient>(visits.value), ...included<Patient>(appointments.value)];
    const known = new Set(this.patients.keys());
    const unknown = patients.some((p) => !known.has(p.id ?? ''));
    const at = Date.now();
    await Promise.all([
      this.#keep('visits', matches(visits.value), at),
      this.#keep('appointments', matches(appointments.value), at),
      this.#keep('patients', patients, at),
    ]);
    const ids = [...new Set(patients.map((p) => p.id ?? ''))];
    if (told === undefined || unknown || told.has('Coverage')) await this.#besides('coverage', 'Coverage', ids, []);
    if (told === undefined || unknown || told.has('Communication')) {
      await this.#besides('memos', 'Communication', ids, [['status', 'completed,in-progress']]);
    }
    if (round !== this.#round) return;
    await this.#reread();
    this.at = at;
  }

  /** What of other types belongs to the patients of the day. Not everybody may see it: then the board goes without. */
  async #besides(section: string, type: string, ids: string[], more: [string, string][]): Promise<void> {
    const found: Resource[] = [];
    for (let at = 0; at < ids.length; at += idsMax) {
      const answer = await search(type, [['patient', ids.slice(at, at + idsMax).join(',')], ...more, ['_count', rowsMax]]);
      if (answer.kind !== 'ok') return;
      found.push(...matches(answer.value));
    }
    await this.#keep(section, found, Date.now());
  }

  #keep(section: string, resources: Resource[], at: number): Promise<void> {
    const once = [...new Map(resources.map((r) => [r.id, r])).values()];
    return this.store.keepList(house, `${this.date}/${section}`, once, at);
  }

  async #refreshHouse(): Promise<void> {
    const rooms = async () => {
      const answer = await search('Location', [['status', 'active'], ['_count', '100']]);
      if (answer.kind === 'ok') await this.store.keepList(house, 'rooms', matches(answer.value), Date.now());
    };
    await Promise.all([refreshDoctors(this.store), rooms()]);
    await this.#reread();
  }
}

const byId = <T extends Resource>(resources: T[]) => new Map(resources.map((r) => [r.id ?? '', r]));

function byPatient<T>(resources: T[], patient: (resource: T) => string | undefined): Map<string, T[]> {
  const found = new Map<string, T[]>();
  for (const resource of resources) {
    const id = patient(resource);
    if (id !== undefined) found.set(id, [...(found.get(id) ?? []), resource]);
  }
  return found;
}

const roomsOf = (rooms: Location[]): Named[] => rooms.map((room) => ({ id: room.id ?? '', name: room.name ?? '' }));
