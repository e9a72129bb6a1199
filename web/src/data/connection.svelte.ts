// Whether the server answers. Every request reports here, and a light question is asked while nobody else does.

import type { Answer } from './answer';

export type Line =
  /** The server answers and reaches the world outside. */
  | 'online'
  /** The clinic's server answers, the line outside is down: charts work, claims and eligibility wait. */
  | 'local'
  /** The server does not answer: what was opened before can be read, writes wait here. */
  | 'offline';

class Connection {
  line = $state<Line>('online');
  /** Since when, ms. */
  since = $state(Date.now());
  #regained = new Set<() => void>();
  /** Told at once when the line breaks, whoever noticed it. */
  onLost: () => void = () => undefined;

  /** Runs `action` each time the server answers again, until the returned function is called. */
  onRegained(action: () => void): () => void {
    this.#regained.add(action);
    return () => this.#regained.delete(action);
  }

  report(line: Line): void {
    if (line === this.line) return;
    const wasOffline = this.line === 'offline';
    this.line = line;
    this.since = Date.now();
    if (line === 'offline') this.onLost();
    if (wasOffline) for (const action of this.#regained) action();
  }

  /** What an answer says about the line: any status at all means that the server is there. */
  heard(answer: Answer<unknown>): void {
    if (answer.kind === 'unreachable') this.report('offline');
    else if (this.line === 'offline') this.report('online');
  }
}

export const connection = new Connection();

const quietMs = 15_000;
const searchingMs = 4_000;
/** Most breaks are one lost answer: asked again soon. */
const doubtMs = 1_000;

/** Asks `ask` regularly while the page is seen, sooner when the line is down. Returns what stops it. */
export function watch(ask: () => Promise<Line>): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let stopped = false;
  const round = async () => {
    clearTimeout(timer);
    if (document.visibilityState === 'visible') connection.report(await ask());
    clearTimeout(timer);
    if (!stopped) timer = setTimeout(round, connection.line === 'offline' ? searchingMs : quietMs);
  };
  connection.onLost = () => {
    clearTimeout(timer);
    timer = setTimeout(round, doubtMs);
  };
  const soon = () => void round();
  const events: [EventTarget, string][] = [[window, 'online'], [window, 'offline'], [document, 'visibilitychange']];
  for (const [target, name] of events) target.addEventListener(name, soon);
  soon();
  return () => {
    stopped = true;
    connection.onLost = () => undefined;
    clearTimeout(timer);
    for (const [target, name] of events) target.removeEventListener(name, soon);
  };
}
