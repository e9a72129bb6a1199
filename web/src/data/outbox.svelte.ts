// The queue of writes. A write is first stored here, sealed, then sent; it leaves only when the server has
// confirmed it (which it does after fsync). Rules in outbox-rules.ts.

import type { Resource } from '../fhir/types';
import type { Answer } from './answer';
import { connection } from './connection.svelte';
import * as fhir from './fhir';
import type { LocalStore } from './local';
import * as rules from './outbox-rules';
import type { Decision, Entry, Extra, Step } from './outbox-rules';
import { seal, unseal } from './seal';

/** What one tab tells the others: the queue has changed, and whose chart with it. */
interface Change { stored: string | null }

export interface Row { seq: number; entry: Entry }

const channelName = 'komainu-outbox';
/** One tab sends at a time, so that order is kept; another takes over when it closes. */
const lockName = 'komainu-outbox';

export class Outbox {
  /** In the order of writing, of every user of this browser. */
  rows = $state<Row[]>([]);
  #store: LocalStore;
  #user: string;
  #channel = new BroadcastChannel(channelName);
  #timer: ReturnType<typeof setTimeout> | undefined;
  #closed = false;
  /** Readings of the queue begun, and the newest of them that is shown. */
  #begun = 0;
  #shown = 0;
  /** A round of sending waits its turn, and will see all that is written until then. */
  #waits = false;
  readonly #stopRegained: () => void;
  /** Told of each patient whose chart a confirmed write has changed. */
  readonly #stored = new Set<(patient: string) => unknown>();
  /** Told when the server no longer knows who is asking. */
  onExpired: () => void = () => undefined;

