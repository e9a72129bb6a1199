// Remakes docs/screens: what a person sees, in the sizes and lights they see it in. `npm run screens -- --bin …`.
// Patients are the demo's: synthetic, the same for a seed.

import { mkdirSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { beforeAll, test } from 'vitest';
import { fullName } from '../src/fhir/patient';
import type { Bundle, Encounter, Patient } from '../src/fhir/types';
import { cached, doctor, fhir, line, newPage, openChart, patients, patientWithResults, ready, searchBox, signedIn, signIn, useBrowser } from './world';

useBrowser();

const folder = new URL('../../docs/screens/', import.meta.url).pathname;
const shot = async (page: Page, name: string, fullPage = false) => {
  await page.mouse.move(0, 0);
  await page.evaluate(() => document.fonts.ready);
  await page.screenshot({ path: `${folder}${name}.png`, fullPage, animations: 'disabled' });
};

let patient: Patient;
beforeAll(async () => {
  mkdirSync(folder, { recursive: true });
  patient = await patientWithResults();
});

const lights = ['light', 'dark'] as const;
const sizes = [
  ['1366x768', { viewport: { width: 1366, height: 768 } }],
  ['1920x1080', { viewport: { width: 1920, height: 1080 } }],
  ['tablet', { viewport: { width: 820, height: 1180 }, hasTouch: true, isMobile: true }],
] as const;

for (const [size, options] of sizes) {
  for (const light of lights) {
    test(`${size} ${light}`, async () => {
      const page = await newPage({ ...options, colorScheme: light });
      await page.getByLabel('利用者名').waitFor();
      await shot(page, `sign-in-${size}-${light}`);
      await signIn(page);
      for (const { id } of (await patients(6)).filter((p) => p.id !== patient.id)) await openChart(page, id!);
      await openChart(page, patient.id!);
      await page.getByRole('img', { name: /の推移/ }).first().locator('canvas').waitFor();
      await shot(page, `chart-${size}-${light}`);
      await page.getByRole('link', { name: '患者', exact: true }).click();
      await page.getByRole('heading', { name: '最近開いたカルテ' }).waitFor();
      await shot(page, `home-${size}-${light}`);
      await searchBox(page).fill(fullName(patient).split(' ')[0]!);
      await page.getByRole('option').first().waitFor();
      await page.getByText(/^\d+人/).waitFor();
      await page.keyboard.press('ArrowDown');
      await shot(page, `find-${size}-${light}`);
    });
  }
}

// The day of the sample has come to 10:40.
const date = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Asia/Tokyo' }).format(new Date());
const morning = new Date(`${date}T10:41:00+09:00`);
const clerk = ready.users.find(({ duties }) => duties.includes('clerk'))!;
const desks = [['1366x768', { width: 1366, height: 768 }], ['1024x768', { width: 1024, height: 768 }], ['tablet', { width: 820, height: 1180 }]] as const;

/** Somebody who is with the doctor, or waits. */
async function inTheRoom(): Promise<string> {
  const visits = await fhir<Bundle>('GET', 'Encounter?status=in-progress&_count=50');
  const here = (visits.entry ?? []).map((e) => e.resource as Encounter).filter((v) => v.period?.start?.startsWith(date) && v.participant?.[0]?.individual?.display === doctor.name);
  return here[0]!.subject!.reference!.split('/')[1]!;
}

for (const [size, viewport] of desks) {
  for (const light of lights) {
    test(`a day, ${size} ${light}`, async () => {
      const desk = await newPage({ viewport, colorScheme: light }, morning);
      await signIn(desk, clerk);
      await desk.getByRole('region', { name: /^診察待ち/ }).getByRole('listitem').nth(2).waitFor();
      await desk.getByText('医保').or(desk.getByText('国保')).or(desk.getByText('後期')).first().waitFor();
      await shot(desk, `board-${size}-${light}`);
      for (let n = 0; n < 3; n++) await desk.keyboard.press('ArrowDown');
      await desk.getByRole('combobox', { name: '部屋' }).waitFor();
      await shot(desk, `board-chosen-${size}-${light}`);
      await desk.getByRole('link', { name: '予約', exact: true }).click();
      await desk.locator('.taken').nth(8).waitFor();
      await shot(desk, `book-day-${size}-${light}`);
      await desk.getByRole('button', { name: '週' }).click();
      await desk.getByRole('columnheader').nth(7).waitFor();
      await desk.locator('.taken').nth(8).waitFor();
      await shot(desk, `book-week-${size}-${light}`);
      const room = await newPage({ viewport, colorScheme: light }, morning);
      await signIn(room);
      await room.goto(`${ready.page}/patients/${await inTheRoom()}/write`);
      await room.locator('#soap-S').waitFor();
      await room.keyboard.press('Alt+d');
      await room.waitForTimeout(800);
      await shot(room, `write-${size}-${light}`);
    });
  }
}

test('at the desk: walk-in, new patient, end of day, commands', async () => {
  const page = await newPage({}, morning);
  await signIn(page);
  await page.getByRole('region', { name: /^診察待ち/ }).getByRole('listitem').nth(2).waitFor();
  await page.locator('body').press('w');
  await page.keyboard.type('やま');
  await page.getByRole('dialog').getByRole('option').nth(1).waitFor();
  await shot(page, 'walk-in');
  await page.getByRole('button', { name: '新しい患者' }).click();
  await page.getByLabel('姓', { exact: true }).fill('山田');
  await page.getByLabel('名', { exact: true }).fill('花');
  await page.getByLabel('生年月日').fill('S33.4.5');
  await shot(page, 'new-patient');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: '終業の確認' }).click();
  await page.getByText('確定していない記載').waitFor();
  await shot(page, 'end-of-day');
  await page.keyboard.press('Escape');
  await searchBox(page).fill('> ');
  await page.getByRole('option').nth(5).waitFor();
  await page.keyboard.press('ArrowDown');
  await shot(page, 'commands');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
  await page.emulateMedia({ media: 'print' });
  await page.setViewportSize({ width: 794, height: 1123 });
  await shot(page, 'board-print', true);
});

test('offline', async () => {
  const page = await signedIn();
  await openChart(page, patient.id!);
  await cached(page);
  await page.context().setOffline(true);
  await page.reload();
  await line(page).filter({ hasText: 'オフライン' }).waitFor();
  await page.getByRole('textbox', { name: 'メモを書く' }).fill('次回、高額療養費の限度額認定証を確認');
  await page.keyboard.press('Enter');
  await line(page).filter({ hasText: '未送信 1' }).waitFor();
  await shot(page, 'chart-offline');
  await line(page).click();
  await page.getByRole('dialog').waitFor();
  await shot(page, 'unsent');
});

test('English, and on paper', async () => {
  const page = await signedIn();
  await openChart(page, patient.id!);
  await page.getByRole('button', { name: '利用者と表示' }).click();
  await page.getByRole('radio', { name: 'English' }).check();
  await page.keyboard.press('Escape');
  await shot(page, 'chart-english');
  await page.getByRole('button', { name: 'User and display' }).click();
  await page.getByRole('radio', { name: '日本語' }).check();
  await page.keyboard.press('Escape');
  await page.setViewportSize({ width: 794, height: 1123 });
  await page.emulateMedia({ media: 'print' });
  await shot(page, 'chart-print', true);
});
