// 記載: writing in the chart, from the board to 確定 and after.

import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import type { Bundle, Composition, Encounter, MedicationRequest, Observation, Patient, Resource } from '../src/fhir/types';
import { accessible, cached, doctor, fhir, line, newPage, ready, signIn, useBrowser } from './world';

useBrowser();

const nurse = ready.users.filter(({ duties }) => duties.includes('nurse')).at(-1)!;
const today = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Asia/Tokyo' }).format(new Date());
const stampUrl = 'urn:komainu:fhir:finalisation';
let nth = 0;

/** Somebody who comes regularly: takes two drugs, and waits. */
async function regular(more: { allergy?: string } = {}): Promise<{ id: string; name: string; visit: Encounter }> {
  const name = `再来${Date.now() % 100_000}-${++nth}`;
  const patient = await fhir<Patient>('POST', 'Patient', { resourceType: 'Patient', active: true, name: [{ use: 'official', text: name, family: name }], gender: 'male', birthDate: '1950-02-03' } as Patient);
  const subject = { reference: `Patient/${patient.id}` };
  for (const [drug, usage] of [['【般】アムロジピン錠5mg', '1日1回 朝食後'], ['【般】ロスバスタチン錠2.5mg', '1日1回 夕食後']] as const) {
    await fhir('POST', 'MedicationRequest', {
      resourceType: 'MedicationRequest', status: 'active', intent: 'order', subject, authoredOn: '2026-10-20T09:30:00+09:00',
      medicationCodeableConcept: { text: drug, coding: [{ system: 'http://jpfhir.jp/fhir/core/mhlw/CodeSystem/MedicationGeneralOrderCode', code: drug.length === 14 ? 'A' : 'B', display: drug }] },
      dosageInstruction: [{ text: `${usage} 1回1錠 28日分`, timing: { code: { text: usage } }, doseAndRate: [{ doseQuantity: { value: 1, unit: '錠' } }] }],
      dispenseRequest: { quantity: { value: 28, unit: '錠' }, expectedSupplyDuration: { value: 28, unit: '日', system: 'http://unitsofmeasure.org', code: 'd' } },
    } as Resource);
  }
  if (more.allergy) {
    await fhir('POST', 'AllergyIntolerance', {
      resourceType: 'AllergyIntolerance', patient: subject, code: { text: more.allergy }, criticality: 'high',
      clinicalStatus: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical', code: 'active' }] },
    } as Resource);
  }
  const visit = await fhir<Encounter>('POST', 'Encounter', {
    resourceType: 'Encounter', status: 'triaged', class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'AMB' }, type: [{ text: '再診' }], subject,
    period: { start: new Date(Date.now() - 20 * 60_000).toISOString() }, reasonCode: [{ text: '定期受診' }],
  } as Encounter);
  return { id: patient.id!, name, visit };
}

const of = async <T extends Resource>(type: string, patient: string) => ((await fhir<Bundle>('GET', `${type}?patient=${patient}&_count=100`)).entry ?? []).map((e) => e.resource as T);
const notes = (patient: string) => of<Composition>('Composition', patient);
const isFinal = (resource: Resource) => (resource['extension'] as { url: string }[] | undefined)?.some((e) => e.url === stampUrl) ?? false;
const says = (page: Page, words: string) => line(page).filter({ hasText: words }).waitFor();
const field = (page: Page, part: 'S' | 'O' | 'A' | 'P') => page.getByRole('textbox', { name: new RegExp(`^${part} `) });

async function writing(id: string, who = doctor): Promise<Page> {
  const page = await newPage();
  await signIn(page, who);
  await page.goto(`${ready.page}/patients/${id}/write`);
  await field(page, 'S').waitFor();
  return page;
}

