// The declared network, as an administrator works on it: by role and label, by keyboard, and with somebody else at it.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { accessible, newPage, ready, signedIn, signIn, useBrowser } from './world';

useBrowser();

/** Opens a screen of the network and waits for its frame. */
async function open(page: Page, at = ''): Promise<void> {
  await page.goto(`${ready.page}/network${at === '' ? '' : `/${at}`}`);
  await page.getByRole('navigation', { name: 'ネットワーク' }).waitFor();
}

async function administered(at = ''): Promise<Page> {
  const page = await signedIn();
  await open(page, at);
  return page;
}

const tab = (page: Page, name: string) => page.getByRole('navigation', { name: 'ネットワーク' }).getByRole('link', { name });

/** Drops what a test left in its draft, so that leaving the page asks nothing. */
const drop = (page: Page) => page.getByRole('button', { name: '変更をすべて捨てる' }).click();

test('the menu leads to the matrix, and its cells by keyboard to the flows', async () => {
  const page = await signedIn();
  await page.getByRole('button', { name: '利用者と表示' }).click();
  await page.getByRole('button', { name: 'ネットワーク' }).click();
  const cell = page.getByRole('link', { name: '医療機器 から 電子カルテ へ 2 件、いつも開いている' });
  await cell.waitFor();
  await page.getByText('来院者Wi-Fi から 電子カルテ へは通さない').waitFor({ state: 'attached' });
  await accessible(page, 'matrix');
  await cell.focus();
  await page.keyboard.press('ArrowRight');
  const focused = () => page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? '');
  expect(await focused()).toContain('医療機器 から ゲートウェイ へ');
  await page.keyboard.press('ArrowUp');
  expect(await focused()).toContain('資格確認 から ゲートウェイ へ');
  await cell.focus();
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: '医療機器 から 電子カルテ へ' }).waitFor();
  await page.getByText('超音波の画像を画像サーバーに送る').waitFor();
  await accessible(page, 'a cell');
  await page.keyboard.press('Escape');
  await cell.waitFor();
});

test('a nurse is told that the network is not hers to see', async () => {
  const page = await newPage();
  await signIn(page, ready.users.find(({ duties }) => duties.includes('clerk'))!);
  await page.getByRole('button', { name: '利用者と表示' }).click();
  expect(await page.getByRole('button', { name: 'ネットワーク' }).count()).toBe(0);
  await page.goto(`${ready.page}/network`);
  await page.getByText('ネットワークは見られません。').waitFor();
  await accessible(page, 'network refused');
});

test('a device shows who reaches it, and every screen is accessible', async () => {
  const page = await administered('devices');
  await accessible(page, 'devices');
  await page.getByRole('searchbox', { name: '機器をさがす' }).fill('カルテサーバー');
  await page.getByRole('link', { name: '電子カルテサーバー' }).click();
  const callers = page.locator('section').filter({ has: page.getByRole('heading', { name: 'この機器に届くもの' }) });
  await callers.getByText('検査の機器').waitFor();
  await callers.getByText('HL7 (MLLP)').waitFor();
  await accessible(page, 'a device');
  for (const name of ['通信', 'ゾーン', '保守業者', '気づき', '証明', '履歴', '原文']) {
    await tab(page, name).click();
    await page.getByRole('heading', { level: 2 }).first().waitFor();
    await accessible(page, name);
  }
});

test('the map is moved by keyboard and leads to a device', async () => {
  const page = await administered('map');
  const map = page.getByRole('group', { name: 'ネットワークの図' });
  await map.waitFor();
  await accessible(page, 'map');
  const seen = async () => (await map.getAttribute('viewBox'))!.split(' ').map(Number) as [number, number, number, number];
  const before = await seen();
  await map.focus();
  await page.keyboard.press('+');
  const larger = await seen();
  expect(larger[2]).toBeLessThan(before[2]);
  await page.keyboard.press('ArrowRight');
  expect((await seen())[0]).toBeGreaterThan(larger[0]);
  await page.keyboard.press('0');
  expect(await seen()).toEqual(before);
  const device = map.getByRole('link', { name: /^画像サーバー/ });
  await device.focus();
  expect(await map.locator('.lines path').count()).toBeGreaterThan(0);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: '画像サーバー' }).waitFor();
});

