// The declared network, typed by the committed OpenAPI file.

import { text } from '../text/index.svelte';
import { failureOf, type Answer, type Failure } from './answer';
import type { components } from './api.generated';
import { answer as asked, client } from './client';

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
export type Gateway = Schemas['NetworkGateway'];
export type Tried = Schemas['GatewayTried'];
export type Pattern = Schemas['NetworkPattern'];

const answer = <T>(call: Parameters<typeof asked<T>>[0]): Promise<Answer<T>> => asked(call, failed);

/** A conflict here is a text that somebody changed (412); what cannot be done just now (409) says why. */
function failed({ status, headers }: Response, error: unknown): Failure {
  const reason = reasonOf(error);
  return status === 409 ? { kind: 'refused', status, reason } : failureOf(status, headers, reason, Date.now());
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

export const gateway = (): Promise<Answer<Gateway>> => answer(client.GET('/api/network/gateway'));

/** `tag` is of the text that is applied. */
export const attempt = (body: { why: string; seconds: number; force: boolean }, tag: string): Promise<Answer<Tried>> =>
  answer(client.POST('/api/network/gateway/trial', { body, params: { header: { 'If-Match': tag } } }));

export const confirm = (): Promise<Answer<Gateway>> => answer(client.POST('/api/network/gateway/confirmation'));

export const withdraw = (): Promise<Answer<Gateway>> => answer(client.DELETE('/api/network/gateway/trial'));

export const openWay = (body: { vendor: string; minutes: number; why: string }): Promise<Answer<Gateway>> =>
  answer(client.POST('/api/network/gateway/openings', { body }));

export const closeWay = (vendor: string): Promise<Answer<Gateway>> =>
  answer(client.DELETE('/api/network/gateway/openings/{vendor}', { params: { path: { vendor } } }));

export const patterns = (): Promise<Answer<Pattern[]>> => answer(client.GET('/api/network/patterns'));
