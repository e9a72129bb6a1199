// A sealed chart, as people meet it: sealed, found by name, opened with a reason, ended, signed off, looked up.

import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { fullName } from '../src/fhir/patient';
import type { Patient } from '../src/fhir/types';
import { accessible, newPage, openChart, patients, ready, searchBox, signIn, useBrowser } from './world';

useBrowser();

const holding = (duty: string, but = '') => ready.users.find(({ duties }) => duties.includes(duty) && !duties.includes(but))!;
const director = holding('director');
const clerk = holding('clerk');
const nurse = ready.users.filter(({ duties }) => duties.includes('nurse')).at(-1)!;
const auditor = holding('auditor');

async function as(who: typeof director): Promise<Page> {
  const page = await newPage();
  await signIn(page, who);
  return page;
}

const shot = async (page: Page, name: string) => {
  if (!process.env['KOMAINU_SCREENS']) return;
  await page.mouse.move(0, 0);
  await page.screenshot({ path: new URL(`../../docs/screens/${name}.png`, import.meta.url).pathname, animations: 'disabled' });
};

test('seal, find, open with a reason, end, sign off, and see who it was', { timeout: 240_000 }, async () => {
  const patient: Patient = (await patients(30))[29]!;
  const [family] = fullName(patient).split(' ');

  // The director seals the chart, with the password again; then it is closed to the director too.
  const first = await as(director);
  await openChart(first, patient.id!);
  await first.getByRole('button', { name: '封をする' }).click();
  const dialog = first.getByRole('dialog');
  await dialog.getByLabel('理由').fill('職員の受診');
  await dialog.getByLabel('パスワード').fill('not-the-password-1');
  await accessible(first, 'the dialog of a seal');
  await shot(first, 'closed-seal');
  await dialog.getByRole('button', { name: '封をする' }).click();
  await first.getByRole('alert').filter({ hasText: 'パスワードかコードが違う' }).waitFor();
  await dialog.getByLabel('パスワード').fill(director.password);
  await dialog.getByRole('button', { name: '封をする' }).click();
  await first.getByRole('heading', { name: /このカルテは閉じています\(職員\)/ }).waitFor();
  expect(await first.evaluate(async (id) => (await fetch(`/fhir/Patient/${id}`)).status, patient.id)).toBe(404);

  // At the desk the person is found by name, with the sign of the seal, and nothing of the chart.
  const desk = await as(clerk);
  await searchBox(desk).fill(family!);
  const option = desk.getByRole('option').filter({ hasText: fullName(patient) }).filter({ hasText: '封' });
  await option.waitFor();
  await accessible(desk, 'a sealed patient in the list');
  await shot(desk, 'closed-find');
  await option.click();
  await desk.getByRole('heading', { name: /このカルテは閉じています/ }).waitFor();
  await desk.getByText(fullName(patient)).waitFor();
  await accessible(desk, 'a closed chart');
  await shot(desk, 'closed-chart');
  await desk.getByRole('button', { name: '緊急アクセスで30分開く' }).click();
  await desk.getByRole('alert').filter({ hasText: '4文字以上' }).waitFor();

  // A nurse opens it in an emergency: the time left is on the screen, and one click ends it.
  const ward = await as(nurse);
  await ward.goto(`${ready.page}/patients/${patient.id}`);
  await ward.getByLabel('開く理由').fill('救急で搬送され、意識がない');
  await ward.keyboard.press('Tab');
  await ward.getByRole('button', { name: '緊急アクセスで30分開く' }).click();
  const timer = ward.getByRole('timer');
  await timer.filter({ hasText: /あと(29|30)分/ }).waitFor();
  await ward.getByRole('heading', { name: '処方', exact: true }).waitFor();
  await accessible(ward, 'a chart open in an emergency');
  await shot(ward, 'closed-emergency');
  await ward.getByRole('button', { name: '今すぐ終える' }).click();
  await ward.getByRole('heading', { name: /このカルテは閉じています/ }).waitFor();
  const kept = await ward.evaluate(async () => {
    const { name, version } = (await indexedDB.databases())[0] as { name: string; version: number };
    const db = await new Promise<IDBDatabase>((resolve) => { const open = indexedDB.open(name, version); open.onsuccess = () => resolve(open.result); });
    const count = (store: string) => new Promise<number>((resolve) => { const ask = db.transaction(store).objectStore(store).count(); ask.onsuccess = () => resolve(ask.result); });
    const found = (await count('resource')) + (await count('list'));
    db.close();
    return found;
  });
  expect(kept, 'nothing of it stays on the device').toBe(0);

  // The auditor sees it at once, signs it off, and sees what else that person did.
  const audit = await newPage();
  await signIn(audit, auditor);
  await audit.getByRole('link', { name: /確認待ち \d+件/ }).click();
  const row = audit.getByRole('row').filter({ hasText: nurse.user }).filter({ hasText: '救急で搬送され' });
  await row.waitFor();
  await accessible(audit, 'openings to sign off');
  await shot(audit, 'closed-reviews');
  await row.getByRole('textbox').fill('救急搬送の記録と合う');
  await row.getByRole('button', { name: '妥当' }).click();
  await row.waitFor({ state: 'detached' });
  await audit.getByLabel('確認待ちだけ').uncheck();
  await audit.getByText('救急搬送の記録と合う').waitFor();
  await audit.getByRole('link', { name: nurse.user }).first().click();
  await audit.getByRole('heading', { name: `${nurse.user} の操作の記録` }).waitFor();
  await audit.getByRole('row').filter({ hasText: '緊急アクセス' }).first().waitFor();
  await accessible(audit, 'what a person did');
  await shot(audit, 'closed-person');
  await audit.goto(`${ready.page}/patients/${patient.id}/trail`);
  await audit.getByRole('row').filter({ hasText: nurse.name }).first().waitFor();
  await accessible(audit, 'who opened a chart');
  await shot(audit, 'closed-trail');
  const csv = await audit.evaluate(async (id) => (await fetch(`/api/patients/${id}/trail.csv`)).text(), patient.id);
  expect(csv).toContain('"break-glass"');

  // The director lifts the seal from the closed chart.
  await first.getByRole('button', { name: '封を変える・解く' }).click();
  await dialog.getByLabel('理由').fill('退職した');
  await dialog.getByLabel('パスワード').fill(director.password);
  await dialog.getByRole('button', { name: '封を解く' }).click();
  await first.getByRole('heading', { name: '処方', exact: true }).waitFor();
});
