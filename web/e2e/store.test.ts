// The local store against the browser's real IndexedDB and WebCrypto, on an address of its own.

import { svelte } from '@sveltejs/vite-plugin-svelte';
import { build } from 'vite';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import type * as harness from './store-harness';
import { newContext, useBrowser } from './world';

useBrowser();

declare const store: typeof harness;

let code: string;
beforeAll(async () => {
  const built = await build({
    configFile: false,
    logLevel: 'error',
    plugins: [svelte()],
    build: { write: false, minify: false, lib: { entry: new URL('store-harness.ts', import.meta.url).pathname, formats: ['iife'], name: 'store' } },
  });
  const [bundle] = Array.isArray(built) ? built : [built];
  code = 'output' in bundle! ? bundle.output[0].code : '';
});

async function blank(): Promise<Page> {
  const page = await (await newContext()).newPage();
  // Never leaves the browser; localhost so that it counts as secure.
  await page.route('http://localhost/**', (route) => route.fulfill({ contentType: 'text/html', body: '<!doctype html><title>store</title>' }));
  await page.goto('http://localhost/');
  await page.addScriptTag({ content: code });
  return page;
}

test('resources and lists come back, also after closing', async () => {
  const page = await blank();
  const back = await page.evaluate(async () => {
    const first = await store.LocalStore.open();
    await first.keep('p', [{ resourceType: 'Patient', id: 'p', name: [{ text: '山田 太郎' }] }]);
    await first.keepList('p', 'problems', [{ resourceType: 'Condition', id: 'b' }, { resourceType: 'Condition', id: 'a' }], 42);
    first.close();
    const second = await store.LocalStore.open();
    const list = await second.list('p', 'problems');
    return { patient: await second.resource('Patient/p'), ids: list?.resources.map((r) => r.id), at: list?.at, none: await second.list('p', 'visits') };
  });
  expect(back).toEqual({ patient: { resourceType: 'Patient', id: 'p', name: [{ text: '山田 太郎' }] }, ids: ['b', 'a'], at: 42, none: undefined });
});

test('nothing of a name lies open, and the key cannot be taken', async () => {
  const page = await blank();
  const found = await page.evaluate(async () => {
    const local = await store.LocalStore.open();
    await local.keep('p', [{ resourceType: 'Patient', id: 'p', name: [{ text: 'YAMADA-CANARY' }] }]);
    await local.keepSession({ user: 'CANARY-user' });
    let raw = '';
    for (const name of local.db.objectStoreNames) {
      for (const value of await local.db.getAll(name)) {
        raw += JSON.stringify(value, (_key, part: unknown) =>
          part instanceof ArrayBuffer || ArrayBuffer.isView(part) ? new TextDecoder('latin1').decode(part as ArrayBuffer) : part,
        );
      }
    }
    const key = (await local.db.get('device', 'key')) as CryptoKey;
    const taken = await crypto.subtle.exportKey('raw', key).then(() => true, () => false);
    return { raw, taken, bytes: raw.length };
  });
  expect(found.raw).not.toContain('CANARY');
  expect(found.bytes).toBeGreaterThan(100);
  expect(found.taken).toBe(false);
});

test('a record put in another’s place is refused', async () => {
  const page = await blank();
  const outcome = await page.evaluate(async () => {
    const local = await store.LocalStore.open();
    await local.keep('a', [{ resourceType: 'Patient', id: 'a' }]);
    await local.keep('b', [{ resourceType: 'Patient', id: 'b' }]);
    await local.db.put('resource', (await local.db.get('resource', 'Patient/a'))!, 'Patient/b');
    return local.resource('Patient/b').then(() => 'read', () => 'refused');
  });
  expect(outcome).toBe('refused');
});

test('an older database is brought up step by step and keeps what it held', async () => {
  const page = await blank();
  const result = await page.evaluate(async () => {
    const old = await store.openDatabase(1);
    await old.put('list', { patient: 'p', keys: ['Condition/a'], at: 7 }, 'p/problems');
    old.close();
    const now = await store.openDatabase();
    return { version: now.version, latest: store.databaseVersion, stores: [...now.objectStoreNames], list: await now.get('list', 'p/problems') };
  });
  expect(result.version).toBe(result.latest);
  expect(result.stores).toEqual(['device', 'draft', 'list', 'opened', 'outbox', 'resource']);
  expect(result.list?.keys).toEqual(['Condition/a']);
});

