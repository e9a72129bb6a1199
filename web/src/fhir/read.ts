// Reading values out of resources for the eye: pure, and calm about what is missing.

import type { CodeableConcept, Condition, MedicationRequest, Reference } from './types';

/** What people call it: the text, else a display, else the bare code. */
export function label(concept: CodeableConcept | undefined): string {
  const coding = concept?.coding ?? [];
  return concept?.text ?? coding.find((c) => c.display)?.display ?? coding.find((c) => c.code)?.code ?? '';
}

/** Does any coding say this code, whatever its system? For the small closed lists of FHIR itself. */
export function hasCode(concept: CodeableConcept | undefined, ...codes: string[]): boolean {
  return (concept?.coding ?? []).some((c) => c.code !== undefined && codes.includes(c.code));
}

/** 2026-11-22 of a FHIR dateTime, in the clinic's zone when it has a time. */
export function day(dateTime: string | undefined, zone = 'Asia/Tokyo'): string {
  if (!dateTime) return '';
  if (!dateTime.includes('T')) return dateTime;
  const at = new Date(dateTime);
  return Number.isNaN(at.getTime()) ? '' : new Intl.DateTimeFormat('sv-SE', { timeZone: zone }).format(at);
}

/** 14:05 of a FHIR dateTime, empty when it has no time. */
export function clock(dateTime: string | undefined, zone = 'Asia/Tokyo'): string {
  if (!dateTime?.includes('T')) return '';
  const at = new Date(dateTime);
  if (Number.isNaN(at.getTime())) return '';
  return new Intl.DateTimeFormat('sv-SE', { timeZone: zone, hour: '2-digit', minute: '2-digit' }).format(at);
}

/** The logical id that a reference of this type names, whether relative or a whole address. */
export function referenced(reference: Reference | undefined, type: string): string | undefined {
  const [id, kind] = (reference?.reference ?? '').split('/').reverse();
  return kind === type ? id : undefined;
}

export function isActive(condition: Condition): boolean {
  const refuted = hasCode(condition.verificationStatus, 'refuted', 'entered-in-error');
  return !refuted && !hasCode(condition.clinicalStatus, 'resolved', 'inactive', 'remission');
}

/** 疑い: neither confirmed nor refuted. */
export function isSuspected(condition: Condition): boolean {
  return hasCode(condition.verificationStatus, 'provisional', 'unconfirmed', 'differential');
}

/** The dose and how it is taken, in the prescriber's words where there are any. */
export function dosage(request: MedicationRequest): string {
  return (request.dosageInstruction ?? [])
    .map((instruction) => {
      const dose = instruction.doseAndRate?.[0]?.doseQuantity;
      const amount = dose?.value === undefined ? '' : `${dose.value}${dose.unit ?? ''}`;
      const words = instruction.text ?? label(instruction.timing?.code);
      return words.includes(amount) ? words : `${amount} ${words}`.trim();
    })
    .filter((text) => text !== '')
    .join(' / ');
}

/** 28: for how many days the supply lasts, unless the dosage already says so. */
export function supplyDays(request: MedicationRequest): number | undefined {
  if (/\d日分/.test(dosage(request))) return undefined;
  const duration = request.dispenseRequest?.expectedSupplyDuration;
  return duration?.unit === '日' || duration?.code === 'd' ? duration.value : undefined;
}
