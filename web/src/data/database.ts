// The one IndexedDB database of the page and its migrations. All that is personal in it is sealed (seal.ts);
// what lies open are opaque resource ids, counters and times.

import { deleteDB, openDB, type DBSchema, type IDBPDatabase, type IDBPTransaction, type StoreNames } from 'idb';
import { newKey, type Sealed } from './seal';

export interface Schema extends DBSchema {
  /** `key`: the device's CryptoKey; `session`: who is signed in, sealed. */
  device: { key: string; value: CryptoKey | Sealed };
  /** One FHIR resource, by `Type/id`. */
  resource: { key: string; value: { patient: string; sealed: Sealed }; indexes: { patient: string } };
  /** Which resources a list of a chart holds, by `patient/section`, and when the server said so. */
  list: { key: string; value: { patient: string; keys: string[]; at: number }; indexes: { patient: string } };
  /** Writes the server has not confirmed, in the order they were made. */
  outbox: { key: number; value: { sealed: Sealed } };
  /** When a chart was last opened here, by patient. */
  opened: { key: string; value: number };
  /** What somebody is writing, by `user/patient`, kept from one keystroke to the next. */
  draft: { key: string; value: Sealed };
}

export type Database = IDBPDatabase<Schema>;
type Upgrade = IDBPTransaction<Schema, StoreNames<Schema>[], 'versionchange'>;

/** Step n leads from version n to n + 1. Append only: devices in a drawer come back years later. */
const migrations: ((db: Database, tx: Upgrade) => void)[] = [
  (db) => {
    db.createObjectStore('device');
    db.createObjectStore('resource').createIndex('patient', 'patient');
    db.createObjectStore('list').createIndex('patient', 'patient');
    db.createObjectStore('outbox', { autoIncrement: true });
  },
  (db) => {
    db.createObjectStore('opened');
  },
  (db) => {
    db.createObjectStore('draft');
  },
];

export const databaseName = 'komainu';
export const databaseVersion = migrations.length;

/** Opens the database, bringing it up to `version` step by step. */
export function openDatabase(version = databaseVersion): Promise<Database> {
  return openDB<Schema>(databaseName, version, {
    upgrade(db, from, to, tx) {
      for (const step of migrations.slice(from, to ?? version)) step(db, tx as Upgrade);
    },
    // Another tab is signing out or has a newer page: give way, or its deletion would wait for ever.
    blocking(_now, _wanted, event) {
      (event.target as IDBDatabase).close();
    },
  });
}

/** The device's key, made on first use. */
export async function deviceKey(db: Database): Promise<CryptoKey> {
  const kept = await db.get('device', 'key');
  if (kept instanceof CryptoKey) return kept;
  const fresh = await newKey();
  // Two tabs may start at once: whichever key is stored first is the key of both.
  const tx = db.transaction('device', 'readwrite');
  const other = await tx.store.get('key');
  if (!other) await tx.store.put(fresh, 'key');
  await tx.done;
  return other instanceof CryptoKey ? other : fresh;
}

/** Deletes everything, key first in effect: nothing sealed can be read again. */
export async function destroyDatabase(): Promise<void> {
  await deleteDB(databaseName);
}