  constructor(store: LocalStore, user: string) {
    this.#store = store;
    this.#user = user;
    this.#channel.onmessage = ({ data }: MessageEvent<Change>) => {
      void this.#reread(data.stored);
    };
    this.#stopRegained = connection.onRegained(() => void this.send());
  }

  /**
   * Runs `action` after each confirmed or withdrawn write, until the returned function is called. The queue shows the
   * write until what `action` returns is done, so that nothing falls back to how it was in between.
   */
  onStored(action: (patient: string) => unknown): () => void {
    this.#stored.add(action);
    return () => this.#stored.delete(action);
  }

  async #reread(stored: string | null): Promise<void> {
    if (stored !== null && !this.#closed) await Promise.allSettled([...this.#stored].map((action) => action(stored)));
    await this.reload();
  }

  /** Writes not yet confirmed by the server. */
  get unsent(): number {
    return this.rows.length;
  }

  /** What the signed-in person has written for a patient; another's unsent words are nobody else's to read. */
  of(patient: string): Entry[] {
    return this.rows.map(({ entry }) => entry).filter((entry) => entry.patient === patient && entry.user === this.#user);
  }

  /** All that the signed-in person has written and that waits. */
  mine(): Entry[] {
    return this.rows.map(({ entry }) => entry).filter((entry) => entry.user === this.#user);
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#stopRegained();
    this.#channel.close();
    this.rows = [];
  }

  async reload(): Promise<void> {
    if (this.#closed) return;
    const round = ++this.#begun;
    const tx = this.#store.db.transaction('outbox');
    const [keys, rows] = await Promise.all([tx.store.getAllKeys(), tx.store.getAll()]);
    const open = rows.map((row, i) => unseal<Entry>(this.#store.key, 'outbox', row.sealed).then((entry) => ({ seq: keys[i]!, entry })));
    const read = await Promise.all(open);
    // An earlier reading may take longer than a later one; it must not bring back what has gone since.
    if (this.#closed || round < this.#shown) return;
    this.#shown = round;
    this.rows = read;
  }

  /** Stores a write; it is safe on this device when this resolves, and only then may a screen show it. */
  async add(patient: string, resource: Resource, base: string | null, extra?: Extra): Promise<string> {
    const entry = rules.newEntry(crypto.randomUUID(), this.#user, patient, resource, base, Date.now(), extra);
    await this.#put(undefined, entry);
    void this.send();
    return entry.id;
  }

  /** Stores several writes that belong together: all are safe on this device, or none. */
  async addAll(patient: string, writes: { resource: Resource; base: string | null; extra?: Extra }[]): Promise<string[]> {
    const entries = writes.map(({ resource, base, extra }) => rules.newEntry(crypto.randomUUID(), this.#user, patient, resource, base, Date.now(), extra));
    const sealed = await Promise.all(entries.map((entry) => seal(this.#store.key, 'outbox', entry)));
    const tx = this.#store.db.transaction('outbox', 'readwrite', { durability: 'strict' });
    for (const one of sealed) void tx.store.add({ sealed: one });
    await tx.done;
    await this.#changed(null);
    void this.send();
    return entries.map((entry) => entry.id);
  }

  /** Takes back what has not been sent yet; false when some of it already was. */
  async takeBack(ids: readonly string[]): Promise<boolean> {
    // Under the lock of sending: what is on its way now is no longer ours to take back.
    return navigator.locks.request(lockName, async () => {
      await this.reload();
      const rows = this.rows.filter(({ entry }) => ids.includes(entry.id));
      for (const { seq } of rows) await this.#store.db.delete('outbox', seq);
      if (rows[0]) await this.#changed(rows[0].entry.patient);
      return rows.length === ids.length;
    });
  }

  /** The newest write that waits for a resource. */
  waitingFor(type: string, id: string): Entry | undefined {
    return this.rows.findLast(({ entry }) => entry.resource.resourceType === type && entry.resource.id === id)?.entry;
  }

  /** A person has decided. */
  async decide(seq: number, decision: Decision | 'withdraw' | 'again'): Promise<void> {
    const entry = this.rows.find((row) => row.seq === seq)?.entry;
    if (!entry) return;
    const again: Entry = { ...entry, state: { kind: 'waiting', notBefore: 0, attempts: 0 } };
    const next = decision === 'withdraw' ? undefined : decision === 'again' ? again : rules.resolve(entry, decision);
    if (next) {
      await this.#put(seq, next);
    } else {
      if (entry.state.kind === 'conflict') await this.#store.keep(entry.patient, [entry.state.theirs]);
      await this.#store.db.delete('outbox', seq);
      await this.#changed(entry.patient);
    }
    void this.send();
  }

  /** Sends what is due, one by one, until something says to wait. */
  async send(): Promise<void> {
    // Whoever sends now may have looked for the last time: this round comes after it, and is left out by nobody.
    if (this.#closed || this.#waits) return;
    this.#waits = true;
    await navigator.locks.request(lockName, async () => {
      this.#waits = false;
      await this.reload();
      for (let row = this.#next(); row; row = this.#next()) {
        if (!(await this.#sendOne(row))) break;
      }
    });
    this.#wakeLater();
  }

  #next(): Row | undefined {
    if (this.#closed) return undefined;
    const first = rules.due(this.rows.map(({ entry }) => entry), this.#user, Date.now())[0];
    return this.rows.find(({ entry }) => entry === first);
  }

  /** False: nothing more can be sent now. */
  async #sendOne({ seq, entry }: Row): Promise<boolean> {
    const answer = await this.#ask(entry);
    if (this.#closed) return false;
    let step: Step = rules.decide(entry, answer, Date.now(), Math.random());
    if (step.kind === 'compare') step = await this.#compare(entry);
    if (this.#closed) return false;
    switch (step.kind) {
      case 'done':
        await this.#confirm(seq, entry, step.stored, step.version);
        return true;
      case 'join':
        await this.#put(seq, { ...entry, resource: step.resource, before: step.before, base: step.version });
        return true;
      case 'keep':
      case 'pause':
        await this.#put(seq, { ...entry, state: step.state });
        if (answer.kind === 'expired') this.onExpired();
        return step.kind === 'keep';
      case 'compare':
        return false;
    }
  }

  #ask(entry: Entry): Promise<Answer<Resource>> {
    if (entry.base !== null && entry.act?.kind === 'finalise') return fhir.finalise(entry.resource, entry.base);
    if (entry.base !== null && entry.act?.kind === 'amend') return fhir.amend(entry.resource, entry.base, entry.act.reason);
    if (entry.base !== null) return fhir.update(entry.resource, entry.base);
    if (entry.resource.id !== undefined) return fhir.createAs(entry.resource);
    return fhir.create(entry.resource, `identifier=${rules.keySystem}|${rules.creationKey(entry.resource)}`);
  }

  async #compare(entry: Entry): Promise<Step> {
    const theirs = await fhir.read(entry.resource.resourceType, entry.resource.id ?? '');
    if (theirs.kind === 'ok') return rules.settle(entry, theirs.value, theirs.version ?? '');
    return rules.decide(entry, theirs, Date.now(), Math.random());
  }

  /** The server has it: the stored form takes the place of the waiting one in one transaction, so it is never gone from view. */
  async #confirm(seq: number, entry: Entry, stored: Resource, version: string): Promise<void> {
    const place = `${stored.resourceType}/${stored.id}`;
    const sealed = await seal(this.#store.key, `resource/${place}`, stored);
    const later = await Promise.all(
      this.rows
        .filter((row) => row.seq > seq)
        .map(async (row) => ({ seq: row.seq, before: row.entry, after: rules.rebase(row.entry, entry, stored, version) }))
    );
    const moved = await Promise.all(
      later.filter((l) => l.after !== l.before).map(async (l) => ({ seq: l.seq, sealed: await seal(this.#store.key, 'outbox', l.after) })),
    );
    const tx = this.#store.db.transaction(['outbox', 'resource', 'list'], 'readwrite');
    const lists = entry.lists ?? (stored.resourceType === 'Communication' ? [`${entry.patient}/memos`] : []);
    for (const key of lists) {
      const list = await tx.objectStore('list').get(key);
      if (list && !list.keys.includes(place)) await tx.objectStore('list').put({ ...list, keys: [place, ...list.keys] }, key);
    }
    await tx.objectStore('resource').put({ patient: entry.patient, sealed }, place);
    for (const row of moved) await tx.objectStore('outbox').put({ sealed: row.sealed }, row.seq);
    await tx.objectStore('outbox').delete(seq);
    await tx.done;
    await this.#changed(entry.patient);
  }

  /** After every change of the queue; `stored` names the patient whose chart has changed with it. */
  async #changed(stored: string | null): Promise<void> {
    await this.#reread(stored);
    // A session may end while a write is under way; the other tabs have then left with it.
    if (!this.#closed) this.#channel.postMessage({ stored } satisfies Change);
  }

  async #put(seq: number | undefined, entry: Entry): Promise<void> {
    // A plain copy: what is kept must not change with what is on the screen.
    const sealed = await seal(this.#store.key, 'outbox', entry);
    // `strict` asks the browser to reach the disk before it says done.
    const tx = this.#store.db.transaction('outbox', 'readwrite', { durability: 'strict' });
    await tx.store.put({ sealed }, seq);
    await tx.done;
    await this.#changed(null);
  }

  #wakeLater(): void {
    clearTimeout(this.#timer);
    const times = this.rows.flatMap(({ entry }) =>
      entry.user === this.#user && entry.state.kind === 'waiting' && entry.state.notBefore > 0 ? [entry.state.notBefore] : [],
    );
    if (times.length > 0 && !this.#closed) {
      this.#timer = setTimeout(() => void this.send(), Math.max(500, Math.min(...times) - Date.now()));
    }
  }
}
