// 受付: the board as a receptionist and two terminals use it.

import { gzipSync } from 'node:zlib';
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import type { Bundle, Encounter, Patient } from '../src/fhir/types';
import { accessible, cached, fhir, line, newPage, patience, patients, ready, signIn, useBrowser } from './world';

useBrowser();

const clerk = ready.users.find(({ duties }) => duties.includes('clerk'))!;
const today = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Asia/Tokyo' }).format(new Date());

let nth = 0;
/** A patient of this run alone, who has just come. */
async function coming(name = `試験${Date.now() % 100_000}-${++nth}`, step = 'arrived'): Promise<{ name: string; visit: Encounter }> {
  const patient = await fhir<Patient>('POST', 'Patient', { resourceType: 'Patient', active: true, name: [{ use: 'official', text: name, family: name }], gender: 'female', birthDate: '1958-04-05' } as Patient);
  const at = new Date(Date.now() - 25 * 60_000).toISOString();
  const status = step === 'arrived' ? 'arrived' : 'triaged';
  const visit = await fhir<Encounter>('POST', 'Encounter', {
    resourceType: 'Encounter', status, class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'AMB' }, type: [{ text: '再診' }],
    subject: { reference: `Patient/${patient.id}` }, period: { start: at }, reasonCode: [{ text: '定期受診' }],
    identifier: [{ system: 'urn:komainu:fhir:ticket', value: `${today}/${500 + Math.floor(Math.random() * 400_000)}` }],
  } as Encounter);
  return { name, visit };
}

const stored = (visit: Encounter) => fhir<Encounter>('GET', `Encounter/${visit.id}`);
const stepIn = (visit: Encounter) => visit.extension?.find((e) => e.url.endsWith('visit-step'))?.extension?.find((e) => e.url === 'step')?.valueCode;
const group = (page: Page, name: string) => page.getByRole('region', { name: new RegExp(`^${name}`) });
const row = (page: Page, name: string) => page.getByRole('button', { name: new RegExp(`${name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}.*歳`) });
const says = (page: Page, words: string) => line(page).filter({ hasText: words }).waitFor();

async function board(who = clerk): Promise<Page> {
  const page = await newPage();
  await signIn(page, who);
  await page.getByRole('heading', { name: '受付', level: 1 }).waitFor();
  return page;
}

test('the first page of the desk is the board, alive, and reads well to a machine', async () => {
  const page = await board();
  for (const name of ['予約', '来院', '診察待ち', '診察中', '会計待ち', '会計済']) await group(page, name).waitFor();
  expect(await group(page, '診察待ち').getByRole('listitem').count()).toBeGreaterThan(2);
  await accessible(page, 'board');
  await group(page, '診察待ち').getByRole('button').nth(0).click();
  await page.getByRole('complementary').getByRole('combobox', { name: '状態' }).waitFor();
  await accessible(page, 'board with a card');
});

test('the start of the page is small: the day’s screens are fetched when they are opened', async () => {
  const page = await newPage();
  await page.getByLabel('利用者名').waitFor();
  const bodies = await page.evaluate(async () => {
    const names = performance.getEntriesByType('resource').map((entry) => entry.name).filter((name) => /\.(js|css)$/.test(name) && !name.endsWith('/sw.js'));
    return Promise.all([...new Set(names)].map(async (name) => (await fetch(name)).text()));
  });
  expect(bodies.length).toBeGreaterThan(1);
  expect(bodies.reduce((sum, body) => sum + gzipSync(body).length, 0)).toBeLessThanOrEqual(120 * 1024);
});

test('by keyboard alone: on, on, back, undo, each is on the server', async () => {
  const { name, visit } = await coming();
  const page = await board(ready.users.find(({ duties }) => duties.includes('nurse'))!);
  await row(page, name).focus();
  await page.keyboard.press('Enter');
  await page.waitForURL('**/write');
  await page.goBack();
  await row(page, name).click();
  await page.keyboard.press('ArrowRight');
  await group(page, '診察待ち').getByText(name).waitFor();
  // The focus goes along.
  await page.waitForFunction((words) => document.activeElement?.textContent?.includes(words), name);
  await page.keyboard.press('ArrowRight');
  await group(page, '診察中').getByText(name).waitFor();
  await page.keyboard.press('ArrowLeft');
  await group(page, '診察待ち').getByText(name).waitFor();
  await page.keyboard.press('6');
  await group(page, '検査・処置').getByText(name).waitFor();
  await says(page, '未送信 0');
  expect(stepIn(await stored(visit))).toBe('examination');
  await page.keyboard.press('Control+z');
  await group(page, '診察待ち').getByText(name).waitFor();
  await says(page, '未送信 0');
  expect((await stored(visit)).status).toBe('triaged');
});