test('a flow is added by its form, undone, added again, planned, saved with a reason, and taken back', async () => {
  const page = await administered('new/flow');
  await page.getByRole('button', { name: '下書きに入れる' }).click();
  await page.getByRole('alert').filter({ hasText: 'まだ下書きに入れていません' }).waitFor();
  await page.getByText('[[flow]] に「why」がありません').waitFor();
  await accessible(page, 'a form with errors');
  await page.getByLabel('呼ぶ側').selectOption({ label: '事務PC' });
  await page.getByLabel('応える側').selectOption({ label: '画像サーバー' });
  await page.getByLabel('サービス').selectOption('https');
  await page.getByLabel('理由').fill('事務室から画像の枚数を数える <b>"x"</b>');
  await page.getByLabel('名前(id)').fill('count-images');
  await page.getByLabel('期限').fill('来年');
  await page.getByRole('button', { name: '下書きに入れる' }).click();
  await page.getByText('「until」の値').waitFor();
  await page.getByLabel('期限').fill('2099-12-31');
  await page.getByRole('button', { name: '下書きに入れる' }).click();
  await page.getByText('下書きに入れました').waitFor();
  const row = page.getByRole('row').filter({ hasText: '事務室から画像の枚数を数える <b>"x"</b>' });
  await row.waitFor();
  await page.getByRole('button', { name: '元に戻す' }).click();
  await row.waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'やり直す' }).click();
  await row.waitFor();
  await page.getByRole('button', { name: '計画を見て保存' }).click();
  await page.getByText(/事務PC から 画像サーバー への HTTPS .* が通るようになります/).waitFor();
  await accessible(page, 'plan');
  await page.getByRole('button', { name: '保存する' }).click();
  await page.getByText('理由を一文で書いてください').waitFor();
  await page.getByLabel('変える理由').fill('枚数の集計のため');
  await page.getByRole('button', { name: '保存する' }).click();
  await page.getByText(/第\d+版として保存しました/).waitFor();
  await tab(page, '履歴').click();
  await page.getByRole('row').filter({ hasText: '枚数の集計のため' }).first().getByRole('link').click();
  await page.getByText(/事務PC から 画像サーバー への HTTPS .* が通るようになります/).waitFor();
  await accessible(page, 'a version');
  await page.getByRole('link', { name: '履歴へ' }).click();
  await page.getByRole('link', { name: '第1版' }).click();
  await page.getByRole('button', { name: 'この版を下書きに入れる' }).click();
  await page.getByText(/が通らなくなります/).waitFor();
  await page.getByLabel('変える理由').fill('集計をやめた');
  await page.getByRole('button', { name: '保存する' }).click();
  await page.getByText(/第\d+版として保存しました/).waitFor();
});

test('of two editors the second sees what the first did before saving', async () => {
  const [one, two] = [await administered('text'), await administered('text')];
  const change = async (page: Page, name: string) => {
    const area = page.getByRole('textbox', { name: '宣言の原文' });
    await area.fill((await area.inputValue()).replace(/"[^"]*カメラ"/, `"${name}"`));
    await page.getByRole('button', { name: '確かめて下書きに入れる' }).click();
    await page.getByRole('button', { name: '計画を見て保存' }).click();
    await page.getByLabel('変える理由').fill('名前');
    await page.getByRole('button', { name: '保存する' }).click();
  };
  await change(one, '裏口カメラ');
  await one.getByText(/版として保存しました/).waitFor();
  await change(two, '玄関カメラ');
  await two.getByText('ほかの人が先に保存しました').waitFor();
  await accessible(two, 'conflict');
  await two.getByRole('button', { name: '新しい内容と比べる' }).click();
  await two.getByText('裏口カメラ → 玄関カメラ').waitFor();
  await two.getByLabel('変える理由').fill('名前を戻す');
  await two.getByRole('button', { name: '元に戻す' }).click();
  await two.getByText('変更はありません').waitFor();
  await open(one, 'history/1');
  await one.getByRole('button', { name: 'この版を下書きに入れる' }).click();
  await one.getByLabel('変える理由').fill('元の名前に戻す');
  await one.getByRole('button', { name: '保存する' }).click();
  await one.getByText(/版として保存しました/).waitFor();
});

test('what does not read is told by its line, and the other screens stay', async () => {
  const page = await administered('text');
  const area = page.getByRole('textbox', { name: '宣言の原文' });
  await area.fill((await area.inputValue()).replace('kind = "kiosk"', 'kind = "kiosc"'));
  await page.getByRole('button', { name: '確かめて下書きに入れる' }).click();
  await page.getByText('読めない行が 1 か所あります').waitFor();
  await page.getByText('「kiosk」のことですか').waitFor();
  await accessible(page, 'text with an error');
  await page.getByRole('button', { name: /行目へ/ }).first().click();
  const marked = await area.evaluate((node: HTMLTextAreaElement) => node.value.slice(node.selectionStart, node.selectionEnd));
  expect(marked).toBe('kind = "kiosc"');
  await tab(page, '表').click();
  await page.getByText('宣言に読めない行が 1 か所あります').waitFor();
  await drop(page);
  await page.getByText('宣言に読めない行が').waitFor({ state: 'detached' });
});

test('hostile names are text and nothing else, on every screen that shows them', async () => {
  const page = await administered('devices/camera');
  for (const name of ['<img src=x onerror=alert(1)>', '‮detrevni', '長'.repeat(10_000)]) {
    await page.getByRole('link', { name: '直す' }).click();
    await page.getByLabel('呼び名').fill(name);
    await page.getByRole('button', { name: '下書きに入れる' }).click();
    await page.getByRole('heading', { level: 2 }).waitFor();
    for (const each of ['機器', '図', '通信', '表']) {
      await tab(page, each).click();
      await page.locator('.network h2, .network table, .network svg').first().waitFor();
      // Nothing may push the page wider than its window.
      expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth), `${each} with ${name.slice(0, 20)}`).toBeLessThanOrEqual(0);
      expect(await page.locator('main img').count()).toBe(0);
    }
    await page.goBack();
    await tab(page, '機器').click();
    await page.getByRole('searchbox').fill('00:a0:de:40:00:17');
    await page.getByRole('row').getByRole('link').click();
  }
  await accessible(page, 'a device with a long name');
  await drop(page);
});

