// A chart on the screen: the patient and each section, all from the local store first.

import type {
  AllergyIntolerance, Appointment, Communication, Condition, Coverage, Encounter, Flag, MedicationRequest, Observation, Patient,
} from '../fhir/types';
import { connection } from './connection.svelte';
import * as fhir from './fhir';
import { Live } from './live.svelte';
import type { LocalStore } from './local';
import type { Section } from './chart';

export type Standing =
  | 'opening' | 'open'
  /** Not kept on this device, and the server cannot be asked. */
  | 'notHere'
  | 'missing' | 'refused';

export class OpenChart {
  standing = $state<Standing>('opening');
  patient = $state.raw<Patient | undefined>(undefined);
  /** Every section has something to show, or a reason not to: the page can be laid out without moving again. */
  settled = $state(false);

  readonly allergies: Live<AllergyIntolerance>;
  readonly flags: Live<Flag>;
  readonly problems: Live<Condition>;
  readonly medications: Live<MedicationRequest>;
  readonly visits: Live<Encounter>;
  readonly results: Live<Observation>;
  readonly vitals: Live<Observation>;
  readonly appointments: Live<Appointment>;
  readonly coverage: Live<Coverage>;
  readonly memos: Live<Communication>;
  readonly #sections: Live<never>[] = [];

  constructor(
    private readonly store: LocalStore,
    readonly id: string,
    private readonly onExpired: () => void,
  ) {
    this.allergies = this.#section('allergies');
    this.flags = this.#section('flags');
    this.problems = this.#section('problems');
    this.medications = this.#section('medications');
    this.visits = this.#section('visits');
    this.results = this.#section('results');
    this.vitals = this.#section('vitals');
    this.appointments = this.#section('appointments');
    this.coverage = this.#section('coverage');
    this.memos = this.#section('memos');
  }

  /** When the oldest section on the screen was so, ms. */
  get at(): number | undefined {
    const times = this.#sections.map((section) => section.at).filter((at) => at !== undefined);
    return times.length > 0 ? Math.min(...times) : undefined;
  }

  #section<T extends Live<never>>(section: Section): T {
    const live = new Live<never>(this.store, this.id, section, this.onExpired);
    this.#sections.push(live);
    return live as T;
  }

  /** What is here at once; then the server. */
  async open(): Promise<void> {
    this.patient = await this.store.resource<Patient>(`Patient/${this.id}`);
    await Promise.all(this.#sections.map((section) => section.reread()));
    if (this.patient) {
      this.standing = 'open';
      this.settled = this.#sections.every((section) => section.at !== undefined);
      await this.store.opened(this.id, Date.now());
    }
    await this.refresh();
  }

  async refresh(): Promise<void> {
    const patient = this.#refreshPatient();
    const sections = this.#sections.map((section) => section.refresh());
    await Promise.allSettled([patient, ...sections]);
    // There is no such chart for whoever is signed in: then not on this device either. Last, since each section keeps
    // what it was answered.
    if (this.standing === 'missing' || this.standing === 'refused') await this.store.forgetChart(this.id);
    this.settled = true;
  }

  async #refreshPatient(): Promise<void> {
    const answer = await fhir.read<Patient>('Patient', this.id);
    switch (answer.kind) {
      case 'ok':
        await this.store.keep(this.id, [answer.value]);
        if (!this.patient) await this.store.opened(this.id, Date.now());
        this.patient = answer.value;
        this.standing = 'open';
        return;
      case 'expired':
        return this.onExpired();
      case 'refused':
        this.patient = undefined;
        this.settled = false;
        this.standing = answer.status === 403 ? 'refused' : 'missing';
        return;
      default:
        if (!this.patient) this.standing = 'notHere';
    }
  }

  /** Keeps it fresh while it is on the screen; returns what stops that. */
  watch(): () => void {
    const again = () => {
      if (document.visibilityState === 'visible' && connection.line !== 'offline') void this.refresh();
    };
    const stopRegained = connection.onRegained(again);
    document.addEventListener('visibilitychange', again);
    return () => {
      stopRegained();
      document.removeEventListener('visibilitychange', again);
    };
  }
}