test('dragged to another group', async () => {
  const { name } = await coming();
  const page = await board();
  await row(page, name).dragTo(group(page, '診察中').getByRole('heading'));
  await group(page, '診察中').getByText(name).waitFor();
  await page.getByRole('status').filter({ hasText: '「診察中」にしました' }).waitFor();
});

test('what one terminal does, the other sees', async () => {
  const { name } = await coming();
  const [desk, room] = [await board(), await board(ready.users.find(({ duties }) => duties.includes('nurse'))!)];
  await row(room, name).waitFor();
  await row(desk, name).click();
  await desk.keyboard.press('ArrowRight');
  await group(room, '診察待ち').getByText(name).waitFor();
  const other = await coming();
  await row(room, other.name).waitFor();
  await row(desk, other.name).waitFor();
});

describe('two terminals at once', () => {
  test('different things of one visit are both kept', async () => {
    const { name, visit } = await coming();
    const [one, two] = [await board(), await board()];
    await row(one, name).click();
    await row(two, name).click();
    await cached(two);
    await two.context().setOffline(true);
    await two.getByRole('combobox', { name: '部屋' }).selectOption({ label: '処置室' });
    await says(two, '未送信 1');
    await one.keyboard.press('ArrowRight');
    // Nothing is unsent before the key is acted on, either: the server has to say that it has it.
    await expect.poll(async () => stepIn(await stored(visit)), { timeout: patience }).toBe('waiting');
    await two.context().setOffline(false);
    await says(two, '未送信 0');
    const now = await stored(visit);
    expect([stepIn(now), now.location?.[0]?.location.display]).toEqual(['waiting', '処置室']);
  });

  test('the same thing differently: it is told, both are shown, a person decides', async () => {
    const { name, visit } = await coming();
    const [one, two] = [await board(), await board()];
    await row(two, name).click();
    await cached(two);
    await two.context().setOffline(true);
    await two.keyboard.press('7');
    await group(two, '会計待ち').getByText(name).waitFor();
    await row(two, name).getByText('未送信').waitFor();
    await row(one, name).click();
    const before = stepIn(await stored(visit));
    await one.keyboard.press('5');
    await expect.poll(async () => stepIn(await stored(visit)), { timeout: patience }).not.toBe(before);
    await two.context().setOffline(false);
    const card = two.getByRole('complementary', { name });
    await card.getByText('ほかの端末で先に変わりました').waitFor();
    await accessible(two, 'board with a conflict');
    expect(await card.locator('dl.sides').innerText()).toMatch(/会計待ち[\s\S]*診察中/);
    expect(stepIn(await stored(visit)), 'nothing is overwritten meanwhile').toBe('in-room');
    await card.getByRole('button', { name: '先の内容にする' }).click();
    await group(two, '診察中').getByText(name).waitFor();
    await says(two, '未送信 0');
  });

  test('the same key at both is no conflict, and a booking is received once', async () => {
    const { name, visit } = await coming();
    const [one, two] = [await board(), await board()];
    await row(two, name).click();
    await cached(two);
    await two.context().setOffline(true);
    await two.keyboard.press('ArrowRight');
    await says(two, '未送信 1');
    await row(one, name).click();
    await one.keyboard.press('ArrowRight');
    await says(one, '未送信 0');
    await two.context().setOffline(false);
    await says(two, '未送信 0');
    expect(stepIn(await stored(visit))).toBe('waiting');
  });
});

test('offline the board opens from this device, and what is done waits', async () => {
  const { name, visit } = await coming();
  const page = await board();
  await row(page, name).waitFor();
  await says(page, '未送信 0');
  await cached(page);
  await page.context().setOffline(true);
  await page.reload();
  await row(page, name).click();
  await page.keyboard.press('ArrowRight');
  await group(page, '診察待ち').getByText(name).waitFor();
  await row(page, name).getByText('未送信').waitFor();
  await page.context().setOffline(false);
  await says(page, '未送信 0');
  expect(stepIn(await stored(visit))).toBe('waiting');
});

