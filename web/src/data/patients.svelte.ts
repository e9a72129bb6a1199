// Finding patients: on this device at once, on the server as soon as it answers.

import { answers, rank, searchParameters, understand, type Question } from '../find/understand';
import { findable } from '../fhir/patient';
import type { Patient } from '../fhir/types';
import type { Failure } from './answer';
import { closedCharts, type ClosedChart } from './charts';
import { merged, type Row } from './found';
import { matches, search } from './fhir';
import type { LocalStore } from './local';

/** Typing pauses this long before the server is asked. */
const pauseMs = 120;
const rowsMax = 30;

export class Finder {
  questions = $state.raw<Question[]>([]);
  rows = $state.raw<Row[]>([]);
  /** People whose charts are closed: they are in no answer of a search, and come after all others. */
  closed = $state.raw<ClosedChart[]>([]);
  asking = $state(false);
  failure = $state<Failure | undefined>(undefined);
  /** The server has answered for the present text. */
  complete = $state(false);
  /** A hand is on the list: nothing moves. */
  held = false;
  #round = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #here: Patient[] | undefined;

  constructor(
    private readonly store: LocalStore,
    private readonly onExpired: () => void,
    private readonly mayOpenClosed: boolean,
  ) {}

  /** The text has changed. */
  async ask(typed: string, today: string): Promise<void> {
    const round = ++this.#round;
    clearTimeout(this.#timer);
    this.questions = understand(typed, today);
    this.failure = undefined;
    this.complete = false;
    this.held = false;
    if (this.questions.length === 0) {
      this.rows = [];
      this.closed = [];
      this.asking = false;
      return;
    }
    this.asking = true;
    this.#timer = setTimeout(() => void this.#askServer(round), pauseMs);
    this.#here ??= await this.store.all<Patient>('Patient');
    if (round !== this.#round) return;
    const here = this.#here.filter((patient) => this.questions.some((q) => answers(findable(patient), q)));
    this.rows = this.#ranked(here).slice(0, rowsMax).map((patient) => ({ patient, late: false }));
  }

  /** Best first; equals stay in the order given, which is the server's. */
  #ranked(patients: Patient[]): Patient[] {
    const ranks = new Map(patients.map((patient) => [patient, rank(findable(patient), this.questions)]));
    return [...patients].sort((a, b) => ranks.get(a)! - ranks.get(b)!);
  }

  clear(): void {
    this.#here = undefined;
    void this.ask('', '');
  }

  async #askServer(round: number): Promise<void> {
    const asked = this.questions.map((question) => search('Patient', [...searchParameters(question), ['_count', String(rowsMax)]]));
    const closed = this.mayOpenClosed ? this.#askClosed() : Promise.resolve([]);
    const [found, closedCharts] = await Promise.all([Promise.all(asked), closed]);
    if (round !== this.#round) return;
    this.asking = false;
    const failure = found.find((answer) => answer.kind !== 'ok');
    if (failure?.kind === 'expired') return this.onExpired();
    this.failure = failure;
    this.complete = failure === undefined;
    const patients = found.flatMap((answer) => (answer.kind === 'ok' ? matches<Patient>(answer.value) : []));
    this.rows = merged(this.rows, this.#ranked(patients), this.held, this.complete).slice(0, rowsMax);
    if (!this.held || this.closed.length === 0) this.closed = closedCharts;
  }

  /** By what is told of them: a telephone number is not. What fails here is said by the search beside it. */
  async #askClosed(): Promise<ClosedChart[]> {
    const sought = this.questions.filter((question) => question.every((reading) => reading.kind !== 'telephone'));
    const found = await Promise.all(sought.map((question) => closedCharts(searchParameters(question))));
    const all = found.flatMap((answer) => (answer.kind === 'ok' ? answer.value : []));
    return [...new Map(all.map((chart) => [chart.patient, chart])).values()];
  }
}