test('a proof tells equal, different and not understood', async () => {
  const bin = process.env['KOMAINU_BIN'];
  const page = await administered('text');
  const area = page.getByRole('textbox', { name: '宣言の原文' });
  // Without hours the draft means the same by the server's clock and by this test's, wherever each thinks it is.
  const text = (await area.inputValue()).replace(/^hours = .*\n/gm, '');
  await area.fill(text);
  await page.getByRole('button', { name: '確かめて下書きに入れる' }).click();
  await page.getByText('読めました').waitFor();
  await tab(page, '証明').click();
  await page.getByText('保存していない下書きと比べています').waitFor();
  await page.getByRole('button', { name: '確かめる', exact: true }).click();
  await page.getByText('まだ何も貼られていません').waitFor();
  const prove = async (rules: string) => {
    await page.getByLabel('ルーターの設定').fill(rules);
    await page.getByRole('button', { name: '確かめる', exact: true }).click();
  };
  await prove('ip lan1/1 address 192.168.10.1/24\nip pp secure filter in 1\nip filter 1 pass * * * * *\nip filter 2 frobnicate\n');
  await page.getByText('証明できない').waitFor();
  await page.getByRole('listitem').filter({ hasText: '4 行目' }).filter({ hasText: 'ip filter 2 frobnicate' }).waitFor();
  await accessible(page, 'proof, not understood');
  await prove('{"nftables": [{"chain": {"family": "inet", "table": "t", "name": "forward", "handle": 1, "type": "filter", "hook": "forward", "prio": 0, "policy": "accept"}}]}');
  await page.getByText('証明: 動いている規則は、宣言と違う。').waitFor();
  await page.getByText('通ってしまう').first().waitFor();
  await accessible(page, 'proof, different');
  if (!bin) return drop(page);
  const work = mkdtempSync(join(tmpdir(), 'komainu-proof-'));
  try {
    writeFileSync(join(work, 'clinic.toml'), text);
    execFileSync(bin, ['compile', join(work, 'clinic.toml'), '--target', 'rtx', '--out', work], { stdio: 'ignore' });
    await page.getByLabel('ファイルから読み込む').setInputFiles(join(work, 'komainu.rtx'));
    await expect.poll(() => page.getByLabel('ルーターの設定').inputValue()).toBe(readFileSync(join(work, 'komainu.rtx'), 'utf8'));
    await page.getByRole('button', { name: '確かめる', exact: true }).click();
    await page.getByText('証明: 動いている規則は、宣言と一致する。').waitFor();
    await accessible(page, 'proof, equal');
  } finally {
    rmSync(work, { recursive: true });
  }
  await drop(page);
});
