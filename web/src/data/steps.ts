// Undo and redo over whole states. A value: each act gives a new one.

const STEPS_MAX = 50;

export class Steps<T> {
  constructor(
    private readonly past: readonly T[] = [],
    private readonly future: readonly T[] = [],
  ) {}

  get canUndo(): boolean {
    return this.past.length > 0;
  }

  get canRedo(): boolean {
    return this.future.length > 0;
  }

  /** Something new was done; `before` is how it was. What was undone cannot be redone any more. */
  after(before: T): Steps<T> {
    return new Steps([...this.past, before].slice(-STEPS_MAX));
  }

  undo(now: T): { to: T; steps: Steps<T> } | undefined {
    const to = this.past.at(-1);
    return to === undefined ? undefined : { to, steps: new Steps(this.past.slice(0, -1), [now, ...this.future]) };
  }

  redo(now: T): { to: T; steps: Steps<T> } | undefined {
    const to = this.future[0];
    return to === undefined ? undefined : { to, steps: new Steps([...this.past, now], this.future.slice(1)) };
  }
}
