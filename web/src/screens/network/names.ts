// What people call the parts of a declared clinic. Pure.

import type { Finding, Flow, View } from '../../data/network';

type Said = { ja: string; en: string };
export type Language = keyof Said;

export interface Names {
  end: (id: string) => string;
  side: (side: string) => string;
  service: (id: string) => string;
  device: (id: string) => string;
  zone: (id: string) => string;
  room: (id: string) => string;
  maintainer: (id: string) => string;
  word: (list: 'zone_kinds' | 'device_kinds' | 'criticalities' | 'moods', word: string) => string;
}

/** An id that nothing has is its own name. */
export function namesOf(view: View, language: Language, gateway: string, outside: string): Names {
  const ends = new Map(view.ends.map((end) => [end.id, end.name[language]]));
  const services = new Map(view.services.map((service) => [service.id, service.name[language]]));
  const named = (list: { id: string; name: string }[]) => new Map(list.map(({ id, name }) => [id, name]));
  const [rooms, maintainers, zones, devices] = [named(view.rooms), named(view.maintainers), named(view.zones), named(view.devices)];
  return {
    end: (id) => ends.get(id) ?? id,
    side: (side) => (side === '@gateway' ? gateway : side === '@outside' ? outside : (zones.get(side) ?? side)),
    service: (id) => services.get(id) ?? id,
    device: (id) => devices.get(id) ?? id,
    zone: (id) => zones.get(id) ?? id,
    room: (id) => rooms.get(id) ?? id,
    maintainer: (id) => maintainers.get(id) ?? id,
    word: (list, word) => view[list].find((each) => each.word === word)?.name[language] ?? word,
  };
}

/** As much of a name as fits a place of `columns` narrow characters; Japanese ones are two wide. */
export function fitted(name: string, columns: number): string {
  let width = 0;
  let fit = '';
  for (const each of name) {
    width += each.charCodeAt(0) < 0x2000 ? 1 : 2;
    if (width > columns) return `${fit}…`;
    fit += each;
  }
  return fit;
}

/** The flows that a device, a zone or a place outside has a part in, as one of its ends or among their devices. */
export const flowsOf = (view: View, end: string): Flow[] =>
  view.flows.filter((flow) => flow.from === end || flow.to === end || flow.from_devices.includes(end) || flow.to_devices.includes(end));

/** The gravest findings about one thing. */
export const findingsOf = (view: View, kind: string, id: string): Finding[] => view.findings.filter((found) => found.kind === kind && found.id === id);

export const meaningOf = (severity: string) => (({ error: 'danger', warning: 'caution' }) as const)[severity as 'error' | 'warning'];

/** Signs of the matrix: a meaning is never colour alone. */
export const signs: Record<string, string> = { danger: '■', caution: '▲', open: '●', limited: '◔', over: '×' };
