// What the server has confirmed, with what waits here laid over it: nobody looks for what they have just written. Pure.

import type { Resource } from '../fhir/types';
import { creationKey, type Entry } from './outbox-rules';

export interface Shown<T> {
  resource: T;
  /** The newest write that waits for this resource. */
  entry: Entry | undefined;
}

/** Confirmed resources in their order, each as its newest waiting write has it; creations come first, newest first. */
export function overlay<T extends Resource>(confirmed: readonly T[], entries: readonly Entry[]): Shown<T>[] {
  const waiting = new Map<string, Entry>();
  for (const entry of entries) waiting.set(nameOf(entry.resource), entry);
  const shown = confirmed.map((resource) => {
    // A creation whose answer was lost may already be in the server's list, under the same key.
    const entry = take(waiting, nameOf(resource)) ?? take(waiting, `new/${creationKey(resource)}`);
    return { resource: (entry?.resource as T | undefined) ?? resource, entry };
  });
  const created = [...waiting.values()].reverse().map((entry) => ({ resource: entry.resource as T, entry }));
  return [...created, ...shown];
}

function nameOf(resource: Resource): string {
  return resource.id === undefined ? `new/${creationKey(resource)}` : `${resource.resourceType}/${resource.id}`;
}

function take(map: Map<string, Entry>, key: string): Entry | undefined {
  const entry = map.get(key);
  map.delete(key);
  return entry;
}
