// Remakes docs/screens: what a person sees, in the sizes and lights they see it in. `npm run screens -- --bin …`.
// Patients are the demo's: synthetic, the same for a seed.

import { mkdirSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { beforeAll, test } from 'vitest';
import { fullName } from '../src/fhir/patient';
import type { Patient } from '../src/fhir/types';
import { cached, line, newPage, openChart, patients, patientWithResults, searchBox, signedIn, signIn, useBrowser } from './world';

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
      await page.getByRole('link', { name: 'こまいぬ' }).click();
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
