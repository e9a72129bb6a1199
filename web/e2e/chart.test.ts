import { beforeAll, describe, expect, test } from 'vitest';
import { fullName, kanaName, patientNumber } from '../src/fhir/patient';
import type { Patient, Resource } from '../src/fhir/types';
import { wareki } from '../src/find/wareki';
import { accessible, fhir, openChart, patientWithResults, signedIn, useBrowser } from './world';

useBrowser();

let patient: Patient;
beforeAll(async () => {
  patient = await patientWithResults();
});

test('the banner says who it is, in both calendars, and stays', async () => {
  const page = await signedIn();
  await openChart(page, patient.id!);
  const banner = page.getByRole('region', { name: 'カルテ', exact: true });
  const text = await banner.innerText();
  for (const part of [fullName(patient), kanaName(patient), patientNumber(patient), wareki(patient.birthDate!), patient.birthDate!]) {
    expect(text).toContain(part);
  }
  await page.mouse.wheel(0, 3000);
  expect(await banner.isVisible()).toBe(true);
  const box = await banner.boundingBox();
  expect(box!.y).toBeLessThan(60);
});

test('every section is there, and reads well to a machine', async () => {
  const page = await signedIn();
  await openChart(page, patient.id!);
  for (const name of ['受付メモ', '病名', 'アレルギー', '保険', '検査結果', 'バイタル', '予約', '処方', '受診歴']) {
    await page.getByRole('region', { name, exact: true }).waitFor();
  }
  await page.getByRole('img', { name: /の推移/ }).locator('canvas').waitFor();
  await accessible(page, 'chart');
});

test('a patient who is not there: a sentence and the way back', async () => {
  const page = await signedIn();
  await page.goto(new URL('/patients/none-of-that-id', page.url()).href);
  await page.getByText('この患者は見つかりません').waitFor();
  await accessible(page, 'missing patient');
  await page.getByRole('link', { name: '患者をさがす' }).last().click();
  await page.getByRole('heading', { name: '最近開いたカルテ' }).waitFor();
});

test('on paper: the patient, no buttons', async () => {
  const page = await signedIn();
  await openChart(page, patient.id!);
  await page.emulateMedia({ media: 'print' });
  expect(await page.getByText(fullName(patient)).first().isVisible()).toBe(true);
  expect(await page.locator('button:visible').count()).toBe(0);
  expect(await page.locator('header.top').isVisible()).toBe(false);
  expect(await page.getByText('印刷', { exact: false }).last().isVisible()).toBe(true);
});

describe('trouble in one part', () => {
  test('the server cannot give one section: it says so, and is asked again', async () => {
    const page = await signedIn();
    let broken = true;
    await page.route('**/fhir/MedicationRequest?*', (route) => (broken ? route.fulfill({ status: 503, body: '' }) : route.fallback()));
    await openChart(page, patient.id!);
    const section = page.getByRole('region', { name: '処方', exact: true });
    await section.getByText('サーバーがいま応じられません').waitFor();
    await accessible(page, 'chart with a failed section');
    broken = false;
    await section.getByRole('button', { name: 'もう一度読み込む' }).click();
    await section.getByText('サーバーがいま応じられません').waitFor({ state: 'detached' });
  });

  test('no right to one section is no error of the others', async () => {
    const page = await signedIn();
    await page.route('**/fhir/Coverage?*', (route) => route.fulfill({ status: 403, body: '' }));
    await openChart(page, patient.id!);
    await page.getByRole('region', { name: '保険', exact: true }).getByText('見る許可がありません').waitFor();
    await page.getByRole('region', { name: '検査結果' }).waitFor();
  });

  test('a record that cannot be drawn takes nothing else with it', async () => {
    const page = await signedIn();
    const body = JSON.stringify({ resourceType: 'Bundle', entry: [{ resource: { resourceType: 'Condition', id: 'x', code: { coding: 5 } } }] });
    await page.route('**/fhir/Condition?*', (route) => route.fulfill({ contentType: 'application/fhir+json', body }));
    await openChart(page, patient.id!);
    await page.getByText('この部分の記録を表示できません').waitFor();
    await page.getByRole('region', { name: '検査結果' }).waitFor();
  });
});

describe('text is text', () => {
  const payload = '"><img src=x onerror="alert(1)"><svg onload=alert(2)><script>alert(3)</script>{@html 1}';

  test('scripts in names, codes and words are shown, never run', async () => {
    const hostile = await fhir<Patient>('POST', 'Patient', {
      resourceType: 'Patient',
      identifier: [{ system: 'urn:oid:1.2.392.100495.20.3.51.11310000001', value: `X${Date.now()}` }],
      name: [{ use: 'official', family: payload, given: ['太郎'] }],
      gender: 'male',
      birthDate: '1958-04-05',
    } as Patient);
    const subject = { reference: `Patient/${hostile.id}` };
    const clinical: Resource[] = [
      { resourceType: 'Condition', subject, code: { text: payload }, clinicalStatus: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/condition-clinical', code: 'active' }] } },
      { resourceType: 'AllergyIntolerance', patient: subject, code: { text: payload }, clinicalStatus: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical', code: 'active' }] } },
      { resourceType: 'Flag', status: 'active', subject, code: { text: payload } },
    ];
    for (const resource of clinical) await fhir('POST', resource.resourceType, resource);

    const page = await signedIn();
    await openChart(page, hostile.id!);
    const banner = page.getByRole('region', { name: 'カルテ', exact: true });
    expect(await banner.innerText()).toContain(payload);
    await page.getByRole('region', { name: '病名' }).getByText(payload).waitFor();
    expect(await page.locator('img[src="x"], svg[onload], main script').count()).toBe(0);
    await page.emulateMedia({ media: 'print' });
    await page.emulateMedia({ media: 'screen' });
    await page.goto(new URL('/find', page.url()).href);
    await page.getByRole('link', { name: '太郎' }).first().waitFor();
    // useBrowser fails the test on any dialog, uncaught error or policy violation.
  });
});
