// The declared network, typed by the committed OpenAPI file.

import createClient from 'openapi-fetch';
import { text } from '../text/index.svelte';
import { failureOf, type Answer } from './answer';
import type { components, paths } from './api.generated';
import { connection } from './connection.svelte';

type Schemas = components['schemas'];
export type Network = Schemas['Network'];
export type Draft = Schemas['NetworkDraft'];
export type View = Schemas['NetworkView'];
export type Zone = Schemas['NetworkZone'];
export type Device = Schemas['NetworkDevice'];
export type Flow = Schemas['NetworkFlow'];
export type Finding = Schemas['NetworkFinding'];
export type Cell = Schemas['NetworkCell'];
export type Edit = Schemas['NetworkEdit'];
export type Plan = Schemas['NetworkPlan'];
export type Trouble = Schemas['NetworkProblem'];
export type Reach = Schemas['NetworkReach'];
export type ReachRow = Schemas['ReachRow'];
export type WayIn = Schemas['NetworkWayIn'];
export type Proof = Schemas['NetworkProof'];
export type Version = Schemas['NetworkVersion'];
export type VersionText = Schemas['NetworkVersionText'];
export type Pattern = Schemas['NetworkPattern'];

const client = createClient<paths>({ baseUrl: globalThis.location?.origin ?? '' });

interface Spoken<T> { data?: T; error?: unknown; response: Response }

async function answer<T>(call: Promise<Spoken<T>>): Promise<Answer<T>> {
  const spoken = await call.catch(() => undefined);
  const result: Answer<T> = !spoken
    ? { kind: 'unreachable' }
    : spoken.response.ok
      ? { kind: 'ok', value: spoken.data as T, version: spoken.response.headers.get('ETag') ?? undefined }
      : failureOf(spoken.response.status, spoken.response.headers, reasonOf(spoken.error), Date.now());
  connection.heard(result);
  return result;
}

/** What happened and what to do, as the server says it. */
function reasonOf(error: unknown): string {
  const problem = error as Partial<Schemas['Problem']> | undefined;
  const [what, todo] = [problem?.what?.[text.language], problem?.todo?.[text.language]];
  return [what, todo].filter((said) => said !== undefined).join(' ');
}

export const read = (): Promise<Answer<Network>> => answer(client.GET('/api/network'));

/** `tag` is of the text that is changed; nothing where nothing is declared yet. */
export const save = (body: { text: string; why: string }, tag: string | undefined): Promise<Answer<Network>> =>
  answer(client.PUT('/api/network', { body, params: { header: tag === undefined ? { 'If-None-Match': '*' } : { 'If-Match': tag } } }));

export const draft = (of: string, edit?: Edit): Promise<Answer<Draft>> =>
  answer(client.POST('/api/network/draft', { body: { text: of, ...(edit && { edit }) } }));

export const reach = (of: string, device: string): Promise<Answer<Reach>> =>
  answer(client.POST('/api/network/reach', { body: { text: of, device } }));

export const prove = (of: string, rules: string): Promise<Answer<Proof>> =>
  answer(client.POST('/api/network/proof', { body: { text: of, rules } }));

export const history = (): Promise<Answer<Version[]>> => answer(client.GET('/api/network/history'));

export const version = (number: number): Promise<Answer<VersionText>> =>
  answer(client.GET('/api/network/history/{number}', { params: { path: { number } } }));

export const patterns = (): Promise<Answer<Pattern[]>> => answer(client.GET('/api/network/patterns'));
