import { describe, expect, test } from 'vitest';
import type { AllergyIntolerance } from '../fhir/types';
import { emptyDrug } from './orders';
import { forbids, needsReason, warningsOf } from './warnings';

const allergy = (text: string, more: object = {}): AllergyIntolerance => ({ resourceType: 'AllergyIntolerance', code: { text }, ...more });
const drug = (name: string, id = name) => ({ ...emptyDrug(id), name });

describe('an allergy forbids', () => {
  test.each([
    ['ペニシリン系抗菌薬', 'アモキシシリンカプセル250mg'], ['セフェム系抗菌薬', '【般】セフカペンピボキシル塩酸塩錠100mg'], ['アスピリン', 'ロキソプロフェンNa錠60mg'],
    ['ロキソプロフェン', '【般】ロキソプロフェンナトリウム錠60mg'], ['ヨード造影剤', 'ポビドンヨード'], ['ﾛｷｿﾌﾟﾛﾌｪﾝ', 'ロキソプロフェン錠'], ['アムロジピンで浮腫', '【般】アムロジピン錠5mg'],
  ])('%s: %s', (substance, name) => expect(forbids(allergy(substance), name)).toBe(true));
  test.each([
    ['ペニシリン系抗菌薬', 'クラリスロマイシン錠200mg'], ['スギ花粉', 'アムロジピン錠'], ['そば', 'ロスバスタチン錠'], ['アスピリン', 'アムロジピン錠'], ['', 'アムロジピン錠'], ['小麦', ''],
  ])('not %s: %s', (substance, name) => expect(forbids(allergy(substance), name)).toBe(false));
  test('not when it was refuted or is over', () => {
    const coded = (code: string) => ({ coding: [{ code }] });
    expect(forbids(allergy('アスピリン', { verificationStatus: coded('refuted') }), 'アスピリン錠')).toBe(false);
    expect(forbids(allergy('アスピリン', { clinicalStatus: coded('resolved') }), 'アスピリン錠')).toBe(false);
  });
});

test('the same substance twice is told, and needs no reason', () => {
  const [five, two] = [drug('【般】アムロジピン錠5mg'), drug('アムロジピンOD錠2.5mg')];
  const warnings = warningsOf(five, [], [five, two]);
  expect(warnings).toEqual([{ kind: 'twice', name: two.name }]);
  expect(needsReason(warnings)).toBe(false);
  expect(needsReason(warningsOf(drug('アスピリン錠'), [allergy('アスピリン')], []))).toBe(true);
});