describe('当日受付', () => {
  test('somebody known, found by number, without a mouse', async () => {
    const [patient] = (await patients(60)).slice(-1);
    const page = await board();
    await page.locator('body').press('w');
    await page.getByRole('combobox', { name: '患者をさがす' }).last().waitFor();
    await page.keyboard.type(patient!.identifier![0]!.value!);
    await page.getByRole('dialog').getByRole('option').first().waitFor();
    await accessible(page, 'walk-in');
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name: '当日受付' });
    await dialog.getByText('受け付ける患者').waitFor();
    await dialog.getByRole('button', { name: '受け付ける', exact: true }).click();
    await page.getByRole('status').filter({ hasText: '受け付けました' }).waitFor();
    await says(page, '未送信 0');
    const found = await fhir<Bundle>('GET', `Encounter?patient=${patient!.id}&_sort=-date`);
    const visits = found.entry!.map((e) => e.resource as Encounter);
    expect(visits.some((visit) => visit.identifier?.some((i) => i.value?.startsWith(`${today}/`)))).toBe(true);
  });

  test('somebody new: a short form, the birth date as people say it, and the same person is told', async () => {
    const page = await board();
    await page.getByRole('button', { name: '当日受付' }).click();
    const dialog = page.getByRole('dialog', { name: '当日受付' });
    await dialog.getByRole('button', { name: '新しい患者' }).click();
    const family = `新規${Date.now() % 1_000_000}`;
    await dialog.getByLabel('姓', { exact: true }).fill(family);
    await dialog.getByLabel('名', { exact: true }).fill('一子');
    await dialog.getByLabel('生年月日').fill('S33.4.5');
    await dialog.getByText('昭和33年4月5日').waitFor();
    await dialog.getByText('68歳').waitFor();
    await dialog.getByRole('radio', { name: '女' }).check();
    await accessible(page, 'new patient');
    await dialog.getByRole('button', { name: '登録して受け付ける' }).click();
    await row(page, family).waitFor();
    await says(page, '未送信 0');
    const found = await fhir<Bundle>('GET', `Patient?name=${encodeURIComponent(family)}`);
    expect(found.entry).toHaveLength(1);
    await group(page, '来院').getByText('初診').first().waitFor();

    await page.getByRole('button', { name: '当日受付' }).click();
    await dialog.getByRole('button', { name: '新しい患者' }).click();
    await dialog.getByLabel('姓', { exact: true }).fill(family);
    await dialog.getByLabel('生年月日').fill('19580405');
    await dialog.getByText('同じ人かもしれない登録があります').waitFor();
    await accessible(page, 'new patient with a twin');
    await dialog.getByRole('button', { name: new RegExp(`${family}.*を選ぶ`) }).click();
    await dialog.getByText('今日すでに受け付けています').waitFor();
  });
});

test('the end of the day tells what is open', async () => {
  const { name } = await coming();
  const page = await board(ready.users[0]!);
  await row(page, name).waitFor();
  await page.getByRole('button', { name: '終業の確認' }).click();
  const dialog = page.getByRole('dialog', { name: '終業の確認' });
  await dialog.getByText(/会計まで終わっていない人 \d+人/).waitFor();
  await dialog.getByText(/確定していない記載 \d+件/).waitFor();
  await accessible(page, 'end of day');
  await dialog.getByRole('button', { name: `${name} 会計済にする` }).click();
  await dialog.getByText(name).waitFor({ state: 'detached' });
});

test('text is text', async () => {
  const hostile = ['<img src=x onerror=alert(1)>', '\u202eﾘﾔｷ\u202c', '𠮷野家👩🏽‍⚕️', 'あ'.repeat(10_000)];
  for (const [i, name] of hostile.entries()) await coming(`${name}${i}`);
  const page = await board();
  await page.getByText('<img src=x onerror=alert(1)>0').first().waitFor();
  for (const name of ['𠮷野家👩🏽‍⚕️', 'あああああ']) {
    await page.getByRole('listitem').getByText(name).first().click();
    await page.getByRole('complementary').getByText(name).first().waitFor();
  }
  expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'nothing is wider than the page').toBe(true);
  expect(await page.locator('img[src="x"]').count()).toBe(0);
  await accessible(page, 'board with hostile names');
});

test('on paper: the list, nothing to press', async () => {
  const page = await board();
  await group(page, '診察待ち').getByRole('listitem').first().waitFor();
  await page.emulateMedia({ media: 'print' });
  expect(await page.getByRole('complementary').count()).toBe(0);
  expect(await page.locator('.button:visible').count()).toBe(0);
  expect(await group(page, '診察待ち').isVisible()).toBe(true);
});
