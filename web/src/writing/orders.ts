// The right side of the 2号用紙: 処方 as one MedicationRequest a drug, 処置・検査 as ServiceRequests. Pure.

import { day, label } from '../fhir/read';
import type { CodeableConcept, MedicationRequest, Quantity, ServiceRequest } from '../fhir/types';
import { withEntry, type Writer } from './note';

/** One line of a prescription as it is typed. */
export interface Drug {
  /** Logical id of the request it becomes. */
  id: string;
  name: string;
  /** Units each time: `1`, `0.5`. */
  dose: string;
  unit: string;
  usage: string;
  /** Days, or times for 頓用. */
  days: string;
  asNeeded: boolean;
  /** Why it is given in spite of a warning. */
  reason: string;
  /** Codes of drug, usage and unit, from where the line was copied. */
  model: Model | undefined;
}

export interface Act { id: string; name: string; code: CodeableConcept | undefined }

/** What is known of a drug beyond its words. */
export interface Model {
  drug: CodeableConcept;
  usage: CodeableConcept | undefined;
  quantity: Quantity | undefined;
  route: CodeableConcept | undefined;
  /** Takings a day, for the whole amount. */
  times: number | undefined;
  substitution: unknown;
}

const strength = 'http://jpfhir.jp/fhir/core/mhlw/CodeSystem/MedicationIngredientStrengthStrengthType';

export const drugName = (request: MedicationRequest) => label(request.medicationCodeableConcept) || (request.medicationReference?.display ?? '');

/** A line that says the same as a request; with another id it is Do. */
export function drugOf(request: MedicationRequest, id: string): Drug {
  const dosage = request.dosageInstruction?.[0];
  const quantity = dosage?.doseAndRate?.[0]?.doseQuantity;
  const supply = request.dispenseRequest?.expectedSupplyDuration?.value;
  const total = request.dispenseRequest?.quantity?.value;
  const asNeeded = dosage?.asNeededBoolean === true;
  const count = asNeeded && total !== undefined && quantity?.value ? total / quantity.value : supply;
  const days = count ?? Number(/(\d+)(?:日|回)分/.exec(dosage?.text ?? '')?.[1] ?? NaN);
  const usage = dosage?.timing?.code;
  const times = supply && total !== undefined && quantity?.value ? total / quantity.value / supply : undefined;
  return {
    id,
    name: drugName(request),
    dose: quantity?.value?.toString() ?? '',
    unit: quantity?.unit ?? '',
    usage: label(usage) || (dosage?.text ?? ''),
    days: Number.isFinite(days) ? String(days) : '',
    asNeeded,
    reason: '',
    model: {
      drug: request.medicationCodeableConcept ?? { text: drugName(request) },
      usage, quantity, route: dosage?.route, times, substitution: request['substitution'],
    },
  };
}

export const emptyDrug = (id: string): Drug => ({ id, name: '', dose: '1', unit: '錠', usage: '', days: '', asNeeded: false, reason: '', model: undefined });

const number = (text: string) => {
  const value = Number(text.normalize('NFKC').trim());
  return text.trim() !== '' && Number.isFinite(value) && value > 0 ? value : undefined;
};

/** What is missing or cannot be, by field. */
export function faults(drug: Drug): ('name' | 'dose' | 'usage' | 'days')[] {
  const found: ('name' | 'dose' | 'usage' | 'days')[] = [];
  if (drug.name.trim() === '') found.push('name');
  if (number(drug.dose) === undefined) found.push('dose');
  if (drug.usage.trim() === '') found.push('usage');
  const days = number(drug.days);
  if (days === undefined || !Number.isInteger(days) || days > 365) found.push('days');
  return found;
}

interface Ordered { patient: string; encounter: string; by: Writer; at: string; status: 'draft' | 'active' }

