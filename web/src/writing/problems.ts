// 病名: added, marked as the main one or as suspected, and ended with its 転帰. Pure.

import { hasCode, label } from '../fhir/read';
import type { CodeableConcept, Condition } from '../fhir/types';
import { withEntry, type Writer } from './note';

export const mainUrl = 'urn:komainu:fhir:main-problem';
const extensions = 'http://jpfhir.jp/fhir/core/Extension/StructureDefinition';
const outcomeUrl = `${extensions}/JP_Condition_DiseaseOutcome`;
const suffixUrl = `${extensions}/JP_Condition_DiseasePostfixModifier`;
const clinical = (code: string): CodeableConcept => ({ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/condition-clinical', code }] });
const certain = (code: string): CodeableConcept => ({ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/condition-ver-status', code }] });
const doubt = { text: 'の疑い', coding: [{ system: 'http://jpfhir.jp/fhir/core/mhlw/CodeSystem/masterZ-disease-modifier', code: '8002', display: 'の疑い' }] };

/** レセプト電算 転帰区分. */
const outcomes = { healed: { code: '2', text: '治ゆ' }, died: { code: '3', text: '死亡' }, stopped: { code: '4', text: '中止' } } as const;
export type Outcome = keyof typeof outcomes;

export const isMain = (condition: Condition) => condition.extension?.some((e) => e.url === mainUrl && e.valueBoolean) ?? false;

interface Noted { id: string; patient: string; name: string; code: CodeableConcept | undefined; suspected: boolean; by: Writer; date: string }

export function problem({ id, patient, name, code, suspected, by, date }: Noted): Condition {
  const extension = withEntry(undefined, by);
  const known = code && label(code) === name ? { coding: code.coding ?? [] } : {};
  return {
    resourceType: 'Condition',
    id,
    ...(extension.length > 0 && { extension }),
    clinicalStatus: clinical('active'),
    verificationStatus: certain(suspected ? 'unconfirmed' : 'confirmed'),
    category: [{ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/condition-category', code: 'encounter-diagnosis' }] }],
    code: { ...known, ...(suspected && { extension: [{ url: suffixUrl, valueCodeableConcept: doubt }] }), text: suspected ? `${name}の疑い` : name } as CodeableConcept,
    subject: { reference: `Patient/${patient}` },
    onsetDateTime: date,
    recordedDate: date,
  };
}

export function marked(condition: Condition, main: boolean): Condition {
  const others = (condition.extension ?? []).filter((e) => e.url !== mainUrl);
  const extension = main ? [...others, { url: mainUrl, valueBoolean: true }] : others;
  const { extension: _before, ...rest } = condition;
  return { ...rest, ...(extension.length > 0 && { extension }) } as Condition;
}

/** Over, with its outcome. A suspicion that ends was not confirmed: it is refuted, and earlier months keep it as it was. */
export function ended(condition: Condition, outcome: Outcome, date: string): Condition {
  const suspected = hasCode(condition.verificationStatus, 'unconfirmed', 'provisional', 'differential');
  const { code, text } = outcomes[outcome];
  const others = (condition.extension ?? []).filter((e) => e.url !== outcomeUrl);
  const system = 'http://jpfhir.jp/fhir/core/CodeSystem/JP_ConditionDiseaseOutcomeReceipt_CS';
  return {
    ...condition,
    extension: [...others, { url: outcomeUrl, valueCodeableConcept: { coding: [{ system, code, display: text }], text } }],
    clinicalStatus: clinical(suspected ? 'inactive' : 'resolved'),
    ...(suspected && { verificationStatus: certain('refuted') }),
    abatementDateTime: date,
  };
}
