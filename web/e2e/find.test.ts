import { beforeAll, describe, expect, test } from 'vitest';
import { fullName, kanaName, patientNumber } from '../src/fhir/patient';
import type { Patient } from '../src/fhir/types';
import { warekiShort } from '../src/find/wareki';
import { accessible, patients, searchBox, signedIn, useBrowser } from './world';

useBrowser();

let patient: Patient;
beforeAll(async () => {
  patient = (await patients(40)).find((p) => /^[ァ-ヶー]+ /.test(kanaName(p)) && p.telecom?.some((t) => t.system === 'phone'))!;
});

const options = (page: Awaited<ReturnType<typeof signedIn>>) => page.getByRole('option');
const hiragana = (kana: string) => kana.replace(/[ァ-ヶ]/g, (c) => String.fromCharCode(c.charCodeAt(0) - 0x60));

describe('one box finds a patient by', () => {
  const kana = (p: Patient) => kanaName(p).split(' ');
  test.each<[string, (p: Patient) => string]>([
    ['kana', (p) => kanaName(p)],
    ['hiragana', (p) => hiragana(kanaName(p))],
    ['the beginning of the reading and the birth year', (p) => `${kana(p)[0]!.slice(0, 2)} ${p.birthDate!.slice(0, 4)}年`],
    ['kanji', (p) => fullName(p)],
    ['patient number', (p) => patientNumber(p)],
    ['patient number without noughts', (p) => patientNumber(p).replace(/^0+/, '')],
    ['和暦', (p) => `${kana(p)[0]} ${warekiShort(p.birthDate!)}`],
    ['birth date in digits', (p) => `${kana(p)[0]} ${p.birthDate!.replaceAll('-', '')}`],
    ['telephone', (p) => p.telecom!.find((t) => t.system === 'phone')!.value!],
    ['telephone without hyphens', (p) => p.telecom!.find((t) => t.system === 'phone')!.value!.replaceAll('-', '')],
  ])('%s', async (_how, typed) => {
    const page = await signedIn();
    await searchBox(page).fill(typed(patient));
    await options(page).filter({ hasText: patientNumber(patient) }).filter({ hasText: fullName(patient) }).waitFor();
  });

  test('romaji', async () => {
    const page = await signedIn();
    const romaji: Record<string, string> = { サトウ: 'sato', スズキ: 'suzuki', タカハシ: 'takahashi', タナカ: 'tanaka', ヤマダ: 'yamada', イトウ: 'ito', ワタナベ: 'watanabe', ヤマモト: 'yamamoto', ナカムラ: 'nakamura', コバヤシ: 'kobayashi', カトウ: 'kato' };
    const known = (await patients(100)).find((p) => romaji[kanaName(p).split(' ')[0]!])!;
    const [family] = kanaName(known).split(' ');
    await searchBox(page).fill(`${romaji[family!]} ${known.birthDate!.replaceAll('-', '')}`);
    await options(page).filter({ hasText: fullName(known) }).first().waitFor();
  });
});

describe('by keyboard', () => {
  test('Ctrl+K, arrows, Enter, Esc', async () => {
    const page = await signedIn();
    await page.locator('body').press('Control+k');
    expect(await searchBox(page).evaluate((box) => box === document.activeElement)).toBe(true);
    await page.keyboard.type(kanaName(patient));
    await options(page).first().waitFor();
    await page.keyboard.press('ArrowDown');
    await accessible(page, 'search with candidates');
    expect(await page.getByRole('listbox').getByRole('option', { selected: true }).count()).toBe(1);
    const name = await page.getByRole('listbox').getByRole('option', { selected: true }).innerText();
    await page.keyboard.press('Enter');
    const banner = page.getByRole('region', { name: 'カルテ', exact: true });
    await banner.waitFor();
    expect(name).toContain((await banner.locator('strong').first().innerText()));
    await page.keyboard.press('Escape');
    await page.getByRole('heading', { name: '受付', level: 1 }).waitFor();
    await page.getByRole('link', { name: '患者', exact: true }).click();
    await page.getByRole('heading', { name: '最近開いたカルテ' }).waitFor();
    // The chart just opened is now the first of the recent ones: its number opens it.
    await page.getByRole('link', { name: fullName(patient) }).first().waitFor();
    await page.locator('main').press('1');
    await banner.waitFor();
  });

  test('once arrows have begun to choose, digits pick', async () => {
    const page = await signedIn();
    await searchBox(page).pressSequentially(patientNumber(patient));
    await options(page).first().waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('1');
    await page.getByRole('region', { name: 'カルテ', exact: true }).waitFor();
  });

  test('screens and acts are found in the same box', async () => {
    const page = await signedIn();
    await page.locator('body').press('Control+k');
    await page.keyboard.type('よやく');
    await page.getByRole('option', { name: '予約の画面' }).waitFor();
    await accessible(page, 'search with commands');
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: '予約', level: 1 }).waitFor();
    await searchBox(page).fill('> くらく');
    await page.keyboard.press('Enter');
    expect(await page.evaluate(() => document.documentElement.dataset['theme'])).toBe('dark');
  });

  test('? lists the keys, but not while writing', async () => {
    const page = await signedIn();
    await page.locator('main').press('?');
    await page.getByRole('dialog', { name: 'キー操作' }).waitFor();
    await accessible(page, 'keys');
    await page.keyboard.press('Escape');
    await searchBox(page).press('?');
    expect(await page.getByRole('dialog').count()).toBe(0);
  });
});

test('the input method’s Enter picks a word, not a patient', async () => {
  const page = await signedIn();
  const kana = hiragana(kanaName(patient).split(' ')[0]!);
  await searchBox(page).focus();
  const ime = await page.context().newCDPSession(page);
  await ime.send('Input.imeSetComposition', { text: kana, selectionStart: kana.length, selectionEnd: kana.length });
  await options(page).first().waitFor();
  await ime.send('Input.dispatchKeyEvent', { type: 'rawKeyDown', windowsVirtualKeyCode: 229, key: 'Enter', code: 'Enter' });
  await ime.send('Input.dispatchKeyEvent', { type: 'keyUp', windowsVirtualKeyCode: 13, key: 'Enter', code: 'Enter' });
  await ime.send('Input.insertText', { text: kana });
  await options(page).first().waitFor();
  expect(new URL(page.url()).pathname).toBe('/');
  await page.keyboard.press('Enter');
  await page.getByRole('region', { name: 'カルテ', exact: true }).waitFor();
});

test('nobody found: says so and what to try', async () => {
  const page = await signedIn();
  await searchBox(page).fill('ヌヌヌヌ');
  await page.getByText('見つかりません。').waitFor();
  await searchBox(page).fill('!!');
  await page.getByText('これだけでは探せません').waitFor();
});

test('what was searched for stays out of the address and the history', async () => {
  const page = await signedIn();
  await searchBox(page).fill(kanaName(patient));
  await options(page).first().waitFor();
  await page.keyboard.press('Enter');
  await page.getByRole('region', { name: 'カルテ', exact: true }).waitFor();
  expect(decodeURIComponent(page.url())).not.toContain(kanaName(patient).split(' ')[0]);
  expect(new URL(page.url()).search).toBe('');
  expect(await page.title()).not.toContain(fullName(patient).split(' ')[0]);
});