test('charts long unopened go, never one with unsent writes', async () => {
  const page = await blank();
  const left = await page.evaluate(async () => {
    const local = await store.LocalStore.open();
    const day = 24 * 60 * 60_000;
    for (const [id, opened] of [['new', 99], ['old', 1], ['unsent', 1]] as const) {
      await local.keep(id, [{ resourceType: 'Patient', id }]);
      await local.opened(id, opened * day);
    }
    const gone = await local.trim(100 * day, new Set(['unsent']));
    return { gone, left: (await local.all('Patient')).map((p) => p.id), recent: await local.recent() };
  });
  expect(left).toEqual({ gone: 1, left: ['new', 'unsent'], recent: ['new', 'unsent'] });
});

test('a session that ends leaves unsent writes alone; destroying leaves nothing', async () => {
  const page = await blank();
  const result = await page.evaluate(async () => {
    const local = await store.LocalStore.open();
    await local.keep('p', [{ resourceType: 'Patient', id: 'p' }]);
    await local.keepSession({ user: 'u' });
    await local.db.put('outbox', { sealed: { iv: new Uint8Array(12), data: new ArrayBuffer(8) } });
    await local.forgetCharts();
    const counts = { resource: await local.db.count('resource'), outbox: await local.db.count('outbox'), session: await local.session() };
    local.close();
    await store.destroyDatabase();
    return { counts, databases: await indexedDB.databases() };
  });
  expect(result).toEqual({ counts: { resource: 0, outbox: 1, session: undefined }, databases: [] });
});

describe('the queue', () => {
  const answers = async (page: Page) => {
    await page.route('http://localhost/fhir/**', (route) =>
      route.fulfill({ contentType: 'application/fhir+json', headers: { ETag: 'W/"k.2"' }, body: route.request().postData() ?? '{}' }));
  };

  test('what is written while somebody ends their round of sending is sent after it', async () => {
    const page = await blank();
    await answers(page);
    await page.evaluate(async () => {
      const outbox = new store.Outbox(await store.LocalStore.open(), 'kato');
      let end = () => undefined as void;
      const held = new Promise<void>((done) => (end = done));
      await new Promise<void>((begun) => void navigator.locks.request('komainu-outbox', () => (begun(), held)));
      await outbox.add('p', { resourceType: 'Encounter', id: 'v', status: 'arrived' }, 'k.1');
      end();
      Object.assign(globalThis, { outbox });
    });
    await page.waitForFunction(() => (globalThis as unknown as { outbox: harness.Outbox }).outbox.unsent === 0);
  });

  test('an earlier reading that takes longer does not bring back what has been sent', async () => {
    const page = await blank();
    await answers(page);
    const unsent = await page.evaluate(async () => {
      const local = await store.LocalStore.open();
      const outbox = new store.Outbox(local, 'kato');
      let end = () => undefined as void;
      const held = new Promise<void>((done) => (end = done));
      await new Promise<void>((begun) => void navigator.locks.request('komainu-outbox', () => (begun(), held)));
      await outbox.add('p', { resourceType: 'Encounter', id: 'v', status: 'arrived' }, 'k.1');
      const decrypt = crypto.subtle.decrypt.bind(crypto.subtle);
      let go = () => undefined as void;
      const slow = new Promise<void>((done) => (go = done));
      crypto.subtle.decrypt = async (...what) => (await slow, decrypt(...what));
      const earlier = outbox.reload();
      await local.db.count('outbox');
      crypto.subtle.decrypt = decrypt;
      end();
      while (outbox.unsent > 0) await new Promise((done) => setTimeout(done, 10));
      go();
      await earlier;
      return outbox.unsent;
    });
    expect(unsent).toBe(0);
  });

  test('a confirmed write is shown until the screens have what was stored', async () => {
    const page = await blank();
    await answers(page);
    const seen = await page.evaluate(async () => {
      const outbox = new store.Outbox(await store.LocalStore.open(), 'kato');
      const counts: number[] = [];
      const read = new Promise<void>((done) => outbox.onStored(async () => {
        await new Promise((later) => setTimeout(later, 20));
        counts.push(outbox.unsent);
        done();
      }));
      await outbox.add('p', { resourceType: 'Encounter', id: 'v', status: 'arrived' }, 'k.1');
      await read;
      while (outbox.unsent > 0) await new Promise((done) => setTimeout(done, 10));
      return [...counts, outbox.unsent];
    });
    expect(seen).toEqual([1, 0]);
  });
});
