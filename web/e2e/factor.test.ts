// The second factor, as a person meets it: enrol, sign in with a code, lose the telephone.

import { createHmac } from 'node:crypto';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { accessible, newPage, ready, searchBox, shot, signIn, signOut, useBrowser } from './world';

useBrowser();

/** Not the doctor, whom the other tests sign in as. */
const person = ready.users.find(({ duties }) => duties.includes('nurse'))!;

/** What an authenticator shows `ahead` steps of thirty seconds from now (RFC 6238). */
function code(spelled: string, ahead = 0): string {
  const letters = spelled.replaceAll(' ', '');
  const bits = [...letters].map((letter) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0')).join('');
  const secret = Buffer.from(bits.match(/.{8}/g)!.map((byte) => parseInt(byte, 2)));
  const step = Buffer.alloc(8);
  step.writeBigInt64BE(BigInt(Math.floor(Date.now() / 30_000) + ahead));
  const digest = createHmac('sha1', secret).update(step).digest();
  return String((digest.readUInt32BE(digest[19]! & 15) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}

async function toSecondStep(page: Page): Promise<void> {
  await page.getByLabel('利用者名').fill(person.user);
  await page.getByLabel('パスワード', { exact: true }).fill(person.password);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: '二段階目の確認' }).waitFor();
}

test('enrol, sign in with a code that works once, then with one from paper', async () => {
  const page = await newPage();
  await signIn(page, person);
  await page.getByRole('button', { name: '利用者と表示' }).click();
  await page.getByRole('button', { name: '二段階認証' }).click();
  await page.getByText('登録していません').waitFor();
  await accessible(page, 'second factor, none');
  await page.getByRole('button', { name: '登録する' }).click();
  await page.getByLabel('パスワード', { exact: true }).fill('not the password');
  await page.keyboard.press('Enter');
  await page.getByRole('alert').filter({ hasText: '違います' }).waitFor();
  await page.getByLabel('パスワード', { exact: true }).fill(person.password);
  await page.keyboard.press('Enter');

  await page.getByRole('img', { name: 'QRコード' }).waitFor();
  const secret = await page.locator('.spelled code').innerText();
  await accessible(page, 'enrolment');
  await shot(page, 'factor-enrol');
  const first = page.getByLabel('アプリに出た6桁のコード');
  await first.fill(code(secret, 100));
  await page.keyboard.press('Enter');
  await page.getByRole('alert').filter({ hasText: 'コードが違います' }).waitFor();
  // The step before, which the drift allows: later ones stay to be used.
  await first.fill(code(secret, -1));
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: '回復コードを印刷' }).waitFor();
  const recovery = await page.locator('ol code').allInnerTexts();
  expect(new Set(recovery).size).toBe(10);
  expect(recovery.every((one) => /^[0-9A-Z]{4}(-[0-9A-Z]{4}){3}$/.test(one))).toBe(true);
  await accessible(page, 'recovery codes');
  await shot(page, 'factor-codes');
  await page.emulateMedia({ media: 'print' });
  await page.getByText(person.name, { exact: false }).filter({ hasText: '発行' }).waitFor();
  expect(await page.locator('ol code').first().isVisible()).toBe(true);
  await shot(page, 'factor-print');
  await page.emulateMedia({ media: null });
  await page.getByRole('button', { name: '保管しました' }).click();
  await page.getByText('登録済みです').waitFor();
  await accessible(page, 'second factor, enrolled');
  await shot(page, 'factor-enrolled');

  // With a code, which then is spent.
  await signOut(page);
  await toSecondStep(page);
  await accessible(page, 'second step');
  await shot(page, 'factor-second-step');
  expect(await page.getByLabel('6桁のコード').evaluate((field) => field === document.activeElement)).toBe(true);
  expect(await page.evaluate(async () => (await fetch('/fhir/Patient')).status), 'nothing opens at the second step').toBe(401);
  const used = code(secret, 1);
  await page.getByLabel('6桁のコード').fill(used);
  await page.keyboard.press('Enter');
  await searchBox(page).waitFor();
  await signOut(page);
  await toSecondStep(page);
  await page.getByLabel('6桁のコード').fill(used);
  await page.keyboard.press('Enter');
  await page.getByRole('alert').filter({ hasText: 'もう使われました' }).waitFor();
  await accessible(page, 'second step with an error');

  // From paper, once.
  await page.getByRole('button', { name: '回復コードを使う' }).click();
  await page.getByLabel('回復コード', { exact: true }).fill(recovery[0]!.toLowerCase());
  await page.keyboard.press('Enter');
  await searchBox(page).waitFor();
  await signOut(page);
  await toSecondStep(page);
  await page.getByRole('button', { name: '回復コードを使う' }).click();
  await page.getByLabel('回復コード', { exact: true }).fill(recovery[0]!);
  await page.keyboard.press('Enter');
  await page.getByRole('alert').filter({ hasText: 'すでに使われて' }).waitFor();
  await page.getByLabel('回復コード', { exact: true }).fill(recovery[1]!);
  await page.keyboard.press('Enter');
  await searchBox(page).waitFor();

  // Taken away again, with all there is to show.
  await page.goto(`${ready.page}/settings/second-factor`);
  await page.getByText('未使用の回復コード: 8個').waitFor();
  await page.getByRole('button', { name: '登録をやめる' }).click();
  await page.getByLabel('パスワード', { exact: true }).fill(person.password);
  await page.getByRole('button', { name: '回復コードを使う' }).click();
  await page.getByLabel('回復コード', { exact: true }).fill(recovery[2]!);
  await accessible(page, 'removal');
  await page.keyboard.press('Enter');
  await page.getByText('登録をやめました').waitFor();
  await signOut(page);
  await signIn(page, person);
});