test('a repeat visit with Do: from the chart opened to 確定 in a handful of inputs, all of it final and billed', async () => {
  const { id, name, visit } = await regular();
  const page = await newPage();
  await signIn(page, doctor);
  await page.getByRole('combobox', { name: '担当医' }).first().waitFor();
  const row = page.getByRole('button', { name: new RegExp(`${name}.*歳`) });
  await row.focus();
  let inputs = 0;
  const press = async (key: string) => {
    inputs++;
    await page.keyboard.press(key);
  };
  await press('Enter');
  await field(page, 'S').waitFor();
  await page.waitForFunction(() => document.activeElement?.id === 'soap-S');
  await press('Alt+5');
  await press('Alt+d');
  await page.getByRole('group', { name: '2行目' }).waitFor();
  await press('Control+Enter');
  await page.getByRole('alert').filter({ hasText: '秒で確定します' }).waitFor();
  await accessible(page, 'writing, about to be final');
  expect(inputs).toBeLessThanOrEqual(12);
  await page.getByText(/確定 小鳥/).waitFor();
  await says(page, '未送信 0');
  expect(inputs, 'opening, phrase, Do, 確定').toBe(4);

  const [note] = await notes(id);
  expect([note!.status, isFinal(note!)]).toEqual(['final', true]);
  expect(note!.section?.[0]?.text?.div).toContain('著変なし。');
  const given = (await of<MedicationRequest>('MedicationRequest', id)).filter((r) => r.encounter?.reference === `Encounter/${visit.id}`);
  expect(given.map((r) => [r.status, isFinal(r), r.dispenseRequest?.expectedSupplyDuration?.value])).toEqual([['active', true, 28], ['active', true, 28]]);
  expect(given.every((r) => r.medicationCodeableConcept?.coding?.[0]?.code), 'the codes go along').toBe(true);
  expect((await fhir<Encounter>('GET', `Encounter/${visit.id}`)).status).toBe('finished');
  await accessible(page, 'a final note');
});

test('確定 can be taken back for some seconds, and nothing is final then', async () => {
  const { id, visit } = await regular();
  const page = await writing(id);
  await field(page, 'S').fill('頭痛');
  await page.keyboard.press('Control+Enter');
  await page.getByRole('button', { name: '取り消す' }).click();
  await page.getByText('確定を取り消しました').waitFor();
  await says(page, '未送信 0');
  expect((await notes(id)).some(isFinal)).toBe(false);
  expect((await fhir<Encounter>('GET', `Encounter/${visit.id}`)).status).toBe('triaged');
  expect(await field(page, 'S').inputValue()).toBe('頭痛');
  await field(page, 'S').fill('頭痛と発熱');
  await page.keyboard.press('Control+Enter');
  await page.getByText(/確定 小鳥/).waitFor();
  expect((await notes(id))[0]!.section?.[0]?.text?.div).toContain('頭痛と発熱');
});

test('what was typed survives a closed tab, and another tab goes on with it', async () => {
  const { id } = await regular();
  const page = await writing(id);
  await field(page, 'O').fill('咽頭発赤あり');
  await page.keyboard.press('Alt+d');
  await page.getByText('この端末に保管').waitFor();
  const context = page.context();
  await page.close({ runBeforeUnload: false });
  const again = await context.newPage();
  await again.goto(`${ready.page}/patients/${id}/write`);
  await field(again, 'O').waitFor();
  expect(await field(again, 'O').inputValue()).toBe('咽頭発赤あり');
  await again.getByRole('group', { name: '2行目' }).waitFor();
});

test('the session ends while somebody writes: the text is there when they are back', async () => {
  const { id } = await regular();
  const page = await writing(id);
  await field(page, 'S').fill('途中まで書いた');
  await page.getByText('この端末に保管').waitFor();
  await page.context().clearCookies();
  await page.reload();
  await page.getByText('サインインが終わりました').waitFor();
  await signIn(page, doctor);
  await page.goto(`${ready.page}/patients/${id}/write`);
  await field(page, 'S').waitFor();
  expect(await field(page, 'S').inputValue()).toBe('途中まで書いた');
});

test('signing out in the middle of a sentence loses none of it', async () => {
  const { id } = await regular();
  const page = await writing(id);
  await page.keyboard.press('Alt+n');
  await page.getByRole('group', { name: '1行目' }).getByLabel('薬', { exact: true }).fill('名前だけの薬');
  await field(page, 'S').fill('書いてすぐ席を立つ');
  await page.getByRole('button', { name: '利用者と表示' }).click();
  await page.getByRole('button', { name: 'サインアウト' }).click();
  // A line without dose and days is no prescription yet: it is here alone, and that is said before it could be lost.
  const dialog = page.getByRole('dialog', { name: '未送信の記録' });
  await dialog.getByText('書きかけの記載が 1 件').waitFor();
  await accessible(page, 'signing out with a draft');
  await dialog.getByRole('button', { name: '閉じる' }).click();
  await page.getByRole('button', { name: '名前だけの薬 を外す' }).click();
  await page.getByRole('button', { name: '下書きを送る' }).click();
  await says(page, '未送信 0');
  await page.getByRole('button', { name: '利用者と表示' }).click();
  await page.getByRole('button', { name: 'サインアウト' }).click();
  await page.getByText('サインアウトしました').waitFor();
  expect((await notes(id))[0]!.section![0]!.text!.div).toContain('書いてすぐ席を立つ');
});

