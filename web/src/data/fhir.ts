// A thin, typed way to /fhir: the same interface that anyone may use. Cookies carry the session.

import type { Bundle, Resource } from '../fhir/types';
import { failureOf, reasonOf, type Answer } from './answer';
import { connection } from './connection.svelte';

const media = 'application/fhir+json';
/** A dead line is found out in this time, even where the system waits for minutes. */
const patienceMs = 10_000;

async function request<T>(method: string, path: string, options: { body?: Resource; headers?: Record<string, string> } = {}): Promise<Answer<T>> {
  const result = await speak<T>(method, path, options);
  connection.heard(result);
  return result;
}

async function speak<T>(method: string, path: string, { body, headers }: { body?: Resource; headers?: Record<string, string> }): Promise<Answer<T>> {
  try {
    const response = await fetch(`/fhir/${path}`, {
      method,
      headers: { Accept: media, ...(body && { 'Content-Type': media }), ...headers },
      ...(body && { body: JSON.stringify(body) }),
      cache: 'no-store',
      signal: AbortSignal.timeout(patienceMs),
    });
    const text = await response.text();
    const value: unknown = text === '' ? undefined : JSON.parse(text);
    if (!response.ok) return failureOf(response.status, response.headers, reasonOf(value), Date.now());
    const version = /^W\/"(.*)"$/.exec(response.headers.get('ETag') ?? '')?.[1];
    return { kind: 'ok', value: value as T, version: version ?? (value as Resource | undefined)?.meta?.versionId };
  } catch (error) {
    // A body that is not JSON came from something between us and the server: a captive portal, a proxy's error page.
    if (error instanceof SyntaxError) return { kind: 'unavailable', status: 502, retryAfterMs: undefined };
    return { kind: 'unreachable' };
  }
}

/** Reads one resource. */
export const read = <T extends Resource>(type: string, id: string): Promise<Answer<T>> =>
  request('GET', `${type}/${encodeURIComponent(id)}`);

/** Searches; the first page is enough for every screen, each asks for what it shows. */
export const search = (type: string, parameters: [string, string][]): Promise<Answer<Bundle>> =>
  request('GET', `${type}?${new URLSearchParams(parameters)}`);

/** Creates, unless `ifNoneExist` already finds one: then the one there is answers, so a repeat is harmless (R4 http, conditional create). */
export const create = (resource: Resource, ifNoneExist: string): Promise<Answer<Resource>> =>
  request('POST', resource.resourceType, {
    body: resource,
    headers: { 'If-None-Exist': ifNoneExist, Prefer: 'return=representation' },
  });

/** Creates under the id it already has, which other things written here name; 412 when there is one of that id. */
export const createAs = (resource: Resource): Promise<Answer<Resource>> =>
  request('PUT', `${resource.resourceType}/${encodeURIComponent(resource.id ?? '')}`, {
    body: resource,
    headers: { 'If-None-Match': '*', Prefer: 'return=representation' },
  });

/** 確定 of the version `base`, the one the person has before their eyes. */
export const finalise = (resource: Resource, base: string): Promise<Answer<Resource>> =>
  operation(resource, '$finalise', { resourceType: 'Parameters' }, base);

/** 追記・訂正: the whole corrected resource, and why. */
export const amend = (resource: Resource, base: string, reason: string): Promise<Answer<Resource>> =>
  operation(resource, '$amend', { resourceType: 'Parameters', parameter: [{ name: 'reason', valueString: reason }, { name: 'resource', resource }] }, base);

const operation = (of: Resource, name: string, body: Resource, base: string): Promise<Answer<Resource>> =>
  request('POST', `${of.resourceType}/${encodeURIComponent(of.id ?? '')}/${name}`, {
    body,
    headers: { 'If-Match': `W/"${base}"`, Prefer: 'return=representation' },
  });

/** Every version of one resource, newest first. */
export const history = (type: string, id: string): Promise<Answer<Bundle>> =>
  request('GET', `${type}/${encodeURIComponent(id)}/_history?_count=50`);

/** Replaces the version `base`; 412 when it is no longer the newest. */
export const update = (resource: Resource, base: string): Promise<Answer<Resource>> =>
  request('PUT', `${resource.resourceType}/${encodeURIComponent(resource.id ?? '')}`, {
    body: resource,
    headers: { 'If-Match': `W/"${base}"`, Prefer: 'return=representation' },
  });

/** What a search brought along beside its matches. */
export function included<T extends Resource>(bundle: Bundle): T[] {
  return (bundle.entry ?? []).filter((entry) => entry.search?.mode === 'include').flatMap((entry) => (entry.resource ? [entry.resource as T] : []));
}

/** The matches of a search, without what was included or said beside them. */
export function matches<T extends Resource>(bundle: Bundle): T[] {
  return (bundle.entry ?? [])
    .filter((entry) => (entry.search?.mode ?? 'match') === 'match')
    .flatMap((entry) => (entry.resource && entry.resource.resourceType !== 'OperationOutcome' ? [entry.resource as T] : []));
}
