// バイタル: what is typed in a row of small fields, as the Observations of JP Core. Pure.

import type { Observation } from '../fhir/types';
import type { Writer } from './note';

export const measures = ['pressure', 'pulse', 'temperature', 'saturation', 'weight'] as const;
export type Measure = (typeof measures)[number];
export type Typed = Record<Measure, string>;
export const emptyVitals = (): Typed => ({ pressure: '', pulse: '', temperature: '', saturation: '', weight: '' });

interface Kind { text: string; medis?: string; loinc: string; unit: string; ucum: string; low: number; high: number; decimals: number }

/** MEDIS's nursing codes and LOINC; `low` and `high` are what a person can have, beyond which a finger has slipped. */
const kinds: Record<Exclude<Measure, 'pressure'>, Kind> = {
  pulse: { text: '脈拍数', medis: '31001390', loinc: '8867-4', unit: '/分', ucum: '/min', low: 20, high: 300, decimals: 0 },
  temperature: { text: '体温', medis: '31001368', loinc: '8310-5', unit: '℃', ucum: 'Cel', low: 30, high: 44, decimals: 1 },
  saturation: { text: 'SpO2', medis: '31000001', loinc: '59408-5', unit: '%', ucum: '%', low: 40, high: 100, decimals: 0 },
  weight: { text: '体重', loinc: '29463-7', unit: 'kg', ucum: 'kg', low: 0.4, high: 400, decimals: 1 },
};
const pressureKind: Kind = { text: '血圧', medis: '31002365', loinc: '85354-9', unit: 'mmHg', ucum: 'mm[Hg]', low: 20, high: 320, decimals: 0 };
const systolic: Kind = { ...pressureKind, text: '収縮期血圧', medis: '31001848', loinc: '8480-6' };
const diastolic: Kind = { ...pressureKind, text: '拡張期血圧', medis: '31001849', loinc: '8462-4' };

/** Every value that can be true; `faults` names the fields that cannot. */
export function readVitals(typed: Typed): { values: Partial<Record<Measure, number[]>>; faults: Measure[] } {
  const values: Partial<Record<Measure, number[]>> = {};
  const faults: Measure[] = [];
  for (const measure of measures) {
    const text = typed[measure].normalize('NFKC').trim();
    if (text === '') continue;
    const read = measure === 'pressure' ? readPressure(text) : readOne(kinds[measure], text);
    if (read) values[measure] = read;
    else faults.push(measure);
  }
  return { values, faults };
}

function readOne(kind: Kind, text: string): number[] | undefined {
  const value = Number(text);
  return /^\d+(\.\d+)?$/.test(text) && value >= kind.low && value <= kind.high ? [value] : undefined;
}

/** 128/76, also 128-76 and 128 76. */
function readPressure(text: string): number[] | undefined {
  const read = /^(\d{2,3})\s*[/\-\s]\s*(\d{2,3})$/.exec(text);
  const [high, low] = [Number(read?.[1]), Number(read?.[2])];
  return read && high > low && high <= pressureKind.high && low >= pressureKind.low ? [high, low] : undefined;
}

const concept = (kind: Kind) => ({
  coding: [...(kind.medis ? [{ system: 'http://medis.or.jp/CodeSystem/master-nursingObservationKeyCode', code: kind.medis, display: kind.text }] : []), { system: 'http://loinc.org', code: kind.loinc }],
  text: kind.text,
});
const amount = (kind: Kind, value: number) => ({ value, unit: kind.unit, system: 'http://unitsofmeasure.org', code: kind.ucum });

interface Taken { patient: string; encounter: string | undefined; by: Writer; at: string }

export function observationsOf(values: Partial<Record<Measure, number[]>>, { patient, encounter, by, at }: Taken, newId: () => string): Observation[] {
  return measures.flatMap((measure): Observation[] => {
    const value = values[measure];
    if (!value) return [];
    const kind = measure === 'pressure' ? pressureKind : kinds[measure];
    const local = { coding: [{ system: 'http://jpfhir.jp/fhir/core/CodeSystem/JP_SimpleObservationCategory_CS', code: measure === 'weight' ? 'body-measurement' : 'vital-signs' }] };
    const international = { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/observation-category', code: 'vital-signs' }] };
    return [{
      resourceType: 'Observation',
      id: newId(),
      status: 'final',
      category: measure === 'weight' ? [local, international] : [local],
      code: concept(kind),
      subject: { reference: `Patient/${patient}` },
      ...(encounter !== undefined && { encounter: { reference: `Encounter/${encounter}` } }),
      effectiveDateTime: at,
      performer: [{ display: by.name }],
      ...(measure === 'pressure'
        ? { component: [{ code: concept(systolic), valueQuantity: amount(systolic, value[0]!) }, { code: concept(diastolic), valueQuantity: amount(diastolic, value[1]!) }] }
        : { valueQuantity: amount(kind, value[0]!) }),
    }];
  });
}
