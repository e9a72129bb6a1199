import { beforeAll, describe, expect, test } from 'vitest';
import type { Page } from 'playwright-core';
import { fullName } from '../src/fhir/patient';
import type { Bundle, Communication, Patient } from '../src/fhir/types';
import { accessible, cached, fhir, line, openChart, patientWithResults, patients, ready, searchBox, signedIn, signIn, useBrowser } from './world';

useBrowser();

let patient: Patient;
beforeAll(async () => {
  patient = await patientWithResults();
});

let nth = 0;
/** Words that no other run has written. */
const fresh = () => `保険証を確認 ${Date.now()}-${++nth}`;

const memos = (page: Page) => page.getByRole('region', { name: '受付メモ' });

async function write(page: Page, words: string): Promise<void> {
  await memos(page).getByRole('textbox', { name: 'メモを書く' }).fill(words);
  await memos(page).getByRole('button', { name: '書きとめる' }).click();
  await memos(page).getByText(words).waitFor();
}

async function onServer(words: string): Promise<Communication[]> {
  const bundle = await fhir<Bundle>('GET', `Communication?patient=${patient.id}&_count=200`);
  return (bundle.entry ?? []).map((e) => e.resource as Communication).filter((c) => c.payload?.[0]?.contentString === words);
}

const says = (page: Page, words: string) => line(page).filter({ hasText: words }).waitFor();

test('a chart opened once opens without the server, cold', async () => {
  const page = await signedIn();
  await openChart(page, patient.id!);
  await cached(page);
  await page.context().setOffline(true);
  // From nothing: page, code and chart all come from this device.
  await page.goto(`${ready.page}/patients/${patient.id}`);
  await page.getByRole('heading', { name: '処方', exact: true }).waitFor();
  expect(await page.getByRole('region', { name: 'カルテ', exact: true }).innerText()).toContain(fullName(patient));
  await says(page, 'オフライン');
  await page.getByText('の内容を表示しています').waitFor();
  await accessible(page, 'chart offline');
  // And is found here too.
  await searchBox(page).fill(fullName(patient));
  await page.getByRole('option').filter({ hasText: fullName(patient) }).first().waitFor();
  await page.getByText('この端末で開いたことのある患者だけ').waitFor();
});

test('a chart never opened here says so, and opens when the line is back', async () => {
  const page = await signedIn();
  await openChart(page, patient.id!);
  await cached(page);
  const other = (await patients(5)).find((p) => p.id !== patient.id)!;
  await page.context().setOffline(true);
  await page.goto(`${ready.page}/patients/${other.id}`);
  await page.getByText('このカルテはこの端末にありません').waitFor();
  await accessible(page, 'chart not here');
  await page.context().setOffline(false);
  await page.getByRole('region', { name: 'カルテ', exact: true }).waitFor();
});