/** The request of one line; `before` is the one of the same id, whose other members stay. */
export function requestOf(drug: Drug, { patient, encounter, by, at, status }: Ordered, place: number, before?: MedicationRequest): MedicationRequest {
  const { model } = drug;
  const same = model && label(model.drug) === drug.name;
  const dose = number(drug.dose) ?? 1;
  const days = number(drug.days) ?? 1;
  const known = model?.quantity?.unit === drug.unit ? model.quantity : undefined;
  const quantity = (value: number): Quantity => ({ value: Math.round(value * 1000) / 1000, unit: drug.unit, ...(known?.system && { system: known.system, code: known.code ?? '' }) });
  const usage = model?.usage && label(model.usage) === drug.usage ? model.usage : { text: drug.usage };
  const times = model && label(model.usage) === drug.usage ? model.times : timesIn(drug.usage);
  const count = drug.asNeeded ? `${days}回分` : `${days}日分`;
  const extension = withEntry(before?.extension, by);
  return {
    ...(before ?? {}),
    resourceType: 'MedicationRequest',
    id: drug.id,
    ...(extension.length > 0 && { extension }),
    identifier: [{ system: 'http://jpfhir.jp/fhir/core/mhlw/IdSystem/Medication-RPGroupNumber', value: String(place) }, { system: 'http://jpfhir.jp/fhir/core/mhlw/IdSystem/MedicationAdministrationIndex', value: '1' }],
    status,
    intent: 'order',
    medicationCodeableConcept: same ? model.drug : { text: drug.name.trim() },
    subject: { reference: `Patient/${patient}` },
    encounter: { reference: `Encounter/${encounter}` },
    authoredOn: before?.authoredOn ?? at,
    requester: before?.requester ?? { display: by.name },
    groupIdentifier: { system: 'urn:oid:1.2.392.100495.20.3.11', value: `${encounter}` },
    ...(drug.reason.trim() !== '' && { note: [{ text: drug.reason.trim() }] }),
    dosageInstruction: [{
      text: `${drug.usage} 1回${drug.dose}${drug.unit} ${count}`,
      timing: { code: usage },
      ...(drug.asNeeded && { asNeededBoolean: true }),
      ...(same && model.route && { route: model.route }),
      doseAndRate: [{ type: { coding: [{ system: strength, code: '1', display: '製剤量' }], text: '製剤量' }, doseQuantity: quantity(dose) }],
    }],
    dispenseRequest: drug.asNeeded
      ? { quantity: quantity(dose * days) }
      : { ...(times !== undefined && { quantity: quantity(dose * times * days) }), expectedSupplyDuration: { value: days, unit: '日', system: 'http://unitsofmeasure.org', code: 'd' } },
    ...(same && model.substitution ? { substitution: model.substitution } : {}),
  } as MedicationRequest;
}

/** 3 of `1日3回 朝昼夕食後`. */
export function timesIn(usage: string): number | undefined {
  const times = /1日\s*([1-9])\s*回/.exec(usage.normalize('NFKC'))?.[1];
  return times === undefined ? undefined : Number(times);
}

export function orderOf(act: Act, { patient, encounter, by, at, status }: Ordered, before?: ServiceRequest): ServiceRequest {
  const extension = withEntry(before?.extension, by);
  return {
    ...(before ?? {}),
    resourceType: 'ServiceRequest',
    id: act.id,
    ...(extension.length > 0 && { extension }),
    status,
    intent: 'order',
    code: act.code && label(act.code) === act.name ? act.code : { text: act.name.trim() },
    subject: { reference: `Patient/${patient}` },
    encounter: { reference: `Encounter/${encounter}` },
    authoredOn: before?.authoredOn ?? at,
    requester: before?.requester ?? { display: by.name },
  };
}

/** Prescriptions as they were given out: by day, newest first; what was stopped or entered in error is not repeated. */
export function byDay(requests: readonly MedicationRequest[]): [date: string, requests: MedicationRequest[]][] {
  const groups = new Map<string, MedicationRequest[]>();
  for (const request of requests) {
    if (['entered-in-error', 'cancelled', 'stopped', 'draft'].includes(request.status ?? '')) continue;
    const on = day(request.authoredOn);
    groups.set(on, [...(groups.get(on) ?? []), request]);
  }
  return [...groups].sort(([a], [b]) => (a < b ? 1 : -1));
}
