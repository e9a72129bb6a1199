// Passkeys, as a person meets them: add one, sign in by it alone, prove oneself with it, take it away. The keys are
// Chromium's own, made by its virtual authenticator.

import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { accessible, newContext, ready, searchBox, shot, signIn, signOut, useBrowser } from './world';

useBrowser();

/** The page under the server's name: browsers make passkeys for names only. */
const named = ready.page.replace('127.0.0.1', 'localhost');
/** Nobody whom the other tests sign in as. */
const person = ready.users.find(({ duties }) => duties.includes('clerk'))!;

/** A page whose device can make keys, opened by a finger that `verified` says is the owner's. */
async function withDevice(verified = true): Promise<{ page: Page; recognise: (owner: boolean) => Promise<void> }> {
  const page = await (await newContext()).newPage();
  const device = await page.context().newCDPSession(page);
  await device.send('WebAuthn.enable');
  const { authenticatorId } = await device.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true,
      isUserVerified: verified, automaticPresenceSimulation: true,
    },
  });
  await page.goto(named);
  return { page, recognise: async (owner) => void (await device.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: owner })) };
}

async function toFactors(page: Page): Promise<void> {
  await page.getByRole('button', { name: '利用者と表示' }).click();
  await page.getByRole('button', { name: '二段階認証' }).click();
  await page.getByRole('heading', { name: 'パスキー', exact: true }).waitFor();
}

test('add a passkey, sign in by it alone, prove oneself with it, take it away', async () => {
  const { page, recognise } = await withDevice();
  await signIn(page, person);
  await toFactors(page);
  await page.getByText('パスキーはまだありません').waitFor();
  await page.getByRole('button', { name: 'パスキーを追加' }).click();
  await page.getByLabel('この端末の呼び名').fill('受付の<b>iPad</b>');
  await page.getByLabel('パスワード', { exact: true }).fill(person.password);
  await accessible(page, 'adding a passkey');
  await shot(page, 'passkey-add');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: '回復コードを印刷' }).waitFor();
  expect(await page.locator('ol code').count()).toBe(10);
  await page.getByRole('button', { name: '保管しました' }).click();
  await page.getByText('パスキーを追加しました').waitFor();
  await page.getByText('受付の<b>iPad</b>', { exact: true }).waitFor();
  await accessible(page, 'passkeys');
  await shot(page, 'passkey-list');

  // Without a name, a password or a code.
  await signOut(page);
  await accessible(page, 'sign-in with a passkey');
  await shot(page, 'passkey-sign-in');
  await page.getByRole('button', { name: 'パスキーでサインイン' }).click();
  await searchBox(page).waitFor();

  // A finger that is not the owner's opens nothing, and says what else there is.
  await signOut(page);
  await recognise(false);
  await page.getByRole('button', { name: 'パスキーでサインイン' }).click();
  await page.getByRole('alert').filter({ hasText: 'パスワードを使ってください' }).waitFor();
  await shot(page, 'passkey-declined');
  await recognise(true);

  // The password alone is now half the way; the key is the other half.
  await page.getByLabel('利用者名').fill(person.user);
  await page.getByLabel('パスワード', { exact: true }).fill(person.password);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: '二段階目の確認' }).waitFor();
  await accessible(page, 'second step with a passkey');
  await shot(page, 'passkey-second-step');
  await page.getByRole('button', { name: 'パスキーでサインイン' }).click();
  await searchBox(page).waitFor();

  // Taken away again, with itself as the proof.
  await toFactors(page);
  await page.getByRole('button', { name: '受付の<b>iPad</b>' }).click();
  await page.getByText('端末が指紋・顔・PINでの確認を求めます').waitFor();
  await accessible(page, 'removing a passkey');
  await shot(page, 'passkey-remove');
  await page.getByRole('button', { name: '登録をやめる' }).click();
  await page.getByText('を消しました').waitFor();
  await page.getByText('パスキーはまだありません').waitFor();
  await signOut(page);
  await page.getByRole('button', { name: 'パスキーでサインイン' }).click();
  await page.getByRole('alert').waitFor();
  await signIn(page, person);
});

test('a page that was opened by its address says why there are no passkeys', async () => {
  const page = await (await newContext()).newPage();
  await page.goto(ready.page.replace('localhost', '127.0.0.1'));
  expect(await page.getByRole('button', { name: 'パスキーでサインイン' }).count()).toBe(0);
  await signIn(page, person);
  await page.getByRole('button', { name: '利用者と表示' }).click();
  await page.getByRole('button', { name: '二段階認証' }).click();
  await page.getByText('サーバーの名前でこのページを開くか').waitFor();
  expect(await page.getByRole('button', { name: 'パスキーを追加' }).isDisabled()).toBe(true);
});
