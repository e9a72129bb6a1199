// The local store that every screen reads: resources and the lists that hold them, sealed.

import type { Resource } from '../fhir/types';
import { deviceKey, openDatabase, type Database } from './database';
import { seal, unseal } from './seal';

/** What a list held when the server last said so. */
export interface Kept<T> {
  resources: T[];
  /** When, in ms. */
  at: number;
}

/** Charts kept on one device: enough for a clinic's day. */
const chartsMax = 300;
/** A chart not opened for this long is let go. */
const chartAgeMsMax = 14 * 24 * 60 * 60_000;
/** Owner of the lists that are no patient's: the day's board, the appointment book. */
export const house = 'house';
/** Such a list is let go after this long: it is of another day. */
const houseAgeMsMax = 20 * 60 * 60_000;

/** Work on a store that is closed meanwhile, because the session has ended, ends in silence: nobody is there to be told. */
export function whileOpen(work: Promise<unknown>): void {
  work.catch((error: unknown) => {
    if (!(error instanceof DOMException && error.name === 'InvalidStateError')) throw error;
  });
}

export const keyOf = (resource: Resource) => `${resource.resourceType}/${resource.id ?? ''}`;

export class LocalStore {
  private constructor(
    readonly db: Database,
    readonly key: CryptoKey,
  ) {}

  static async open(): Promise<LocalStore> {
    const db = await openDatabase();
    return new LocalStore(db, await deviceKey(db));
  }

  close(): void {
    this.db.close();
  }

  /** One resource, if it is here. */
  async resource<T extends Resource>(key: string): Promise<T | undefined> {
    const row = await this.db.get('resource', key);
    return row && unseal<T>(this.key, `resource/${key}`, row.sealed);
  }

  /** Keeps resources that belong to a patient's chart. */
  async keep(patient: string, resources: Resource[]): Promise<void> {
    await this.keepList(patient, undefined, resources, 0);
  }

  /** Keeps a list and what it holds, in one transaction. Sealing comes first: IndexedDB does not wait for it. */
  async keepList(patient: string, section: string | undefined, resources: Resource[], at: number): Promise<void> {
    const rows = await Promise.all(
      resources.map(async (r) => ({ key: keyOf(r), sealed: await seal(this.key, `resource/${keyOf(r)}`, r) })),
    );
    const tx = this.db.transaction(['resource', 'list'], 'readwrite');
    for (const { key, sealed } of rows) {
      // A resource of an opened chart stays that chart's, whatever other list shows it.
      const owner = patient === house ? ((await tx.objectStore('resource').get(key))?.patient ?? house) : patient;
      void tx.objectStore('resource').put({ patient: owner, sealed }, key);
    }
    if (section !== undefined) {
      void tx.objectStore('list').put({ patient, keys: rows.map((r) => r.key), at }, `${patient}/${section}`);
    }
    await tx.done;
  }

  /** A list as it was last kept. */
  async list<T extends Resource>(patient: string, section: string): Promise<Kept<T> | undefined> {
    const tx = this.db.transaction(['resource', 'list']);
    const list = await tx.objectStore('list').get(`${patient}/${section}`);
    if (!list) return undefined;
    const rows = await Promise.all(list.keys.map((key) => tx.objectStore('resource').get(key)));
    const open = rows.map((row, i) => row && unseal<T>(this.key, `resource/${list.keys[i]}`, row.sealed));
    const resources = (await Promise.all(open)).filter((r): r is Awaited<T> => r !== undefined);
    return { resources, at: list.at };
  }

  /** Every resource of one type on this device. */
  async all<T extends Resource>(type: string): Promise<T[]> {
    const range = IDBKeyRange.bound(`${type}/`, `${type}/\uffff`);
    const tx = this.db.transaction('resource');
    const [keys, rows] = await Promise.all([tx.store.getAllKeys(range), tx.store.getAll(range)]);
    return Promise.all(rows.map((row, i) => unseal<T>(this.key, `resource/${keys[i]}`, row.sealed)));
  }

  /** A chart was opened: remembered for the list of recent charts. */
  async opened(patient: string, now: number): Promise<void> {
    await this.db.put('opened', now, patient);
  }

