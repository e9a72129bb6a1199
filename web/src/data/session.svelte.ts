// Who is signed in, and what is left behind when nobody is.

import * as api from './api';
import type { Answer } from './answer';
import { connection, watch } from './connection.svelte';
import { destroyDatabase } from './database';
import { LocalStore } from './local';
import { Outbox } from './outbox.svelte';

/** What the sign-in page has to say first. `owed`: left, and the server has still to be told. */
export type Why = 'fresh' | 'expired' | 'left' | 'owed';

export type Place =
  | { kind: 'starting' }
  /** `why` tells the sign-in page what has happened. */
  | { kind: 'signedOut'; why: Why }
  | { kind: 'signedIn'; session: api.Session; store: LocalStore; outbox: Outbox }
  /** The browser refuses to keep data (private mode, full disk, a newer page in another tab). */
  | { kind: 'unusable'; reason: string };

const channel = new BroadcastChannel('komainu-session');
/** Signed out while the server could not be told: tell it before anything else. Holds no name. */
const owedKey = 'komainu-sign-out-owed';
const isOwed = () => localStorage.getItem(owedKey) !== null;
/** Says to the next page that somebody has just left. */
const leftHash = '#left';

class SessionHolder {
  place = $state<Place>({ kind: 'starting' });
  #stopWatch: (() => void) | undefined;

  /** At the start of the page: what this device knows, then what the server says. */
  async start(): Promise<void> {
    channel.onmessage = () => location.replace('/');
    this.#stopWatch?.();
    this.#stopWatch = watch(api.askLine);
    const left = location.hash === leftHash;
    if (left) history.replaceState(null, '', '/');
    if (isOwed() && !(await this.#payOwed())) {
      this.place = { kind: 'signedOut', why: 'owed' };
      const stop = connection.onRegained(() => void this.#payOwed().then((paid) => paid && stop()));
      return;
    }
    const store = await this.#openStore();
    if (!store) return;
    const known = await store.session<api.Session>().catch(() => undefined);
    if (known) await this.#enter(known, store);
    const answer = await api.currentSession();
    if (answer.kind === 'ok') {
      if (known?.user === answer.value.user) return store.keepSession(answer.value);
      // Someone else has signed in elsewhere in this browser: nothing of the first may stay.
      if (known) await store.forgetCharts();
      await this.#enter(answer.value, store);
    } else if (answer.kind === 'expired') {
      await this.expired(known ? 'expired' : left ? 'left' : 'fresh');
    } else if (!known) {
      store.close();
      this.place = { kind: 'signedOut', why: 'fresh' };
    }
  }

  /** What is still missing when the password alone does not suffice; nothing when somebody is signed in. */
  async signIn(user: string, password: string): Promise<Answer<api.SecondStep['missing'] | undefined>> {
    return this.signInBy(() => api.signIn(user, password));
  }

  /** The same, however somebody proves who they are. */
  async signInBy(prove: () => Promise<Answer<api.Session | api.SecondStep>>): Promise<Answer<api.SecondStep['missing'] | undefined>> {
    // A sign-out still owed would end the new session instead of the old.
    if (isOwed() && !(await this.#payOwed())) return { kind: 'unreachable' };
    const answer = await prove();
    if (answer.kind !== 'ok') return answer;
    if ('missing' in answer.value) return { ...answer, value: answer.value.missing };
    await this.enter(answer.value);
    return { ...answer, value: undefined };
  }

  /** Begins work for somebody the server has let in. */
  async enter(session: api.Session): Promise<void> {
    const store = await this.#openStore();
    if (store) await this.#enter(session, store);
  }

  /** The server no longer knows us: charts go, unsent writes stay sealed until their writer is back. */
  async expired(why: Why = 'expired'): Promise<void> {
    const place = this.place;
    this.place = { kind: 'signedOut', why };
    const store = place.kind === 'signedIn' ? place.store : await this.#openStore();
    if (place.kind === 'signedIn') place.outbox.close();
    if (!store) return;
    await store.forgetCharts();
    store.close();
  }

  /** Leaves nothing on this device, and tells the server and the other tabs. */
  async signOut(): Promise<void> {
    const place = this.place;
    this.place = { kind: 'starting' };
    this.#stopWatch?.();
    if (place.kind === 'signedIn') {
      place.outbox.close();
      place.store.close();
    }
    localStorage.setItem(owedKey, '1');
    channel.postMessage('left');
    await destroyDatabase();
    // The built files hold no patient. They stay where the server cannot give them again, to say how things stand.
    if (await this.#payOwed()) for (const name of await caches.keys()) await caches.delete(name);
    // A fresh start: nothing of the session stays in this page's memory.
    history.replaceState(null, '', `/${leftHash}`);
    location.reload();
  }

  async #payOwed(): Promise<boolean> {
    const answer = await api.endSession();
    const paid = answer.kind === 'ok' || answer.kind === 'expired';
    if (paid) localStorage.removeItem(owedKey);
    return paid;
  }

  async #enter(session: api.Session, store: LocalStore): Promise<void> {
    await store.keepSession(session);
    const outbox = new Outbox(store, session.user);
    outbox.onExpired = () => void this.expired();
    this.place = { kind: 'signedIn', session, store, outbox };
    await outbox.reload();
    await store.trim(Date.now(), new Set(outbox.rows.map(({ entry }) => entry.patient)));
    void outbox.send();
  }

  async #openStore(): Promise<LocalStore | undefined> {
    try {
      return await LocalStore.open();
    } catch (error) {
      this.place = { kind: 'unusable', reason: error instanceof Error ? error.message : '' };
      return undefined;
    }
  }
}

export const holder = new SessionHolder();
