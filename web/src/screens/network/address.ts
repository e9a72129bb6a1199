// Addresses below /network. They hold ids of the declared clinic only.

import { path } from '../../route.svelte';

/** The parts that stand in the row of tabs, in their order. */
export const tabs = ['matrix', 'map', 'devices', 'flows', 'zones', 'vendors', 'findings', 'apply', 'proof', 'history', 'text'] as const;
export type Tab = (typeof tabs)[number];

export type Kind = 'zone' | 'device' | 'flow';

export type Place =
  | { at: Tab }
  | { at: 'cell'; a: string; b: string }
  | { at: 'device'; id: string }
  | { at: 'form'; kind: Kind; id: string | undefined }
  | { at: 'plan' }
  | { at: 'line'; line: number }
  | { at: 'version'; number: number };

const of = (...parts: string[]) => path.network(parts.map(encodeURIComponent).join('/'));

export const to = {
  tab: (tab: Tab) => (tab === 'matrix' ? of() : of(tab)),
  cell: (a: string, b: string) => of('between', a, b),
  device: (id: string) => of('devices', id),
  form: (kind: Kind, id: string) => of('edit', kind, id),
  fresh: (kind: Kind) => of('new', kind),
  plan: () => of('plan'),
  line: (line: number) => of('text', String(line)),
  version: (number: number) => of('history', String(number)),
};

const isKind = (word: string | undefined): word is Kind => word === 'zone' || word === 'device' || word === 'flow';

/** The place of what stands behind /network; what is not known is the matrix. */
export function placeOf(rest: string): Place {
  const [first = '', second, third] = rest.split('/').filter((part) => part !== '').map(decode);
  if (first === 'between' && second && third) return { at: 'cell', a: second, b: third };
  if (first === 'devices' && second) return { at: 'device', id: second };
  if (first === 'edit' && isKind(second) && third) return { at: 'form', kind: second, id: third };
  if (first === 'new' && isKind(second)) return { at: 'form', kind: second, id: undefined };
  if (first === 'plan') return { at: 'plan' };
  if (first === 'text' && /^\d{1,6}$/.test(second ?? '')) return { at: 'line', line: Number(second) };
  if (first === 'history' && /^\d{1,6}$/.test(second ?? '')) return { at: 'version', number: Number(second) };
  return { at: tabs.find((tab) => tab === first) ?? 'matrix' };
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return '';
  }
}

/** The tab a place belongs to. */
export function tabOf(place: Place): Tab | undefined {
  switch (place.at) {
    case 'cell': return 'matrix';
    case 'device': return 'devices';
    case 'form': return ({ zone: 'zones', device: 'devices', flow: 'flows' } as const)[place.kind];
    case 'line': return 'text';
    case 'version': return 'history';
    case 'plan': return undefined;
    default: return place.at;
  }
}