test('the line breaks while somebody writes: the hand stays where it is, and nothing is read over what is typed', async () => {
  const { id } = await regular();
  const page = await writing(id);
  await page.keyboard.press('Alt+n');
  const drug = page.getByRole('group', { name: '1行目' }).getByLabel('薬', { exact: true });
  await drug.fill('名前だけの薬');
  await cached(page);
  for (const [offline, words] of [[true, 'オフライン'], [false, 'オンライン']] as const) {
    await page.context().setOffline(offline);
    await says(page, words);
    await drug.pressSequentially('。');
    await page.evaluate(() => new Promise((done) => setTimeout(done, 1500)));
    expect(await drug.evaluate((field) => field === document.activeElement)).toBe(true);
  }
  expect(await drug.inputValue()).toBe('名前だけの薬。。');
});

test('written offline, it is final as soon as the line is back', async () => {
  const { id } = await regular();
  const page = await writing(id);
  await cached(page);
  await says(page, 'オンライン');
  await page.context().setOffline(true);
  await field(page, 'S').fill('停電中の診察');
  await page.keyboard.press('Alt+d');
  await page.keyboard.press('Control+Enter');
  await page.getByRole('alert').filter({ hasText: '秒で確定します' }).waitFor();
  await page.getByText(/^◆\s*未送信$/).first().waitFor();
  expect(await notes(id)).toHaveLength(0);
  await page.context().setOffline(false);
  await says(page, '未送信 0');
  await page.getByText(/確定 小鳥/).waitFor();
  expect((await notes(id)).map(isFinal)).toEqual([true]);
});

test('代行入力: a nurse writes, the doctor sees who did and finalises', async () => {
  const { id } = await regular();
  const page = await writing(id, nurse);
  await page.getByText('代行入力です').waitFor();
  await field(page, 'S').fill('夜間に咳');
  await page.keyboard.press('Alt+d');
  await page.keyboard.press('Control+Enter');
  await page.getByText('確定は医師だけができます').waitFor();
  await page.getByRole('button', { name: '医師に回す' }).click();
  await page.getByText('医師に回しました').waitFor();
  await says(page, '未送信 0');
  expect((await notes(id)).map((n) => [n.status, isFinal(n)])).toEqual([['preliminary', false]]);

  const room = await writing(id);
  expect(await field(room, 'S').inputValue()).toBe('夜間に咳');
  await room.getByRole('group', { name: '2行目' }).waitFor();
  await room.keyboard.press('Control+Enter');
  await room.getByText(/確定 小鳥/).waitFor();
  await room.getByText('代行入力').first().waitFor();
  await room.getByText(`入力 ${nurse.name}`).waitFor();
  await says(room, '未送信 0');
  expect((await of<MedicationRequest>('MedicationRequest', id)).filter(isFinal)).toHaveLength(2);
});

describe('two write in one chart', () => {
  test('both texts are there afterwards, and a person has chosen', async () => {
    const { id } = await regular();
    const first = await writing(id);
    await field(first, 'S').fill('はじめの文');
    await first.keyboard.press('Control+s');
    await says(first, '未送信 0');
    const second = await writing(id, nurse);
    expect(await field(second, 'S').inputValue()).toBe('はじめの文');
    await cached(second);
    await second.context().setOffline(true);
    await field(second, 'S').fill('はじめの文\n看護師の追加');
    await second.keyboard.press('Control+s');
    await says(second, '未送信 1');
    await field(first, 'S').fill('はじめの文\n医師の追加');
    await first.keyboard.press('Control+s');
    await says(first, '未送信 0');
    await second.context().setOffline(false);
    await second.getByText('ほかの人の記載と食い違っています').waitFor();
    await accessible(second, 'writing with a conflict');
    await second.getByRole('button', { name: '両方を残す' }).click();
    await says(second, '未送信 0');
    const div = (await notes(id))[0]!.section![0]!.text!.div!;
    expect(div).toContain('医師の追加');
    expect(div).toContain('看護師の追加');
  });
});

test('追記・訂正 needs a reason, shows who and why, and what was there before', async () => {
  const { id } = await regular();
  const page = await writing(id);
  await field(page, 'A').fill('感冒');
  await page.keyboard.press('Control+Enter');
  await page.getByText(/確定 小鳥/).waitFor();
  await page.getByRole('button', { name: '追記・訂正' }).click();
  await field(page, 'A').fill('急性気管支炎');
  await page.getByRole('button', { name: '追記を確定' }).click();
  await page.getByText('理由を書いてください').waitFor();
  await page.getByLabel('追記・訂正の理由').fill('聴診の所見を見直した');
  await accessible(page, 'an amendment');
  await page.getByRole('button', { name: '追記を確定' }).click();
  await page.getByText('理由: 聴診の所見を見直した').waitFor();
  await page.getByText('急性気管支炎').first().waitFor();
  await page.getByRole('button', { name: '以前の版を見る' }).click();
  await page.getByRole('region', { name: /^版 / }).getByText('感冒').first().waitFor();
});

