import { describe, expect, test } from 'vitest';
import { accessible, cached, doctor, line, newPage, openChart, patients, searchBox, signedIn, signIn, useBrowser } from './world';

useBrowser();

/** Everything a browser profile holds for our origin, as text. */
async function residue(page: Awaited<ReturnType<typeof newPage>>): Promise<string> {
  return page.evaluate(async () => {
    const found: unknown[] = [{ ...localStorage }, { ...sessionStorage }, document.cookie, document.title];
    for (const { name, version } of await indexedDB.databases()) {
      const db = await new Promise<IDBDatabase>((resolve, reject) => {
        const open = indexedDB.open(name!, version);
        open.onsuccess = () => resolve(open.result);
        open.onerror = () => reject(open.error!);
      });
      for (const store of db.objectStoreNames) {
        const all = await new Promise<unknown[]>((resolve) => {
          const ask = db.transaction(store).objectStore(store).getAll();
          ask.onsuccess = () => resolve(ask.result);
        });
        found.push({ name, store, count: all.length });
      }
      db.close();
    }
    for (const name of await caches.keys()) {
      found.push(...(await (await caches.open(name)).keys()).map((request) => new URL(request.url).pathname));
    }
    return JSON.stringify(found);
  });
}

describe('signing in', () => {
  test('the first field has the focus, and password managers know both', async () => {
    const page = await newPage();
    const user = page.getByLabel('利用者名');
    await user.waitFor();
    expect(await user.evaluate((field) => field === document.activeElement)).toBe(true);
    expect(await user.getAttribute('autocomplete')).toBe('username');
    expect(await page.getByLabel('パスワード', { exact: true }).getAttribute('autocomplete')).toBe('current-password');
    await accessible(page, 'sign-in');
  });

  test('a wrong password and an unknown user are told the same, in a sentence', async () => {
    const page = await newPage();
    const said: string[] = [];
    for (const user of [doctor.user, 'nobody-of-that-name']) {
      await page.getByLabel('利用者名').fill(user);
      await page.getByLabel('パスワード', { exact: true }).fill('not the password');
      await page.keyboard.press('Enter');
      await page.getByRole('alert').filter({ hasText: '違います' }).waitFor();
      said.push(await page.getByRole('alert').innerText());
    }
    expect(said[0]).toBe(said[1]);
    await accessible(page, 'sign-in with an error');
  });

  test('nothing entered: says what is missing and goes there', async () => {
    const page = await newPage();
    await page.getByLabel('利用者名').fill(doctor.user);
    await page.keyboard.press('Enter');
    await page.getByRole('alert').filter({ hasText: '入れてください' }).waitFor();
    expect(await page.getByLabel('パスワード', { exact: true }).evaluate((field) => field === document.activeElement)).toBe(true);
  });

  test('the English side is complete on the way in', async () => {
    const page = await newPage();
    await page.getByRole('button', { name: 'English' }).click();
    await page.getByLabel('User name').fill(doctor.user);
    await page.getByLabel('Password', { exact: true }).fill(doctor.password);
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await page.getByRole('combobox', { name: 'Find a patient' }).waitFor();
    expect(await page.evaluate(() => document.documentElement.lang)).toBe('en');
  });
});

describe('leaving', () => {
  test('signing out leaves no patient in this browser', async () => {
    const page = await signedIn();
    const [patient] = await patients(1);
    await openChart(page, patient!.id!);
    await cached(page);
    expect(await residue(page)).toContain('"store":"resource"');

    await page.getByRole('button', { name: '利用者と表示' }).click();
    await page.getByRole('button', { name: 'サインアウト' }).click();
    await page.getByText('この端末に残っていません').waitFor();

    const left = JSON.parse(await residue(page)) as unknown[];
    const stores = left.filter((l): l is { store: string; count: number } => typeof l === 'object' && l !== null && 'store' in l);
    // The sign-in page may open an empty store with a new key; nothing else is in it.
    for (const { store, count } of stores) expect(count, store).toBeLessThanOrEqual(store === 'device' ? 1 : 0);
    for (const path of left.filter((l): l is string => typeof l === 'string' && l.startsWith('/'))) {
      expect(path).not.toMatch(/^\/(api|fhir|patients)/);
    }
    // Back leads to no chart either, and the server asks again.
    await page.goBack();
    await page.getByLabel('利用者名').waitFor();
    expect(await page.evaluate(() => fetch('/api/session').then((r) => r.status))).toBe(401);
  });

  test('another tab goes with it', async () => {
    const page = await signedIn();
    const other = await page.context().newPage();
    const [patient] = await patients(1);
    await openChart(other, patient!.id!);
    await page.getByRole('button', { name: '利用者と表示' }).click();
    await page.getByRole('button', { name: 'サインアウト' }).click();
    await other.getByLabel('利用者名').waitFor();
  });

  test('signing out without the server is made good before the next sign-in', async () => {
    const page = await signedIn();
    await cached(page);
    await page.context().setOffline(true);
    await line(page).filter({ hasText: 'オフライン' }).waitFor();
    await page.getByRole('button', { name: '利用者と表示' }).click();
    await page.getByRole('button', { name: 'サインアウト' }).click();
    await page.getByText('サーバーにはまだ伝わっていません').waitFor();
    await page.context().setOffline(false);
    await page.waitForFunction(() => fetch('/api/session').then((r) => r.status === 401, () => false));
    await signIn(page);
  });

  test('a session that ends on the server takes the charts away and says so', async () => {
    const page = await signedIn();
    const [patient] = await patients(1);
    await openChart(page, patient!.id!);
    await page.context().clearCookies();
    await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
    await page.getByText('時間がたったため').waitFor();
    expect(await residue(page)).toContain('"store":"resource","count":0');
    expect(await page.getByText(patient!.name![0]!.family!).count()).toBe(0);
    await signIn(page);
    expect(await searchBox(page).isVisible()).toBe(true);
  });
});

test('session secrets are out of reach of scripts', async () => {
  const page = await signedIn();
  const cookies = await page.context().cookies();
  const session = cookies.find((cookie) => cookie.name.startsWith('__Host-'));
  expect(session).toMatchObject({ httpOnly: true, secure: true, path: '/' });
  expect(['Strict', 'Lax']).toContain(session!.sameSite);
  expect(await page.evaluate(() => document.cookie)).toBe('');
  expect(await residue(page)).not.toContain(session!.value);
});
