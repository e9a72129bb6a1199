import { describe, expect, test } from 'vitest';
import { stampUrl } from '../data/merge';
import type { Composition } from '../fhir/types';
import { emptySoap, enteredBy, narrative, noteOf, soapOf, stampOf, type Writer } from './note';

const doctor: Writer = { user: 'd', name: '小鳥', isDoctor: true };
const nurse: Writer = { user: 'n', name: '鈴木', isDoctor: false };
const written = (soap: Partial<ReturnType<typeof emptySoap>>, by = doctor, before?: Composition) =>
  noteOf({ id: 'n-1', patient: 'p', encounter: 'e', soap: { ...emptySoap(), ...soap }, by, date: '2026-11-26T10:00:00+09:00', status: 'preliminary' }, before);

describe('a note', () => {
  test.each(['BP<130 & 減塩', '<script>alert(1)</script>', '一行目\n\n三行目', '𠮷野家👩🏽‍⚕️', '\u202eabc\u202c', '&lt;b&gt;', 'あ'.repeat(10_000)])('%.20s comes back as it was typed', (words) => {
    expect(soapOf(written({ S: words })).S).toBe(words);
    expect(written({ S: words }).section?.[0]?.text?.div).not.toMatch(/<(script|b)\b/);
  });

  test('what XML has no room for is left out, and nothing else', () => {
    expect(narrative('a\u0000b\u000bc\ud800d\t').div).toContain('<p>abcd\t</p>');
  });

  test('parts that say nothing are no sections; a note that says nothing still is a document', () => {
    expect(written({ S: 'x', P: 'y' }).section?.map((s) => s.title)).toEqual(['S 主観的情報', 'P 計画']);
    expect(written({}).section).toHaveLength(1);
    expect(soapOf(written({}))).toEqual(emptySoap());
  });

  test('a section of another kind is not out of sight', () => {
    const foreign = { resourceType: 'Composition', section: [{ title: '現病歴', text: { div: '<div><p>以前から</p></div>' } }, { title: 'O 所見', text: { div: '<div>発赤</div>' } }] } as Composition;
    expect(soapOf(foreign).O).toBe('以前から\n発赤');
  });

  test('代行入力 stays marked when the doctor goes on writing, and the author stays the author', () => {
    const byNurse = written({ S: '咳' }, nurse);
    const gone = written({ S: '咳が続く' }, doctor, byNurse);
    expect([enteredBy(byNurse), enteredBy(gone), enteredBy(written({ S: 'x' }))]).toEqual(['鈴木', '鈴木', undefined]);
    expect(gone.author).toEqual([{ display: '鈴木' }]);
  });
});

test('the stamp tells who, when, whether for another, and each amendment', () => {
  const stamp = {
    url: stampUrl,
    extension: [
      { url: 'finalisedBy', valueReference: { display: '小鳥' } }, { url: 'finalisedAt', valueInstant: '2026-11-26T01:00:00Z' }, { url: 'proxy', valueBoolean: true },
      { url: 'amendment', extension: [{ url: 'by', valueReference: { identifier: { value: 'k' } } }, { url: 'at', valueInstant: '2026-11-26T02:00:00Z' }, { url: 'reason', valueString: '見直し' }] },
    ],
  };
  expect(stampOf({ ...written({}), extension: [stamp] })).toEqual({
    by: '小鳥', at: '2026-11-26T01:00:00Z', proxy: true, amendments: [{ by: 'k', at: '2026-11-26T02:00:00Z', reason: '見直し' }],
  });
  expect(stampOf(written({}))).toBeUndefined();
});
