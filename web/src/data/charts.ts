// Closed charts over the page's own API.

import type { Answer } from './answer';
import type { components } from './api.generated';
import { answer, client } from './client';

export type ClosedChart = components['schemas']['ClosedChart'];
export type Standing = components['schemas']['ChartStanding'];
export type Opening = components['schemas']['Opening'];
export type SealChange = components['schemas']['SealChange'];
export type Trail = components['schemas']['Trail'];

/** Mirrors the power `break-glass` of crates/access/src/power.rs: who has none need not ask. */
const breakers = ['director', 'doctor', 'nurse', 'clerk', 'technician', 'pharmacist'];
/** The power `review`. */
const reviewers = ['director', 'administrator', 'auditor'];
export const breaksGlass = (duties: readonly string[]) => duties.some((duty) => breakers.includes(duty));
export const signsOff = (duties: readonly string[]) => duties.some((duty) => reviewers.includes(duty));

/** Takes the parameters of a search for patients. */
export async function closedCharts(parameters: [string, string][]): Promise<Answer<ClosedChart[]>> {
  const query = Object.fromEntries(parameters) as { name?: string };
  return answer(client.GET('/api/closed-charts', { params: { query } }));
}

const of = (patient: string) => ({ params: { path: { patient } } });

export const standing = (patient: string): Promise<Answer<Standing>> => answer(client.GET('/api/patients/{patient}/chart', of(patient)));

export const seal = (patient: string, body: SealChange): Promise<Answer<unknown>> =>
  answer(client.PUT('/api/patients/{patient}/seal', { ...of(patient), body }));

export const unseal = (patient: string, body: components['schemas']['Unseal']): Promise<Answer<unknown>> =>
  answer(client.POST('/api/patients/{patient}/unseal', { ...of(patient), body }));

export const breakGlass = (patient: string, reason: string): Promise<Answer<Opening>> =>
  answer(client.POST('/api/openings', { body: { patient, reason } }));

export const endOpening = (opening: string): Promise<Answer<unknown>> =>
  answer(client.DELETE('/api/openings/{opening}', { params: { path: { opening } } }));

export const reviews = (waiting: boolean): Promise<Answer<Opening[]>> =>
  answer(client.GET('/api/opening-reviews', { params: { query: { waiting } } }));

/** How many wait to be signed off; writes nothing into the log, so it may be asked often. */
export const reviewsWaiting = (): Promise<Answer<{ waiting: number }>> => answer(client.GET('/api/opening-reviews/waiting'));

export const review = (opening: string, verdict: string, note: string): Promise<Answer<unknown>> =>
  answer(client.POST('/api/openings/{opening}/review', { params: { path: { opening } }, body: { verdict, note } }));

export const trailOfChart = (patient: string, before?: number): Promise<Answer<Trail>> =>
  answer(client.GET('/api/patients/{patient}/trail', { params: { path: { patient }, query: { ...(before !== undefined && { before }) } } }));

export const trailOfPerson = (account: string, before?: number): Promise<Answer<Trail>> =>
  answer(client.GET('/api/accounts/{account}/trail', { params: { path: { account }, query: { ...(before !== undefined && { before }) } } }));

/** Where the same is as a file. */
export const csvOf = (kind: 'patients' | 'accounts', id: string) => `/api/${kind}/${encodeURIComponent(id)}/trail.csv`;
