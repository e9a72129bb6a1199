// 予約: the book as the desk uses it.

import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { plus, weekday } from '../src/book/holidays';
import { hoursOn } from '../src/book/rules';
import { wareki } from '../src/find/wareki';
import type { Appointment, Bundle, Patient } from '../src/fhir/types';
import { accessible, cached, fhir, line, newPage, patience, ready, signIn, useBrowser } from './world';

useBrowser();

const clerk = ready.users.find(({ duties }) => duties.includes('clerk'))!;
const today = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Asia/Tokyo' }).format(new Date());
/** A whole day of the director some weeks ahead, beyond the sample's own appointments. */
let ahead = plus(today, 70);
while (weekday(ahead) === 0 || hoursOn(ahead, undefined).length < 2) ahead = plus(ahead, 1);
let nth = 0;
const says = (page: Page, words: string) => line(page).filter({ hasText: words }).waitFor();
const spoken = (minute: string) => `${Number(ahead.slice(5, 7))}/${Number(ahead.slice(8))} ${minute}`;

async function somebody(name = `予約${Date.now() % 100_000}-${++nth}`): Promise<Patient & { shown: string }> {
  const patient = await fhir<Patient>('POST', 'Patient', { resourceType: 'Patient', active: true, name: [{ use: 'official', text: name, family: name }], gender: 'female', birthDate: '1970-04-05' } as Patient);
  return { ...patient, shown: name };
}
const booked = async (patient: string) => ((await fhir<Bundle>('GET', `Appointment?patient=${patient}`)).entry ?? []).map((e) => e.resource as Appointment);

