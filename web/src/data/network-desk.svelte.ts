// What somebody is doing to the declared network: what the server holds, and a draft of it with its undo.

import type { Failure } from './answer';
import * as api from './network';
import { Steps } from './steps';

export type Standing = 'opening' | 'refused' | 'failed' | 'empty' | 'ready';

/** How an edit ended. `refused` says what to correct. */
export type Edited = { kind: 'done' } | { kind: 'refused'; problems: api.Trouble[] } | { kind: 'failed'; failure: Failure };

export class NetworkDesk {
  standing = $state<Standing>('opening');
  mayChange = $state(false);
  /** The newest version the server holds. */
  number = $state<number | undefined>(undefined);
  foreign = $state(false);
  /** As the server holds it; nothing while nothing is declared. */
  saved = $state.raw<api.Draft | undefined>(undefined);
  draft = $state.raw<api.Draft | undefined>(undefined);
  /** The draft as it could be read last. */
  view = $state.raw<api.View | undefined>(undefined);
  /** Somebody else has saved since. */
  conflict = $state(false);
  /** What was said last, to be read once. */
  said = $state.raw<string | undefined>(undefined);
  #isFresh = false;
  /** Of what the server holds. */
  tag: string | undefined;
  #steps = $state.raw(new Steps<string>());

  constructor(private readonly onExpired: () => void) {}

  get changed(): boolean {
    return this.draft !== undefined && this.draft.text !== this.saved?.text;
  }

  get canUndo(): boolean {
    return this.#steps.canUndo;
  }

  get canRedo(): boolean {
    return this.#steps.canRedo;
  }

  say(said: string): void {
    this.said = said;
    this.#isFresh = true;
  }

  /** Somebody went to another screen: what was said before that is old. */
  turn(): void {
    if (!this.#isFresh) this.said = undefined;
    this.#isFresh = false;
  }

  async open(): Promise<void> {
    const answer = await api.read();
    if (answer.kind === 'expired') return this.onExpired();
    if (answer.kind === 'ok') return this.#take(answer.value, answer.version);
    this.standing = answer.kind === 'refused' && answer.status === 403 ? 'refused' : 'failed';
  }

  /** Makes an edit in the draft. */
  async edit(edit: api.Edit): Promise<Edited> {
    return this.#next(this.draft?.text ?? '', edit);
  }

  /** Takes a whole text as the draft, also one that is no clinic: its problems are shown by line. */
  async write(text: string): Promise<Edited> {
    return this.#next(text);
  }

  async undo(): Promise<void> {
    await this.#back(this.#steps.undo(this.draft?.text ?? ''));
  }

  async redo(): Promise<void> {
    await this.#back(this.#steps.redo(this.draft?.text ?? ''));
  }

  /** Throws the draft away; that can be undone. */
  async drop(): Promise<void> {
    if (this.saved) await this.write(this.saved.text);
    else this.#clear();
  }

  async save(why: string): Promise<Failure | undefined> {
    if (!this.draft) return undefined;
    const answer = await api.save({ text: this.draft.text, why }, this.tag);
    if (answer.kind === 'expired') this.onExpired();
    if (answer.kind === 'conflict') this.conflict = true;
    if (answer.kind !== 'ok') return answer;
    this.#steps = new Steps();
    this.#take(answer.value, answer.version);
    return undefined;
  }

  /** After somebody else has saved: the draft stays, and is held against what they saved. */
  async compare(): Promise<void> {
    const mine = this.draft?.text;
    const answer = await api.read();
    if (answer.kind !== 'ok' || mine === undefined) return;
    this.#take(answer.value, answer.version);
    await this.write(mine);
  }

  #take({ declared, may_change }: api.Network, tag: string | undefined): void {
    this.mayChange = may_change;
    this.conflict = false;
    this.tag = tag;
    this.saved = declared?.draft;
    this.number = declared?.number ?? undefined;
    this.foreign = declared?.foreign ?? false;
    if (this.saved) this.#show(this.saved);
    else this.#clear();
  }

  #clear(): void {
    this.draft = undefined;
    this.view = undefined;
    this.standing = 'empty';
  }

  #show(draft: api.Draft): void {
    this.draft = draft;
    this.view = draft.view ?? this.view;
    this.standing = 'ready';
  }

  async #next(text: string, edit?: api.Edit): Promise<Edited> {
    const before = this.draft?.text;
    const answer = await api.draft(text, edit);
    if (answer.kind === 'expired') this.onExpired();
    if (answer.kind !== 'ok') return { kind: 'failed', failure: answer };
    if (answer.value.refused.length > 0) return { kind: 'refused', problems: answer.value.refused };
    if (before !== undefined && before !== answer.value.text) this.#steps = this.#steps.after(before);
    this.#show(answer.value);
    return answer.value.problems.length > 0 ? { kind: 'refused', problems: answer.value.problems } : { kind: 'done' };
  }

  async #back(step: { to: string; steps: Steps<string> } | undefined): Promise<void> {
    if (!step) return;
    const answer = await api.draft(step.to);
    if (answer.kind === 'expired') this.onExpired();
    if (answer.kind !== 'ok') return;
    this.#steps = step.steps;
    this.#show(answer.value);
  }
}
