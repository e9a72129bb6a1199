// Stale while revalidate: what is here at once, what the server says as soon as it does, and how old what is shown is.

import type { Resource } from '../fhir/types';
import type { Failure } from './answer';
import { fetchSection, type Section } from './chart';
import type { LocalStore } from './local';

/** One section of one chart, as a screen shows it. */
export class Live<T extends Resource> {
  resources = $state.raw<T[]>([]);
  /** When the server last said so, ms; nothing was ever here when undefined. */
  at = $state<number | undefined>(undefined);
  /** A question to the server is open. */
  asking = $state(false);
  /** Why the last one failed. */
  failure = $state<Failure | undefined>(undefined);
  #round = 0;

  constructor(
    readonly store: LocalStore,
    readonly patient: string,
    readonly section: Section,
    private readonly onExpired: () => void,
  ) {}

  /** Shows what is here, then asks. */
  async open(): Promise<void> {
    await this.reread();
    await this.refresh();
  }

  async reread(): Promise<void> {
    const kept = await this.store.list<T>(this.patient, this.section);
    if (!kept) return;
    this.resources = kept.resources;
    this.at = kept.at;
  }

  async refresh(): Promise<void> {
    const round = ++this.#round;
    this.asking = true;
    const answer = await fetchSection(this.patient, this.section);
    // A later question, or a write since, makes this answer old news.
    if (round !== this.#round) return;
    this.asking = false;
    if (answer.kind === 'expired') return this.onExpired();
    this.failure = answer.kind === 'ok' ? undefined : answer;
    if (answer.kind !== 'ok') return;
    const at = Date.now();
    await this.store.keepList(this.patient, this.section, answer.value, at);
    if (round !== this.#round) return;
    this.resources = answer.value as T[];
    this.at = at;
  }
}
