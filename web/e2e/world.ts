// The browser and the server of the end-to-end tests.

import { createHash, X509Certificate } from 'node:crypto';
import { createRequire } from 'node:module';
import { connect } from 'node:tls';
import axe from 'axe-core';
import { chromium, type Browser, type BrowserContext, type BrowserContextOptions, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import type { Bundle, Patient, Resource } from '../src/fhir/types';

interface Ready {
  url: string;
  /** Where the page is served, usually `url`. */
  page: string;
  token: string;
  users: { user: string; password: string; name: string; duties: string[] }[];
}

export const ready = JSON.parse(process.env['KOMAINU_READY'] ?? 'null') as Ready;
if (!ready) throw new Error('run by `npm run e2e`');
export const doctor = ready.users[0]!;

/** How long the page may take before a test gives up; no test measures time. */
export const patience = Number(process.env['KOMAINU_PATIENCE_MS'] ?? 15_000);

let browser: Browser;
const contexts: BrowserContext[] = [];
let troubles: string[] = [];

/** The public key of the server's certificate, after Node has checked its chain against the clinic's authority. */
async function pin(address: string): Promise<string | undefined> {
  const { protocol, hostname, port } = new URL(address);
  if (protocol !== 'https:') return undefined;
  const der = await new Promise<Buffer>((resolve, reject) => {
    const socket = connect({ host: hostname, port: Number(port) }, () => {
      resolve(socket.getPeerCertificate(true).raw);
      socket.end();
    });
    socket.once('error', reject);
  });
  const key = new X509Certificate(der).publicKey.export({ type: 'spki', format: 'der' });
  return createHash('sha256').update(key).digest('base64');
}

export function useBrowser(): void {
  beforeAll(async () => {
    const key = await pin(ready.page);
    browser = await chromium.launch({
      executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
      args: [
        '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
        '--disable-component-update', '--disable-sync',
        // Unlike ignoring all errors this leaves the page a secure context, service worker included.
        ...(key ? [`--ignore-certificate-errors-spki-list=${key}`] : []),
      ],
    });
  });
  afterEach(async () => {
    for (const context of contexts.splice(0)) await context.close();
    const seen = troubles;
    troubles = [];
    expect(seen, 'errors and policy violations in the page').toEqual([]);
  });
  afterAll(() => browser.close());
}

/** A new browser profile: its own cookies, stores and workers. */
export async function newContext(options: BrowserContextOptions = {}): Promise<BrowserContext> {
  const context = await browser.newContext({ viewport: { width: 1366, height: 768 }, locale: 'ja-JP', timezoneId: 'Asia/Tokyo', ...options });
  context.setDefaultTimeout(patience);
  context.on('weberror', (error) => troubles.push(`uncaught: ${error.error().message}`));
  context.on('dialog', (dialog) => {
    troubles.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  context.on('console', (message) => {
    // The browser reports each failed request itself; the tests look at what the page makes of it.
    if (message.type() === 'error' && !/Failed to load resource|net::ERR_/.test(message.text())) troubles.push(message.text());
  });
  contexts.push(context);
  return context;
}

/** `at`: the time the page believes it is. */
export async function newPage(options: BrowserContextOptions = {}, at?: Date): Promise<Page> {
  const page = await (await newContext(options)).newPage();
  if (at) await page.clock.setFixedTime(at);
  await page.goto(ready.page);
  return page;
}

export async function signIn(page: Page, who = doctor): Promise<void> {
  await page.getByLabel('利用者名').fill(who.user);
  await page.getByLabel('パスワード', { exact: true }).fill(who.password);
  await page.getByRole('button', { name: 'サインイン', exact: true }).click();
  await searchBox(page).waitFor();
}

export async function signOut(page: Page): Promise<void> {
  await page.getByRole('button', { name: '利用者と表示' }).click();
  await page.getByRole('button', { name: 'サインアウト' }).click();
  await page.getByText('サインアウトしました').waitFor();
}

/** Kept where the screens are looked at, when somebody asks for them. */
export async function shot(page: Page, name: string): Promise<void> {
  const folder = process.env['KOMAINU_SHOTS'];
  if (folder) await page.screenshot({ path: `${folder}/${name}.png`, fullPage: true });
}

export const searchBox = (page: Page) => page.getByRole('combobox', { name: '患者をさがす' });

export async function signedIn(options: BrowserContextOptions = {}): Promise<Page> {
  const page = await newPage(options);
  await signIn(page);
  return page;
}

/** Opens a chart by its address and waits for its sections. */
export async function openChart(page: Page, id: string): Promise<void> {
  await page.goto(`${ready.page}/patients/${id}`);
  await page.getByRole('heading', { name: '処方', exact: true }).waitFor();
}

/** The line that says how things stand. */
export const line = (page: Page) => page.getByRole('button', { name: '通信の状態' });

/** Waits until the service worker has the page's files. */
export async function cached(page: Page): Promise<void> {
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
}

/** The public interface with the demo's token: what the page may do, anyone may do. */
export async function fhir<T extends Resource>(method: string, path: string, body?: Resource, headers: Record<string, string> = {}): Promise<T> {
  const response = await fetch(`${ready.url}/fhir/${path}`, {
    method,
    headers: { Authorization: `Bearer ${ready.token}`, Accept: 'application/fhir+json', 'Content-Type': 'application/fhir+json', ...headers },
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
  return (text === '' ? undefined : JSON.parse(text)) as T;
}

/** Patients of the sample, by number; those that other tests have registered are left out. */
export async function patients(count: number): Promise<Patient[]> {
  const bundle = await fhir<Bundle>('GET', 'Patient?_count=1000&_sort=_id');
  return (bundle.entry ?? []).map((entry) => entry.resource as Patient).filter((patient) => /^p\d{6}$/.test(patient.id ?? '')).slice(0, count);
}

/** The patient of the demo with most to show: the most results among those with an allergy. */
export async function patientWithResults(): Promise<Patient> {
  const counts = new Map<string, number>();
  const count = async (path: string, member: string, weight: number) => {
    const bundle = await fhir<Bundle>('GET', path);
    for (const { resource } of bundle.entry ?? []) {
      const { reference } = resource?.[member] as { reference: string };
      counts.set(reference, (counts.get(reference) ?? 0) + weight);
    }
  };
  await count('Observation?category=laboratory&_count=1000', 'subject', 1);
  await count('AllergyIntolerance?_count=200', 'patient', 60);
  await count('Flag?_count=200', 'subject', 60);
  const [best] = [...counts].sort((a, b) => b[1] - a[1]);
  return fhir<Patient>('GET', best![0]);
}

const axeSource = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

/** No fault that axe can find in either light, colour contrast included. */
export async function accessible(page: Page, what: string): Promise<void> {
  // The content policy stops scripts added from outside, so the driver evaluates it instead.
  const { readFileSync } = await import('node:fs');
  await page.evaluate(readFileSync(axeSource, 'utf8'));
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    expect(await faults(page), `axe on ${what}, ${colorScheme}`).toEqual([]);
  }
  await page.emulateMedia({ colorScheme: 'light' });
}

async function faults(page: Page): Promise<string[]> {
  return page.evaluate(async () => {
    const { axe: run } = globalThis as unknown as { axe: typeof axe };
    const { violations } = await run.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] });
    return violations.flatMap((v) => v.nodes.map((n) => `${v.id}: ${n.target.join(' ')} — ${n.failureSummary?.split('\n')[1]?.trim() ?? v.help}`));
  });
}