  /** The patients whose charts were opened here, newest first. */
  async recent(): Promise<string[]> {
    const tx = this.db.transaction('opened');
    const [keys, times] = await Promise.all([tx.store.getAllKeys(), tx.store.getAll()]);
    return keys.map((key, i) => [key, times[i]!] as const).sort((a, b) => b[1] - a[1]).map(([key]) => key);
  }

  /** Lets go of charts long unopened, but never of one with unsent writes. Returns how many went. */
  async trim(now: number, unsent: ReadonlySet<string>): Promise<number> {
    const tx = this.db.transaction(['opened', 'resource', 'list'], 'readwrite');
    const opened = tx.objectStore('opened');
    const [keys, times] = await Promise.all([opened.getAllKeys(), opened.getAll()]);
    const rows = keys.map((patient, i) => ({ patient, at: times[i]! })).sort((a, b) => b.at - a.at);
    const gone = rows.filter((r, rank) => (rank >= chartsMax || now - r.at > chartAgeMsMax) && !unsent.has(r.patient));
    for (const { patient } of gone) {
      await opened.delete(patient);
      for (const store of ['resource', 'list'] as const) {
        const found = await tx.objectStore(store).index('patient').getAllKeys(patient);
        for (const key of found) await tx.objectStore(store).delete(key);
      }
    }
    const lists = tx.objectStore('list');
    for (const key of await lists.index('patient').getAllKeys(house)) {
      const list = await lists.get(key);
      if (!list || now - list.at <= houseAgeMsMax) continue;
      await lists.delete(key);
      for (const resource of list.keys) {
        const row = await tx.objectStore('resource').get(resource);
        if (row?.patient === house) await tx.objectStore('resource').delete(resource);
      }
    }
    await tx.done;
    return gone.length;
  }

  /** Lets go of one chart: it is closed to whoever is signed in. Unsent writes stay until they are sent or given up. */
  async forgetChart(patient: string): Promise<void> {
    const tx = this.db.transaction(['opened', 'resource', 'list'], 'readwrite');
    await tx.objectStore('opened').delete(patient);
    for (const store of ['resource', 'list'] as const) {
      const found = await tx.objectStore(store).index('patient').getAllKeys(patient);
      for (const key of found) await tx.objectStore(store).delete(key);
    }
    await tx.done;
  }

  /** Empties the charts and leaves unsent writes: the session ran out, the writer will be back. */
  async forgetCharts(): Promise<void> {
    const stores = ['resource', 'list', 'opened'] as const;
    const tx = this.db.transaction([...stores, 'device'], 'readwrite');
    for (const store of stores) await tx.objectStore(store).clear();
    await tx.objectStore('device').delete('session');
    await tx.done;
  }

  /** Keeps what is being written; it outlives the tab, the lock and the end of the session, and is its writer's alone. */
  async keepDraft(user: string, patient: string, draft: unknown): Promise<void> {
    const key = `${user}/${patient}`;
    const sealed = await seal(this.key, `draft/${key}`, draft);
    await this.db.put('draft', sealed, key);
  }

  async draft<T>(user: string, patient: string): Promise<T | undefined> {
    const key = `${user}/${patient}`;
    const sealed = await this.db.get('draft', key);
    return sealed && unseal<T>(this.key, `draft/${key}`, sealed);
  }

  /** The patients for whom somebody's words are on this device alone. */
  async unsavedDrafts(user: string): Promise<string[]> {
    const mine = (await this.db.getAllKeys('draft')).filter((key) => key.startsWith(`${user}/`)).map((key) => key.slice(user.length + 1));
    const drafts = await Promise.all(mine.map((patient) => this.draft<{ unsaved?: boolean }>(user, patient).catch(() => undefined)));
    return mine.filter((_, i) => drafts[i]?.unsaved);
  }

  async dropDraft(user: string, patient: string): Promise<void> {
    await this.db.delete('draft', `${user}/${patient}`);
  }

  async keepSession(session: unknown): Promise<void> {
    await this.db.put('device', await seal(this.key, 'device/session', session), 'session');
  }

  async session<T>(): Promise<T | undefined> {
    const sealed = await this.db.get('device', 'session');
    return sealed && !(sealed instanceof CryptoKey) ? unseal<T>(this.key, 'device/session', sealed) : undefined;
  }
}