/** The book on `ahead`, for a patient or none. */
async function book(patient?: string): Promise<Page> {
  const page = await newPage();
  await signIn(page, clerk);
  await page.goto(`${ready.page}/appointments${patient ? `/${patient}` : ''}`);
  await page.getByRole('textbox', { name: '日付' }).fill(ahead.replaceAll('-', ''));
  await page.getByText(wareki(ahead)).waitFor();
  await page.keyboard.press('Enter');
  await page.getByRole('table').waitFor();
  return page;
}
const free = (page: Page, minute: string) => page.getByRole('button', { name: new RegExp(`^小鳥 健一 ${spoken(minute)} 空き`) });
const taken = (page: Page, name: string) => page.getByRole('table').getByRole('button', { name: new RegExp(`^${name}`) });
/** A place nobody else has taken in this run. */
let place = Math.floor((Date.now() / 1000) % 20);
const next = () => {
  const minute = 15 * 60 + (place++ % 14) * 15;
  return `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
};

async function firstFree(page: Page): Promise<string> {
  for (let n = 0; n < 14; n++) {
    const minute = next();
    if ((await free(page, minute).count()) > 0) return minute;
  }
  throw new Error('no place is free');
}

test('day and week, half days and holidays, read well to a machine', async () => {
  const page = await newPage();
  await signIn(page, clerk);
  await page.getByRole('link', { name: '予約', exact: true }).click();
  await page.getByRole('table', { name: /の予約表/ }).waitFor();
  await accessible(page, 'book, day');
  await page.getByRole('button', { name: '週' }).click();
  await page.getByRole('columnheader').nth(7).waitFor();
  await accessible(page, 'book, week');
  await page.getByRole('textbox', { name: '日付' }).fill('R9.1.1');
  await page.keyboard.press('Enter');
  await page.getByText('元日').waitFor();
  expect(await page.getByRole('columnheader', { name: /元日/ }).count()).toBe(1);
});

test('次回予約 from the chart: the patient comes along, one choice books, and it can be undone', async () => {
  const patient = await somebody();
  const page = await book(patient.id);
  await page.getByText(`${patient.shown} さんの予約です`).waitFor();
  const minute = await firstFree(page);
  await free(page, minute).click();
  await accessible(page, 'a new appointment');
  await page.keyboard.press('Enter');
  await taken(page, patient.shown).waitFor();
  await says(page, '未送信 0');
  expect((await booked(patient.id!)).map((a) => [a.status, a.start])).toEqual([['booked', `${ahead}T${minute}:00+09:00`]]);
  await page.getByRole('button', { name: '元に戻す' }).click();
  await taken(page, patient.shown).waitFor({ state: 'detached' });
  await says(page, '未送信 0');
  expect((await booked(patient.id!))[0]!.status).toBe('cancelled');
});

test('by keyboard: arrows over the places, Enter books; moved, missed, cancelled', async () => {
  const patient = await somebody();
  const page = await book(patient.id);
  await page.getByText('さんの予約です').waitFor();
  await free(page, await firstFree(page)).focus();
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').waitFor();
  await page.keyboard.press('Enter');
  await taken(page, patient.shown).focus();
  await page.keyboard.press('Enter');
  const card = page.getByRole('complementary', { name: patient.shown });
  await card.getByRole('button', { name: '別の枠に移す' }).click();
  await page.getByText('移す先の枠を選んでください').waitFor();
  const there = await firstFree(page);
  await free(page, there).click();
  await expect.poll(async () => (await booked(patient.id!))[0]!.start, { timeout: patience }).toBe(`${ahead}T${there}:00+09:00`);
  await card.getByRole('button', { name: '来院なしにする' }).click();
  await card.getByText('来院なし').first().waitFor();
  await card.getByRole('button', { name: '予約に戻す' }).click();
  await card.getByRole('button', { name: '予約を取り消す' }).click();
  await taken(page, patient.shown).waitFor({ state: 'detached' });
  await says(page, '未送信 0');
  expect((await booked(patient.id!)).map((a) => a.status)).toEqual(['cancelled']);
});

describe('two terminals', () => {
  test('one place is given once: the second is told, and nobody is written over', async () => {
    const [one, two] = [await somebody(), await somebody()];
    const [desk, phone] = [await book(one.id), await book(two.id)];
    await phone.getByText('さんの予約です').waitFor();
    await cached(phone);
    const minute = await firstFree(desk);
    await free(phone, minute).waitFor();
    await phone.context().setOffline(true);
    await free(phone, minute).click();
    await phone.keyboard.press('Enter');
    await says(phone, '未送信 1');
    await free(desk, minute).click();
    await desk.keyboard.press('Enter');
    // Nothing is unsent before the key is acted on, either: the server has to say that it has it.
    await expect.poll(async () => (await booked(one.id!)).length, { timeout: patience }).toBe(1);
    await phone.context().setOffline(false);
    await phone.getByText('この枠は先に別の予約で埋まりました').waitFor();
    expect((await booked(one.id!)).map((a) => a.status)).toEqual(['booked']);
    expect(await booked(two.id!)).toEqual([]);
    await phone.getByRole('button', { name: '取り下げる' }).click();
    await says(phone, '未送信 0');
    await taken(phone, one.shown).waitFor();
  });

  test('what one books, the other sees', async () => {
    const patient = await somebody();
    const [desk, phone] = [await book(patient.id), await book()];
    await free(desk, await firstFree(desk)).click();
    await desk.keyboard.press('Enter');
    await taken(phone, patient.shown).waitFor();
  });
});

test('text is text', async () => {
  const patient = await somebody('<img src=x onerror=alert(1)>\u202e𠮷野家👩🏽‍⚕️');
  const page = await book(patient.id);
  await page.getByText('<img src=x onerror=alert(1)>').first().waitFor();
  await free(page, await firstFree(page)).click();
  await page.getByLabel('受診の目的').fill(`"><script>alert(2)</script>${'長'.repeat(10_000)}`);
  await page.keyboard.press('Enter');
  await page.getByRole('complementary').getByText('<img src=x onerror=alert(1)>').waitFor();
  await says(page, '未送信 0');
  expect(await page.locator('main img[src="x"], main script').count()).toBe(0);
  expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
  await accessible(page, 'book with hostile text');
});
