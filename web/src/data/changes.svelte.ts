// What others have written, told to the screens that show it: they then ask for it as for anything else.

import { untrack } from 'svelte';
import { changesAfter } from './api';
import { connection } from './connection.svelte';

/** The types written, or nothing when it is not known which. */
export type Told = ReadonlySet<string> | undefined;

/** A page nobody touches stops asking, or its session would never end by itself. */
const awakeMs = 20 * 60_000;
const pauseMs = 3_000;

class Changes {
  #listeners = new Set<(told: Told) => void>();
  #running = false;
  #after: number | undefined;
  #touched = Date.now();

  /** Runs `action` after each change, until the returned function is called. */
  on(action: (told: Told) => void): () => void {
    this.#listeners.add(action);
    // Begun inside a screen's effect, which must not begin anew when the line changes.
    if (!this.#running) untrack(() => void this.#run());
    return () => this.#listeners.delete(action);
  }

  async #run(): Promise<void> {
    this.#running = true;
    const touched = () => (this.#touched = Date.now());
    const events = ['pointerdown', 'keydown', 'visibilitychange'] as const;
    for (const event of events) document.addEventListener(event, touched, { passive: true, capture: true });
    // What was asked for before the first count was known may be older than it.
    let missed = this.#after === undefined;
    while (this.#listeners.size > 0) {
      if (!this.#isAwake() || connection.line === 'offline') {
        missed = true;
        await this.#rest();
        continue;
      }
      const answer = await changesAfter(missed ? undefined : this.#after);
      if (answer.kind === 'ok') {
        this.#after = answer.value.count;
        if (missed || answer.value.types.length > 0) this.#tell(missed ? undefined : new Set(answer.value.types));
        missed = false;
      } else {
        missed = true;
        // Whoever asks next for a record learns that the session is over.
        if (answer.kind === 'expired') this.#tell(undefined);
        await this.#rest();
      }
    }
    for (const event of events) document.removeEventListener(event, touched, { capture: true });
    this.#running = false;
  }

  #isAwake(): boolean {
    return document.visibilityState === 'visible' && Date.now() - this.#touched < awakeMs;
  }

  #rest(): Promise<void> {
    return new Promise((done) => setTimeout(done, pauseMs));
  }

  #tell(told: Told): void {
    for (const action of this.#listeners) action(told);
  }
}

export const changes = new Changes();
