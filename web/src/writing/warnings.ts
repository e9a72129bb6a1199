// What to say before a drug is given: allergies first, then the same drug twice. Pure.
//
// Allergies are recorded in words (ペニシリン系抗菌薬), drugs by general name (アモキシシリン): the table below joins the two.
// It is short and of our own; a clinic's full table of interactions is imported data and not here.

import { hasCode, label } from '../fhir/read';
import type { AllergyIntolerance } from '../fhir/types';
import { katakana } from '../find/kana';
import type { Drug } from './orders';

export type Warning =
  | { kind: 'allergy'; substance: string; severe: boolean }
  | { kind: 'twice'; name: string };

/** Words of an allergy → parts of general names that belong to it. */
const groups: [allergy: RegExp, drugs: RegExp][] = [
  [/ペニシリン/, /シリン(?!ゴ)/],
  [/セフェム|セファロスポリン/, /セフ|セファ/],
  [/マクロライド/, /スロマイシン|リスロマイシン|キサマイシン/],
  [/キノロン/, /フロキサシン/],
  [/アスピリン|NSAID|エヌセイズ|解熱鎮痛|非ステロイド/i, /アスピリン|ロキソプロフェン|イブプロフェン|ジクロフェナク|セレコキシブ|ナプロキセン|インドメタシン|メフェナム/],
  [/ピリン系/, /スルピリン|イソプロピルアンチピリン/],
  [/サルファ|スルホンアミド/, /スルファ|サラゾスルファピリジン/],
  [/ヨード/, /ヨード|イオヘキソール|イオパミドール|ポビドンヨード/],
];

const fold = (text: string) => katakana(text).replace(/[\s・]/g, '');
/** `【般】アムロジピン錠5mg` is アムロジピン. */
const stem = (name: string) => fold(name).replace(/^【[^】]*】/, '').replace(/(塩酸塩|ナトリウム|カリウム|水和物|ベシル酸塩)?(OD)?(錠|カプセル|細粒|顆粒|散|シロップ|軟膏|クリーム|貼付剤|吸入).*$/, '');

/** Does an allergy forbid a drug, as far as the names tell? */
export function forbids(allergy: AllergyIntolerance, drug: string): boolean {
  if (hasCode(allergy.clinicalStatus, 'resolved', 'inactive') || hasCode(allergy.verificationStatus, 'refuted', 'entered-in-error')) return false;
  const [substance, name] = [fold(label(allergy.code)), fold(drug)];
  const bare = stem(drug);
  if (substance === '' || bare === '') return false;
  return name.includes(substance) || (bare.length >= 3 && substance.includes(bare)) || groups.some(([words, drugs]) => words.test(substance) && drugs.test(name));
}

export function warningsOf(drug: Drug, allergies: readonly AllergyIntolerance[], all: readonly Drug[]): Warning[] {
  if (drug.name.trim() === '') return [];
  const found: Warning[] = allergies
    .filter((allergy) => forbids(allergy, drug.name))
    .map((allergy) => ({ kind: 'allergy', substance: label(allergy.code), severe: allergy.criticality === 'high' }));
  const twin = all.find((other) => other !== drug && other.id !== drug.id && stem(other.name) !== '' && stem(other.name) === stem(drug.name));
  return twin ? [...found, { kind: 'twice', name: twin.name }] : found;
}

/** An allergy needs a reason; everything else is only told. */
export const needsReason = (warnings: readonly Warning[]) => warnings.some((warning) => warning.kind === 'allergy');
