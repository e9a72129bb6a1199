// What every screen behind the sign-in works with.

import { createContext } from 'svelte';
import type { Session } from '../data/api';
import type { LocalStore } from '../data/local';
import type { Outbox } from '../data/outbox.svelte';

export interface Desk {
  session: Session;
  store: LocalStore;
  outbox: Outbox;
  /** Set by the screen that is open: puts what is being written where it is safe, before somebody leaves. */
  leave: { first: () => Promise<void> };
}

export const [desk, setDesk] = createContext<Desk>();
