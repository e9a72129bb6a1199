// Remakes the network's part of docs/screens. A draft is made for the plan and thrown away: nothing is saved but what
// the history shows.

import { mkdirSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { beforeAll, test } from 'vitest';
import { newPage, ready, signedIn, signIn, useBrowser } from './world';

useBrowser();

const folder = process.env['KOMAINU_SHOTS'] ?? new URL('../../docs/screens/', import.meta.url).pathname;
const shot = async (page: Page, name: string, fullPage = false) => {
  await page.mouse.move(0, 0);
  await page.evaluate(() => document.fonts.ready);
  await page.screenshot({ path: `${folder}/${name}.png`, fullPage, animations: 'disabled' });
};

async function open(page: Page, at = ''): Promise<void> {
  await page.goto(`${ready.page}/network${at === '' ? '' : `/${at}`}`);
  await page.getByRole('navigation', { name: 'ネットワーク' }).waitFor();
}

async function edit(page: Page): Promise<void> {
  await open(page, 'text');
  const area = page.getByRole('textbox', { name: '宣言の原文' });
  const text = (await area.inputValue())
    .replace('hours = "mon-sat 08:00-20:00"', 'hours = "mon-sat 08:00-19:00"')
    .replace('room = "waiting"\nmac = "00:a0:de:40:00:17"', 'room = "reception"\nmac = "00:a0:de:40:00:17"')
    .replace('[[flow]]\nid = "signage-feed"', '[[flow]]\nid = "nas-scan"\nfrom = "exam-printer"\nto = "oqs"\nservice = "smb"\nwhy = "複合機で読み取った保険証を置く"\n\n[[flow]]\nid = "signage-feed"');
  await area.fill(text);
  await page.getByRole('button', { name: '確かめて下書きに入れる' }).click();
  await page.getByText('読めました').waitFor();
}

beforeAll(() => void mkdirSync(folder, { recursive: true }));

const sizes = [
  ['1366x768', { viewport: { width: 1366, height: 768 } }],
  ['1920x1080', { viewport: { width: 1920, height: 1080 } }],
  ['tablet', { viewport: { width: 820, height: 1180 }, hasTouch: true, isMobile: true }],
] as const;

for (const [size, options] of sizes) {
  for (const light of ['light', 'dark'] as const) {
    test(`${size} ${light}`, async () => {
      const page = await newPage({ ...options, colorScheme: light });
      await signIn(page);
      await open(page);
      await page.getByRole('table').waitFor();
      await shot(page, `network-matrix-${size}-${light}`);
      await open(page, 'map');
      await page.getByRole('group', { name: 'ネットワークの図' }).waitFor();
      await shot(page, `network-map-${size}-${light}`);
      if (size === '1920x1080') return;
      await page.getByRole('link', { name: /^電子カルテサーバー/ }).focus();
      await shot(page, `network-map-device-${size}-${light}`);
      await open(page, 'devices/chart-server');
      await page.getByText('HL7 (MLLP)').first().waitFor();
      await shot(page, `network-device-${size}-${light}`);
      await edit(page);
      await page.getByRole('button', { name: '計画を見て保存' }).click();
      await page.getByText('が通るようになります').first().waitFor();
      await shot(page, `network-plan-${size}-${light}`);
    });
  }
}

test('one size of the rest', async () => {
  const page = await signedIn();
  for (const [at, name] of [['between/medical/chart', 'cell'], ['flows', 'flows'], ['devices', 'devices'], ['edit/device/camera', 'form'], ['vendors', 'vendors'], ['findings', 'findings'], ['text', 'text'], ['history', 'history']] as const) {
    await open(page, at);
    await page.getByRole('heading', { level: 2 }).first().waitFor();
    if (at === 'history') await page.getByRole('row').nth(1).waitFor();
    await shot(page, `network-${name}`);
  }
  await open(page, 'proof');
  await page.getByLabel('ルーターの設定').fill('ip lan1/1 address 192.168.10.1/24\nip lan1/4 address 192.168.40.1/24\nip lan1/4 secure filter in 1 2\nip filter 1 pass 192.168.40.11 192.168.10.5 tcp * 445\nip filter 2 pass * * * * *\nip filter 3 frobnicate\n');
  await page.getByRole('button', { name: '確かめる', exact: true }).click();
  await page.getByRole('heading', { name: '理解できなかった行' }).waitFor();
  await shot(page, 'network-proof');
});

test('English, and on paper', async () => {
  const page = await signedIn();
  await page.getByRole('button', { name: '利用者と表示' }).click();
  await page.getByRole('radio', { name: 'English' }).check();
  await page.keyboard.press('Escape');
  await page.goto(`${ready.page}/network`);
  await page.getByRole('table').waitFor();
  await shot(page, 'network-english');
  await page.getByRole('button', { name: 'User and display' }).click();
  await page.getByRole('radio', { name: '日本語' }).check();
  await page.keyboard.press('Escape');
  await page.setViewportSize({ width: 1123, height: 794 });
  await page.emulateMedia({ media: 'print' });
  await shot(page, 'network-print', true);
});
