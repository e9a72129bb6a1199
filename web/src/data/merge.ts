// When two have changed one thing: what may be joined without asking, and what was the same all along. Pure.
//
// Only the clinic's own business is ever joined (where a patient is, which room, which appointment), and only where the
// two have changed different members. Nothing clinical is joined in silence.

import type { Extension, Resource } from '../fhir/types';

/** The stamp of 確定, which the server sets (crates/record, finalise.rs). */
export const stampUrl = 'urn:komainu:fhir:finalisation';
/** Where in the house a patient is, and since when (docs/reception.md). */
export const stepUrl = 'urn:komainu:fhir:visit-step';

const joinable = new Set(['Encounter', 'Appointment']);
/** Members that tell of one and the same change and therefore go together. */
const together: Record<string, string[]> = { Encounter: ['status', 'statusHistory', 'extension', 'period'] };
/** What the server and the clock make of a change, not the person. */
const incidental = new Set(['id', 'meta', 'text', 'statusHistory', 'period', 'identifier', 'created']);

const extensions = (resource: Resource) => (resource['extension'] ?? []) as Extension[];

export const isFinal = (resource: Resource) => extensions(resource).some((e) => e.url === stampUrl);

/** Without the stamp, and without an empty list in its place. */
export function withoutStamp(resource: Resource): Resource {
  if (!isFinal(resource)) return resource;
  const { extension: _extension, ...rest } = resource;
  const left = extensions(resource).filter((e) => e.url !== stampUrl);
  return (left.length > 0 ? { ...rest, extension: left } : rest) as Resource;
}

/** Have two people done the very same, at other seconds? */
export function agree(mine: Resource, theirs: Resource): boolean {
  if (!joinable.has(mine.resourceType)) return false;
  const members = (r: Resource) => Object.keys(r).filter((key) => !incidental.has(key));
  const all = new Set([...members(mine), ...members(theirs)]);
  return [...all].every((key) => same(timeless(mine[key]), timeless(theirs[key])));
}

/** `mine` and `theirs`, both made of `before`, in one; nothing where a person has to decide. */
export function merged(before: Resource | undefined, mine: Resource, theirs: Resource): Resource | undefined {
  if (!before || !joinable.has(mine.resourceType)) return undefined;
  const [ours, others] = [changed(before, mine), changed(before, theirs)];
  if (ours.some((key) => others.includes(key))) return undefined;
  const joined: Resource = { ...theirs };
  for (const key of ours) {
    if (mine[key] === undefined) delete joined[key];
    else joined[key] = mine[key];
  }
  return joined;
}

function changed(before: Resource, after: Resource): string[] {
  const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
  const own = [...keys].filter((key) => !['id', 'meta', 'text'].includes(key) && !same(before[key], after[key]));
  const group = together[before.resourceType] ?? [];
  return own.some((key) => group.includes(key)) ? [...new Set([...own, ...group])] : own;
}

/** Times of steps left out: two who press the same key do so at other moments. */
function timeless(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(timeless);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).filter(([key]) => key !== 'valueDateTime').map(([key, inner]) => [key, timeless(inner)]));
}

function same(a: unknown, b: unknown): boolean {
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((item, i) => same(item, b[i]));
  if (a === null || b === null || typeof a !== 'object' || typeof b !== 'object') return a === b;
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...keys].every((key) => same((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key]));
}