describe('a memo', () => {
  test('written online is soon only the server’s', async () => {
    const page = await signedIn();
    await openChart(page, patient.id!);
    const words = fresh();
    await write(page, words);
    await says(page, '未送信 0');
    expect(await onServer(words)).toHaveLength(1);
    expect(await memos(page).getByText('◆').count()).toBe(0);
  });

  test('written offline shows as unsent, survives a reload, and is sent when the line is back', async () => {
    const page = await signedIn();
    await openChart(page, patient.id!);
    await cached(page);
    await page.context().setOffline(true);
    const words = fresh();
    await write(page, words);
    await says(page, '未送信 1');
    await memos(page).getByText('未送信').waitFor();
    expect(await page.getByText('保存済み').count()).toBe(0);
    await page.reload();
    await memos(page).getByText(words).waitFor();
    await says(page, '未送信 1');
    await line(page).click();
    await page.getByRole('dialog', { name: '未送信の記録' }).getByText(words).waitFor();
    await accessible(page, 'unsent');
    await page.keyboard.press('Escape');
    expect(await onServer(words)).toHaveLength(0);
    await page.context().setOffline(false);
    await says(page, 'オンライン');
    await says(page, '未送信 0');
    await memos(page).getByText(words).waitFor();
    expect(await onServer(words)).toHaveLength(1);
  });

  test('is there once, even when the answer is lost on the way', async () => {
    const page = await signedIn();
    await openChart(page, patient.id!);
    let lost = 0;
    // The server stores it; the page hears nothing of it, once.
    await page.route('**/fhir/Communication', async (route) => {
      if (route.request().method() !== 'POST' || lost++ > 0) return route.fallback();
      await route.fetch();
      await route.abort('connectionreset');
    });
    const words = fresh();
    await write(page, words);
    await says(page, '未送信 0');
    expect(lost).toBeGreaterThan(1);
    expect(await onServer(words)).toHaveLength(1);
  });

  test('written, rewritten and marked done offline arrives as three versions of one', async () => {
    const page = await signedIn();
    await openChart(page, patient.id!);
    await cached(page);
    await page.context().setOffline(true);
    const [first, second] = [fresh(), fresh()];
    await write(page, first);
    await memos(page).getByRole('listitem').filter({ hasText: first }).getByRole('button', { name: '直す' }).click();
    await memos(page).getByRole('textbox', { name: '直す' }).fill(second);
    await page.keyboard.press('Enter');
    await memos(page).getByRole('listitem').filter({ hasText: second }).getByRole('button', { name: '済にする' }).click();
    await memos(page).getByText('済にしました').waitFor();
    await says(page, '未送信 3');
    await page.context().setOffline(false);
    await says(page, '未送信 0');
    const [stored] = await onServer(second);
    expect(stored?.status).toBe('stopped');
    const history = await fhir<Bundle>('GET', `Communication/${stored!.id}/_history`);
    expect(history.entry).toHaveLength(3);
  });

  test('changed by two: both are kept and a person decides', async () => {
    const page = await signedIn();
    await openChart(page, patient.id!);
    await cached(page);
    const words = fresh();
    await write(page, words);
    await says(page, '未送信 0');
    await page.context().setOffline(true);
    const [mine, theirs] = [fresh(), fresh()];
    await memos(page).getByRole('listitem').filter({ hasText: words }).getByRole('button', { name: '直す' }).click();
    await memos(page).getByRole('textbox', { name: '直す' }).fill(mine);
    await page.keyboard.press('Enter');
    await says(page, '未送信 1');

    const [stored] = await onServer(words);
    await fhir('PUT', `Communication/${stored!.id}`, { ...stored!, payload: [{ contentString: theirs }] }, { 'If-Match': `W/"${stored!.meta!.versionId}"` });

    await page.context().setOffline(false);
    await memos(page).getByText('要確認').waitFor();
    await says(page, '未送信 1');
    expect(await onServer(theirs)).toHaveLength(1);
    await line(page).click();
    const dialog = page.getByRole('dialog', { name: '未送信の記録' });
    await dialog.getByText(mine).waitFor();
    await dialog.getByText(theirs).waitFor();
    await accessible(page, 'conflict');
    await dialog.getByRole('button', { name: 'あなたの案にする' }).click();
    await says(page, '未送信 0');
    expect(await onServer(mine)).toHaveLength(1);
  });

  test('signing out with unsent memos asks first, and keeps them unless told', async () => {
    const page = await signedIn();
    await openChart(page, patient.id!);
    await cached(page);
    await page.context().setOffline(true);
    const words = fresh();
    await write(page, words);
    await says(page, '未送信 1');
    await page.getByRole('button', { name: '利用者と表示' }).click();
    await page.getByRole('button', { name: 'サインアウト' }).click();
    await page.getByRole('dialog', { name: '未送信の記録' }).waitFor();
    await page.keyboard.press('Escape');
    await memos(page).getByText(words).waitFor();
    await says(page, '未送信 1');
    await page.context().setOffline(false);
    await says(page, '未送信 0');
  });

  test('the server is too busy: it waits its turn and goes by itself', async () => {
    const page = await signedIn();
    await openChart(page, patient.id!);
    let refusals = 0;
    await page.route('**/fhir/Communication', (route) =>
      refusals++ === 0 ? route.fulfill({ status: 503, headers: { 'Retry-After': '1' }, body: '' }) : route.fallback(),
    );
    const words = fresh();
    await write(page, words);
    await says(page, '未送信 0');
    expect(refusals).toBeGreaterThan(1);
    expect(await onServer(words)).toHaveLength(1);
  });

  test('the server will not have it: kept with the reason until a person withdraws it', async () => {
    const page = await signedIn();
    await openChart(page, patient.id!);
    const outcome = { resourceType: 'OperationOutcome', issue: [{ severity: 'error', code: 'invalid', diagnostics: '本文が長すぎます。' }] };
    await page.route('**/fhir/Communication', (route) => route.fulfill({ status: 422, contentType: 'application/fhir+json', body: JSON.stringify(outcome) }));
    const words = fresh();
    await write(page, words);
    await memos(page).getByText('送れません').waitFor();
    await says(page, '未送信 1');
    await line(page).click();
    const dialog = page.getByRole('dialog', { name: '未送信の記録' });
    await dialog.getByText('本文が長すぎます。').waitFor();
    await accessible(page, 'refused');
    await dialog.getByRole('button', { name: '取り下げる' }).click();
    await dialog.getByText('未送信の記録はありません').waitFor();
    await says(page, '未送信 0');
    expect(await memos(page).getByText(words).count()).toBe(0);
  });

  test('two tabs send it once', async () => {
    const page = await signedIn();
    await openChart(page, patient.id!);
    await cached(page);
    const other = await page.context().newPage();
    await openChart(other, patient.id!);
    await page.context().setOffline(true);
    const words = fresh();
    await write(page, words);
    await says(other, '未送信 1');
    await page.context().setOffline(false);
    await says(page, '未送信 0');
    await says(other, '未送信 0');
    await memos(other).getByText(words).waitFor();
    expect(await onServer(words)).toHaveLength(1);
  });

  test('outlives the session, and is nobody else’s to read or send', async () => {
    const page = await signedIn();
    await openChart(page, patient.id!);
    await cached(page);
    await page.context().setOffline(true);
    const words = fresh();
    await write(page, words);
    await says(page, '未送信 1');
    // The session ends meanwhile; the line comes back.
    await page.context().clearCookies();
    await page.context().setOffline(false);
    await page.getByText('時間がたったため').waitFor();

    const colleague = ready.users.find((u) => u.user !== ready.users[0]!.user && u.duties.includes('doctor'))!;
    await signIn(page, colleague);
    await openChart(page, patient.id!);
    await says(page, '未送信 1');
    expect(await page.getByText(words).count()).toBe(0);
    await line(page).click();
    await page.getByText('ほかの職員が書いた 1 件').waitFor();
    expect(await onServer(words)).toHaveLength(0);

    await page.context().clearCookies();
    await page.reload();
    await signIn(page);
    // Before what waits has been counted there is nothing unsent either: only the server can tell that it came.
    await expect.poll(() => onServer(words), { timeout: 10_000 }).toHaveLength(1);
    await says(page, '未送信 0');
  });

  test('composing a word with the input method writes nothing', async () => {
    const page = await signedIn();
    await openChart(page, patient.id!);
    const words = fresh();
    const field = memos(page).getByRole('textbox', { name: 'メモを書く' });
    await field.focus();
    const ime = await page.context().newCDPSession(page);
    await ime.send('Input.imeSetComposition', { text: words, selectionStart: words.length, selectionEnd: words.length });
    await ime.send('Input.dispatchKeyEvent', { type: 'rawKeyDown', windowsVirtualKeyCode: 229, key: 'Enter', code: 'Enter' });
    await ime.send('Input.insertText', { text: words });
    expect(await field.inputValue()).toContain(words);
    expect(await memos(page).getByRole('listitem').filter({ hasText: words }).count()).toBe(0);
    await page.keyboard.press('Enter');
    await memos(page).getByRole('listitem').filter({ hasText: words }).waitFor();
    await says(page, '未送信 0');
  });
});