test('an allergy is said at the drug, and a reason is asked before it is given', async () => {
  const { id } = await regular({ allergy: 'ペニシリン系抗菌薬' });
  const page = await writing(id);
  await page.keyboard.press('Alt+n');
  await page.keyboard.type('アモキシシリンカプセル250mg');
  const drug = page.getByRole('group', { name: '1行目' });
  await drug.getByRole('alert').filter({ hasText: 'ペニシリン系抗菌薬' }).waitFor();
  await drug.getByLabel('用法').fill('1日3回 毎食後');
  await drug.getByLabel('日数').fill('5');
  await accessible(page, 'writing with a warning');
  await page.keyboard.press('Control+Enter');
  await page.getByText('出す理由を書くと確定できます').waitFor();
  expect((await notes(id)).some(isFinal)).toBe(false);
  await drug.getByLabel('それでも出す理由').fill('過去の皮疹は別の薬による');
  await page.keyboard.press('Control+Enter');
  await page.getByText(/確定 小鳥/).waitFor();
  const [given] = (await of<MedicationRequest>('MedicationRequest', id)).filter(isFinal);
  expect(given).toMatchObject({ note: [{ text: '過去の皮疹は別の薬による' }], dispenseRequest: { quantity: { value: 15 } } });
});

test('vitals and problems go straight into the chart', async () => {
  const { id } = await regular();
  const page = await writing(id, nurse);
  await page.getByLabel('血圧').fill('128/300');
  await page.getByRole('button', { name: '記録' }).click();
  await page.getByText('血圧 の値を確かめてください').waitFor();
  await page.getByLabel('血圧').fill('128/76');
  await page.getByLabel('体温').fill('36.8');
  await page.keyboard.press('Enter');
  await page.getByText('バイタルを記録しました').waitFor();
  await page.getByRole('region', { name: 'バイタル' }).getByText('128/76').waitFor();
  await page.getByRole('textbox', { name: '病名を足す' }).or(page.getByRole('combobox', { name: '病名を足す' })).fill('急性気管支炎');
  await page.getByRole('checkbox', { name: '疑い' }).check();
  await page.keyboard.press('Enter');
  const list = page.getByRole('region', { name: '病名', exact: true });
  await list.getByText('急性気管支炎の疑い').waitFor();
  await list.getByRole('button', { name: /を主病名にする/ }).click();
  await list.getByRole('button', { name: /を主病名から外す/ }).waitFor();
  await says(page, '未送信 0');
  await list.getByRole('combobox', { name: /の転帰/ }).selectOption({ label: '中止' });
  await list.getByText('急性気管支炎の疑い').waitFor({ state: 'detached' });
  await says(page, '未送信 0');
  const [condition] = await of<Resource>('Condition', id);
  expect(condition).toMatchObject({ clinicalStatus: { coding: [{ code: 'inactive' }] }, verificationStatus: { coding: [{ code: 'refuted' }] }, abatementDateTime: today });
  expect((await of<Observation>('Observation', id)).map((o) => o.code?.text).sort()).toEqual(['体温', '血圧']);
});

test('text is text: what is typed comes back as it was, and nothing runs', async () => {
  const { id } = await regular();
  const hostile = `<script>alert(1)</script> &amp; "' \u202eabc\u202c 𠮷野家👩🏽‍⚕️\n${'長'.repeat(10_000)}`;
  const page = await writing(id);
  await field(page, 'S').fill(hostile);
  await page.keyboard.press('Alt+n');
  await page.getByRole('group', { name: '1行目' }).getByLabel('薬', { exact: true }).fill('<img src=x onerror=alert(2)>');
  await page.getByRole('group', { name: '1行目' }).getByLabel('用法').fill('"><b>1日1回');
  await page.getByRole('group', { name: '1行目' }).getByLabel('日数').fill('3');
  await page.keyboard.press('Control+Enter');
  await page.getByText(/確定 小鳥/).waitFor();
  await page.getByText('<script>alert(1)</script> &amp;').first().waitFor();
  await page.getByText('<img src=x onerror=alert(2)>').first().waitFor();
  expect(await page.locator('main img[src="x"], main script').count()).toBe(0);
  expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
  await accessible(page, 'a hostile note');
  await page.reload();
  await page.getByText('𠮷野家👩🏽‍⚕️').first().waitFor();
});
