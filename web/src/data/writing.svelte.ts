// Writing in one chart: what is typed is kept on this device at every pause, goes to the server as a draft when the writer
// leaves, and is finalised by one act that can be taken back for some seconds.

import { day, referenced } from '../fhir/read';
import type { Composition, Encounter, MedicationRequest, Resource, ServiceRequest } from '../fhir/types';
import { arrival } from '../reception/acts';
import { nextTicket } from '../reception/rows';
import { instant, moved, stepOf } from '../reception/steps';
import { emptySoap, noteOf, parts, soapOf, type Soap, type Writer } from '../writing/note';
import { byDay, drugOf, faults, orderOf, requestOf, type Act, type Drug } from '../writing/orders';
import { needsReason, warningsOf } from '../writing/warnings';
import { Live } from './live.svelte';
import type { LocalStore } from './local';
import { house } from './local';
import { isFinal, withoutStamp } from './merge';
import type { OpenChart } from './open-chart.svelte';
import { sameContent, type Entry, type Extra } from './outbox-rules';
import type { Outbox } from './outbox.svelte';
import { overlay } from './overlay';

/** What is kept of it on this device. */
interface Kept {
  encounter: string;
  noteId: string;
  soap: Soap;
  drugs: Drug[];
  acts: Act[];
  /** The versions this was made of, by `Type/id`. */
  seen: Record<string, string>;
  /** What was last handed to the queue, by `Type/id`. */
  sent: Record<string, Resource>;
  at: number;
  /** The queue does not have all of it. */
  unsaved: boolean;
}

/** How long 確定 can be taken back. */
export const undoMs = 5_000;
const pauseMs = 400;

export type Blocked = { kind: 'empty' } | { kind: 'drug'; place: number; field: string } | { kind: 'reason'; place: number } | { kind: 'visit' };

export class Writing {
  soap = $state<Soap>(emptySoap());
  drugs = $state<Drug[]>([]);
  acts = $state<Act[]>([]);
  /** Something was typed that the server does not have. */
  changed = $state(false);
  /** Kept on this device, and when. */
  keptAt = $state<number | undefined>(undefined);
  /** It could not be kept on this device. */
  keepFailed = $state(false);
  /** Loaded: what is on the screen may be written into. */
  ready = $state(false);
  /** 確定 under way, until when it can be taken back (ms). */
  finalising = $state.raw<{ until: number; ids: string[]; visit: Encounter | undefined } | undefined>(undefined);
  /** Somebody else wrote in this note while it was being written here. */
  elsewhere = $state(false);

