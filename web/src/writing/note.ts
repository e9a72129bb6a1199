// The left side of the 2号用紙: 所見 as SOAP in one Composition. Pure.

import { plain } from '../data/describe';
import { isFinal, stampUrl } from '../data/merge';
import type { Composition, Extension, Reference } from '../fhir/types';

export const parts = ['S', 'O', 'A', 'P'] as const;
export type Part = (typeof parts)[number];
export type Soap = Record<Part, string>;

/** LOINC of each part, as the sample and the CLINS sections have them. */
const loinc: Record<Part, string> = { S: '61150-9', O: '61149-1', A: '51848-0', P: '18776-5' };
const titles: Record<Part, string> = { S: 'S 主観的情報', O: 'O 客観的情報', A: 'A 評価', P: 'P 計画' };
/** Who entered it for the doctor: 代行入力. It stays when the doctor goes on writing. */
export const enteredByUrl = 'urn:komainu:fhir:entered-by';

export const emptySoap = (): Soap => ({ S: '', O: '', A: '', P: '' });

export const soapText = (soap: Soap) => parts.filter((part) => soap[part].trim() !== '').map((part) => `${part}: ${soap[part].trim()}`).join('\n');

/** Letters that XML 1.0 has no room for, however they are written (a pasted control character). */
const unwritable = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/** Text as XHTML: a paragraph a line, nothing of it read as markup. */
export function narrative(text: string): { status: string; div: string } {
  const escaped = text.replace(unwritable, '').replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
  const lines = escaped.split('\n').map((line) => `<p>${line}</p>`).join('');
  return { status: 'additional', div: `<div xmlns="http://www.w3.org/1999/xhtml">${lines}</div>` };
}

/** What a note says; sections of no part of SOAP go to O, so that nothing is out of sight. */
export function soapOf(note: Composition): Soap {
  const soap = emptySoap();
  for (const section of note.section ?? []) {
    const code = section.code?.coding?.[0]?.code;
    const part = parts.find((p) => loinc[p] === code) ?? parts.find((p) => section.title?.startsWith(p)) ?? 'O';
    const words = plain(section.text?.div);
    if (words !== '' && words !== '特記なし') soap[part] = soap[part] === '' ? words : `${soap[part]}\n${words}`;
  }
  return soap;
}

export interface Writer { user: string; name: string; isDoctor: boolean }

interface Written { id: string; patient: string; encounter: string; soap: Soap; by: Writer; date: string; status: 'preliminary' | 'final' }

/** The note as it is kept; what others have put into it stays. */
export function noteOf({ id, patient, encounter, soap, by, date, status }: Written, before?: Composition): Composition {
  const section = parts
    .filter((part) => soap[part].trim() !== '')
    .map((part) => ({ title: titles[part], code: { coding: [{ system: 'http://loinc.org', code: loinc[part] }] }, text: narrative(soap[part].trimEnd()) }));
  const extension = withEntry(before?.extension, by);
  return {
    ...(before ?? {}),
    resourceType: 'Composition',
    id,
    status,
    type: { coding: [{ system: 'http://loinc.org', code: '34108-1' }], text: '外来診療録' },
    subject: { reference: `Patient/${patient}` },
    encounter: { reference: `Encounter/${encounter}` },
    date: before?.date ?? date,
    author: before?.author?.length ? before.author : [{ display: by.name }],
    title: '診療録',
    ...(extension.length > 0 && { extension }),
    // A document without a section would say nothing: the standard wants something to read.
    section: section.length > 0 ? section : [{ title: titles.S, code: { coding: [{ system: 'http://loinc.org', code: loinc.S }] }, text: narrative('特記なし') }],
  };
}

/** Marked as entered by somebody who may not finalise; once marked it stays marked. */
export function withEntry(extensions: Extension[] | undefined, by: Writer): Extension[] {
  const others = (extensions ?? []).filter((e) => e.url !== stampUrl);
  if (by.isDoctor || others.some((e) => e.url === enteredByUrl)) return others;
  return [...others, { url: enteredByUrl, valueReference: { display: by.name } }];
}

export const enteredBy = (resource: { extension?: Extension[] }): string | undefined =>
  resource.extension?.find((e) => e.url === enteredByUrl)?.valueReference?.display;

export interface Stamp { by: string; at: string; proxy: boolean; amendments: { by: string; at: string; reason: string }[] }

/** Who finalised it and what was amended since, as the server has written it. */
export function stampOf(resource: Composition): Stamp | undefined {
  if (!isFinal(resource)) return undefined;
  const own = resource.extension?.find((e) => e.url === stampUrl)?.extension ?? [];
  const person = (reference: Reference | undefined) => reference?.display ?? reference?.identifier?.value ?? '';
  const part = (extensions: Extension[], name: string) => extensions.find((e) => e.url === name);
  return {
    by: person(part(own, 'finalisedBy')?.valueReference),
    at: part(own, 'finalisedAt')?.valueInstant ?? '',
    proxy: part(own, 'proxy')?.valueBoolean ?? false,
    amendments: own.filter((e) => e.url === 'amendment').map(({ extension = [] }) => ({
      by: person(part(extension, 'by')?.valueReference),
      at: part(extension, 'at')?.valueInstant ?? '',
      reason: part(extension, 'reason')?.valueString ?? '',
    })),
  };
}
