// A write in one line of words, for whoever has to decide about it. Pure.

import { fullName } from '../fhir/patient';
import { clock, day, dosage, label } from '../fhir/read';
import type { Appointment, Composition, Condition, Encounter, MedicationRequest, Observation, Patient, Resource } from '../fhir/types';
import { items } from '../fhir/results';
import { memoText } from './chart';
import type { Communication } from '../fhir/types';
import { stepUrl } from './merge';

/** The words of a section of a note: its XHTML taken as text. */
export function plain(div: string | undefined): string {
  return (div ?? '')
    .replace(/<br\s*\/?>|<\/p>\s*<p[^>]*>/g, '\n')
    .replace(/<[^>]*>/g, '')
    .replace(/&(lt|gt|quot|apos|amp|nbsp|#\d+|#x[\da-f]+);/gi, (whole, name: string) => entity(name.toLowerCase()) ?? whole);
}

function entity(name: string): string | undefined {
  const named: Record<string, string> = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&', nbsp: ' ' };
  if (named[name] !== undefined) return named[name];
  const code = name.startsWith('#x') ? parseInt(name.slice(2), 16) : Number(name.slice(1));
  return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : undefined;
}

/** What it says, without whose it is. `steps` names the places of the board. */
export function describe(resource: Resource, steps: Record<string, string>): string {
  switch (resource.resourceType) {
    case 'Communication': return memoText(resource as Communication);
    case 'Encounter': {
      const visit = resource as Encounter;
      const word = visit.extension?.find((e) => e.url === stepUrl)?.extension?.find((e) => e.url === 'step')?.valueCode;
      const rest = [visit.participant?.[0]?.individual?.display, visit.location?.[0]?.location.display, label(visit.reasonCode?.[0])];
      return [steps[word ?? ''] ?? steps[visit.status ?? ''] ?? visit.status, ...rest].filter((part) => part).join('・');
    }
    case 'Appointment': {
      const booking = resource as Appointment;
      return [`${day(booking.start)} ${clock(booking.start)}`, steps[booking.status ?? ''] ?? booking.status, booking.description].filter((part) => part).join('・');
    }
    case 'Composition': return ((resource as Composition).section ?? []).map((s) => `${s.title ?? ''}: ${plain(s.text?.div)}`).join('\n');
    case 'MedicationRequest': return `${label((resource as MedicationRequest).medicationCodeableConcept)} ${dosage(resource as MedicationRequest)}`;
    case 'Observation': return items([resource as Observation]).map((item) => `${item.name} ${item.points[0].text} ${item.unit}`).join(' ');
    case 'Condition': return label((resource as Condition).code);
    case 'Patient': return fullName(resource as Patient);
    default: return label(resource['code'] as Condition['code']);
  }
}