  readonly notes: Live<Composition>;
  readonly orders: Live<ServiceRequest>;
  readonly #drafts: { encounter: string; noteId: string; seen: Record<string, string>; sent: Record<string, Resource> } = { encounter: '', noteId: '', seen: {}, sent: {} };
  #timer: ReturnType<typeof setTimeout> | undefined;
  #ending: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly store: LocalStore,
    private readonly outbox: Outbox,
    readonly chart: OpenChart,
    readonly by: Writer,
    readonly today: string,
    onExpired: () => void,
  ) {
    this.notes = new Live<Composition>(store, chart.id, 'notes', onExpired);
    this.orders = new Live<ServiceRequest>(store, chart.id, 'orders', onExpired);
  }

  #entries(type: string): Entry[] {
    return this.outbox.of(this.chart.id).filter((entry) => entry.resource.resourceType === type);
  }

  /** Notes, orders and visits with what waits here laid over them. */
  get allNotes(): Composition[] {
    return overlay(this.notes.resources, this.#entries('Composition').filter((e) => !e.act)).map((s) => s.resource).filter((n) => n.status !== 'entered-in-error');
  }
  get allDrugs(): MedicationRequest[] {
    return overlay(this.chart.medications.resources, this.#entries('MedicationRequest').filter((e) => !e.act)).map((s) => s.resource);
  }
  get allOrders(): ServiceRequest[] {
    return overlay(this.orders.resources, this.#entries('ServiceRequest').filter((e) => !e.act)).map((s) => s.resource);
  }

  /** The visit of today that is written for. */
  get visit(): Encounter | undefined {
    const visits = overlay(this.chart.visits.resources, this.#entries('Encounter').filter((e) => !e.act)).map((s) => s.resource);
    return visits.filter((v) => day(v.period?.start) === this.today && stepOf(v) !== undefined).sort((a, b) => ((a.period?.start ?? '') < (b.period?.start ?? '') ? 1 : -1))[0];
  }

  /** The note of this visit, as it is kept. */
  get note(): Composition | undefined {
    return this.allNotes.find((n) => n.id === this.#drafts.noteId);
  }
  /** Final, or asked to be as soon as the server answers. */
  get isFinal(): boolean {
    return (this.note !== undefined && isFinal(this.note)) || (!this.finalising && this.waitsForFinal);
  }
  get waitsForFinal(): boolean {
    return this.#entries('Composition').some((e) => e.act && e.resource.id === this.#drafts.noteId);
  }

  /** The prescriptions of earlier days, newest first. */
  get former(): [string, MedicationRequest[]][] {
    return byDay(this.allDrugs.filter((r) => referenced(r.encounter, 'Encounter') !== this.#drafts.encounter && day(r.authoredOn) <= this.today));
  }

  /** What is here at once: the draft of this device, else the note that is kept. */
  async open(): Promise<void> {
    await Promise.all([this.notes.reread(), this.orders.reread()]);
    const asked = Promise.allSettled([this.notes.refresh(), this.orders.refresh()]);
    // A first visit of this chart on this device has nothing to show before the server answers.
    if (this.notes.at === undefined || this.chart.visits.at === undefined) await asked;
    await this.#begin();
    await asked;
    this.#followKept();
  }

  async #begin(): Promise<void> {
    const kept = await this.store.draft<Kept>(this.by.user, this.chart.id).catch(() => undefined);
    const encounter = this.visit?.id ?? (kept && day(instant(kept.at)) === this.today ? kept.encounter : crypto.randomUUID());
    const own = this.allNotes.find((n) => referenced(n.encounter, 'Encounter') === encounter);
    Object.assign(this.#drafts, { encounter, noteId: own?.id ?? `n-${encounter}`.slice(0, 64) });
    if (kept && kept.encounter === encounter && !(own && isFinal(own))) {
      this.#drafts.seen = kept.seen;
      this.#drafts.sent = kept.sent;
      this.#drafts.noteId = kept.noteId;
      [this.soap, this.drugs, this.acts] = [kept.soap, kept.drugs, kept.acts];
      this.keptAt = kept.at;
      this.changed = true;
    } else {
      this.#takeKept();
    }
    this.ready = true;
  }

  /** What the note and the orders of this visit say now, as far as they are not final. */
  #takeKept(): void {
    const { encounter } = this.#drafts;
    const ofVisit = <T extends MedicationRequest | ServiceRequest>(all: T[]) =>
      all.filter((r) => referenced(r.encounter, 'Encounter') === encounter && !['entered-in-error', 'cancelled'].includes(r.status ?? ''));
    const [drugs, acts, note] = [ofVisit(this.allDrugs), ofVisit(this.allOrders), this.note];
    this.soap = note ? soapOf(note) : emptySoap();
    this.drugs = drugs.map((r) => drugOf(r, r.id!));
    this.acts = acts.map((r) => ({ id: r.id!, name: r.code?.text ?? '', code: r.code }));
    this.#drafts.seen = {};
    for (const resource of [...drugs, ...acts, ...(note ? [note] : [])]) {
      if (resource.meta?.versionId) this.#drafts.seen[keyOf(resource)] = resource.meta.versionId;
    }
    this.changed = false;
  }

  /** The server has told of the chart anew: shown at once unless something is being written. */
  #followKept(): void {
    if (!this.ready || this.finalising) return;
    const note = this.note;
    if (!this.changed) {
      this.#takeKept();
      this.elsewhere = false;
      return;
    }
    const key = `Composition/${this.#drafts.noteId}`;
    const known = this.#drafts.seen[key];
    const sent = this.#drafts.sent[key];
    this.elsewhere = note?.meta?.versionId !== undefined && note.meta.versionId !== known && !(sent && sameContent(sent, withoutStamp(note)));
  }

  async refresh(): Promise<void> {
    await Promise.all([this.notes.reread(), this.orders.reread()]);
    this.#followKept();
    await Promise.allSettled([this.notes.refresh(), this.orders.refresh(), this.chart.medications.refresh()]);
    this.#followKept();
  }

  /** Something was typed: kept on this device after a pause in typing. */
  touched(): void {
    this.changed = true;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.keep(), pauseMs);
  }

  async keep(unsaved = true): Promise<void> {
    clearTimeout(this.#timer);
    if (!this.changed) return;
    const at = Date.now();
    const kept: Kept = { ...this.#drafts, soap: $state.snapshot(this.soap), drugs: $state.snapshot(this.drugs) as Drug[], acts: $state.snapshot(this.acts) as Act[], at, unsaved };
    try {
      await this.store.keepDraft(this.by.user, this.chart.id, kept);
      this.keptAt = at;
      this.keepFailed = false;
    } catch {
      this.keepFailed = true;
    }
  }

  /** Do: the prescription of another day, as today's. Drugs that stand here already are not doubled. */
  repeat(requests: readonly MedicationRequest[]): void {
    const here = new Set(this.drugs.map((d) => d.name));
    const copies = requests.map((request) => drugOf(request, crypto.randomUUID())).filter((drug) => !here.has(drug.name));
    this.drugs = [...this.drugs.filter((d) => d.name.trim() !== ''), ...copies];
    this.touched();
  }

  /** Why it cannot be finalised yet. */
  get blocked(): Blocked | undefined {
    const filled = this.drugs.filter((d) => d.name.trim() !== '');
    if (parts.every((part) => this.soap[part].trim() === '') && filled.length === 0 && this.acts.length === 0) return { kind: 'empty' };
    for (const [place, drug] of this.drugs.entries()) {
      // A line begun and left empty is no line.
      if (drug.name.trim() === '' && drug.usage.trim() === '' && drug.days.trim() === '') continue;
      const fault = faults(drug)[0];
      if (fault) return { kind: 'drug', place, field: fault };
      if (needsReason(warningsOf(drug, this.chart.allergies.resources, this.drugs)) && drug.reason.trim() === '') return { kind: 'reason', place };
    }
    return undefined;
  }

  /** Hands everything that changed to the queue; `final` as what is to be finalised. */
  async #writes(final: boolean): Promise<{ resource: Resource; base: string | null; extra?: Extra }[]> {
    const { encounter, noteId } = this.#drafts;
    const [patient, at] = [this.chart.id, instant(Date.now())];
    const shared = { patient, encounter, by: this.by, at };
    const wanted: Resource[] = [noteOf({ ...shared, id: noteId, soap: this.soap, date: at, status: final ? 'final' : 'preliminary' }, this.#bare(this.note))];
    const drugs = this.drugs.filter((d) => d.name.trim() !== '' && (final || faults(d).length === 0));
    for (const [i, drug] of drugs.entries()) {
      wanted.push(requestOf(drug, { ...shared, status: final ? 'active' : 'draft' }, i + 1, this.#bare(this.allDrugs.find((r) => r.id === drug.id))));
    }
    for (const act of this.acts) wanted.push(orderOf(act, { ...shared, status: final ? 'active' : 'draft' }, this.#bare(this.allOrders.find((r) => r.id === act.id))));
    const kept = new Set(wanted.map((r) => r.id));
    // What was ordered in this visit and taken out again.
    for (const old of [...this.allDrugs, ...this.allOrders]) {
      const isOfVisit = referenced(old.encounter, 'Encounter') === encounter && !isFinal(old);
      const isTyped = this.drugs.some((d) => d.id === old.id);
      if (isOfVisit && !kept.has(old.id!) && !isTyped && old.status !== 'entered-in-error') wanted.push({ ...old, status: 'entered-in-error' });
    }
    const writes: { resource: Resource; base: string | null; extra?: Extra }[] = [];
    if (!this.visit) writes.push({ resource: await this.#newVisit(encounter, at), base: null });
    for (const resource of wanted) {
      const { base, before } = await this.#base(resource);
      if (before && sameContent(withoutMeta(resource), withoutMeta(before))) {
        if (final && base !== null && resource['status'] !== 'entered-in-error') writes.push(finalise(before, base));
        continue;
      }
      const lists = { Composition: ['notes'], MedicationRequest: ['medications'], ServiceRequest: ['orders'] }[resource.resourceType as 'Composition'] ?? [];
      writes.push({ resource, base, extra: { ...(before && { before }), lists: lists.map((list) => `${patient}/${list}`) } });
      if (final && resource['status'] !== 'entered-in-error') writes.push(finalise(resource, base));
      this.#drafts.sent[keyOf(resource)] = resource;
    }
    return writes;
  }

  #bare<T extends Resource>(resource: T | undefined): T | undefined {
    return resource && (withoutStamp(resource) as T);
  }

  /** The version a write stands on: the one before the writer's eyes, moved on by their own writes alone. */
  async #base(resource: Resource): Promise<{ base: string | null; before: Resource | undefined }> {
    const key = keyOf(resource);
    const waiting = this.outbox.waitingFor(resource.resourceType, resource.id!);
    if (waiting && !waiting.act) return { base: waiting.base, before: waiting.resource };
    const stored = await this.store.resource(key);
    const [seen, sent] = [this.#drafts.seen[key], this.#drafts.sent[key]];
    if (stored && sent && sameContent(sent, withoutStamp(stored))) {
      this.#drafts.seen[key] = stored.meta?.versionId ?? '';
      return { base: stored.meta?.versionId ?? null, before: stored };
    }
    if (stored && seen === stored.meta?.versionId) return { base: seen ?? null, before: stored };
    return { base: seen ?? null, before: undefined };
  }

  /** Somebody is written for who was not received: they are in the room. */
  async #newVisit(id: string, at: string): Promise<Encounter> {
    const kept = await this.store.list<Encounter>(house, `${this.today}/visits`);
    const now = Date.parse(at);
    const visit = arrival({ id, patientId: this.chart.id, patient: this.chart.patient, purpose: '', first: false, doctor: undefined, ticket: nextTicket(kept?.resources ?? []), date: this.today, now });
    return moved(visit, 'in-room', now);
  }

  /** The draft goes to the server, for others to see and go on with. */
  async save(): Promise<void> {
    if (!this.changed || this.finalising || !this.ready || this.isFinal) return;
    await this.keep();
    const writes = await this.#writes(false);
    if (writes.length > 0) await this.outbox.addAll(this.chart.id, writes);
    // A line of a prescription that is not complete stays here alone.
    await this.keep(this.drugs.some((drug) => drug.name.trim() !== '' && faults(drug).length > 0));
  }

  /** 確定. Nothing is final before `undoMs` have passed. */
  async finalise(): Promise<boolean> {
    if (this.blocked || this.finalising || !this.ready || this.isFinal) return false;
    await this.keep();
    const until = Date.now() + undoMs;
    const writes = (await this.#writes(true)).map((write) =>
      write.extra?.act ? { ...write, extra: { ...write.extra, notBefore: until } } : write,
    );
    const visit = this.visit;
    const step = visit && stepOf(visit);
    if (visit && step !== 'payment' && step !== 'done') {
      const waiting = this.outbox.waitingFor('Encounter', visit.id!);
      writes.push({ resource: moved(visit, 'payment', Date.now()), base: waiting ? waiting.base : (visit.meta?.versionId ?? null), extra: { before: visit } });
    }
    const ids = await this.outbox.addAll(this.chart.id, writes);
    this.finalising = { until, ids: ids.filter((_, i) => writes[i]!.extra?.act), visit };
    this.#ending = setTimeout(() => void this.#finalised(), undoMs + 300);
    return true;
  }

  async #finalised(): Promise<void> {
    this.finalising = undefined;
    this.changed = false;
    await this.store.dropDraft(this.by.user, this.chart.id);
    void this.outbox.send();
  }

  /** Takes 確定 back; false when it was too late. */
  async undo(): Promise<boolean> {
    const under = this.finalising;
    if (!under || Date.now() >= under.until) return false;
    clearTimeout(this.#ending);
    const back = await this.outbox.takeBack(under.ids);
    this.finalising = undefined;
    if (back && under.visit) {
      const now = this.visit;
      const waiting = now && this.outbox.waitingFor('Encounter', now.id!);
      if (now) await this.outbox.add(this.chart.id, { ...under.visit }, waiting ? waiting.base : (now.meta?.versionId ?? null), { before: now });
    }
    return back;
  }

  /** 追記・訂正 of the finalised note. */
  async amend(soap: Soap, reason: string): Promise<void> {
    const note = this.note;
    if (!note?.meta?.versionId) return;
    const bare = this.#bare(note)!;
    const { encounter, noteId } = this.#drafts;
    const amended = noteOf({ id: noteId, patient: this.chart.id, encounter, soap, by: this.by, date: note.date ?? instant(Date.now()), status: 'final' }, bare);
    await this.outbox.add(this.chart.id, { ...amended, status: 'amended' }, note.meta.versionId, { act: { kind: 'amend', reason } });
  }

  /** The writer leaves: nothing typed is lost, and others see it. */
  async close(): Promise<void> {
    clearTimeout(this.#timer);
    if (this.finalising) {
      // What was asked for goes on by itself: it waits in the queue.
      await this.store.dropDraft(this.by.user, this.chart.id);
      return;
    }
    await this.save();
  }
}

const keyOf = (resource: Resource) => `${resource.resourceType}/${resource.id}`;
const withoutMeta = ({ meta: _meta, ...rest }: Resource) => rest as Resource;
const finalise = (resource: Resource, base: string | null) => ({ resource, base, extra: { act: { kind: 'finalise' }, before: resource } satisfies Extra });
