// Results of examinations: one line per item with its latest value, mark and course.

import { day, hasCode, label } from './read';
import type { Observation, Quantity } from './types';

/** How a value stands to its reference: two steps either way, or nothing to say. */
export type Mark = 'critical-high' | 'high' | 'low' | 'critical-low' | 'abnormal' | undefined;

export interface Point {
  /** 2026-11-22. */
  date: string;
  /** Instant in ms, for order and for the curve. */
  at: number;
  value: number | undefined;
  text: string;
  mark: Mark;
}

export interface Item {
  key: string;
  name: string;
  unit: string;
  low: number | undefined;
  high: number | undefined;
  /** 4.0–6.2, ≤ 150, ≥ 40, the laboratory's own words, or nothing. */
  range: string;
  /** Newest first, at least one. */
  points: [Point, ...Point[]];
}

const codes: [Exclude<Mark, undefined>, string[]][] = [
  ['critical-high', ['HH', 'HU']],
  ['critical-low', ['LL', 'LU']],
  ['high', ['H']],
  ['low', ['L']],
  ['critical-high', ['AA']],
  ['abnormal', ['A', 'POS']],
];

function markOf(observation: Pick<Observation, 'interpretation'>, value: number | undefined, low?: number, high?: number): Mark {
  for (const [mark, list] of codes) {
    if (observation.interpretation?.some((concept) => hasCode(concept, ...list))) return mark;
  }
  // The laboratory has judged it normal; the range printed beside it does not overrule that.
  if (observation.interpretation?.length) return undefined;
  if (value === undefined) return undefined;
  if (high !== undefined && value > high) return 'high';
  return low !== undefined && value < low ? 'low' : undefined;
}

function quantityText(quantity: Quantity): string {
  return `${quantity.comparator ?? ''}${quantity.value ?? ''}`;
}

interface Value { key: string; name: string; unit: string; text: string; range: string; value: number | undefined; low?: number; high?: number; mark: Mark }

/** The values of one observation: its own, or each component's (blood pressure). */
function valuesOf(observation: Observation): Value[] {
  const name = label(observation.code);
  const coding = observation.code?.coding?.[0];
  const key = coding?.code ? `${coding.system ?? ''}|${coding.code}` : name;
  const range = observation.referenceRange?.[0];
  const [low, high] = [range?.low?.value, range?.high?.value];
  const words = range?.text ?? '';
  const bounds = { ...(low !== undefined && { low }), ...(high !== undefined && { high }) };
  const components = observation.component ?? [];
  if (components.length > 0) {
    const parts = components.map((c) => (c.valueQuantity ? quantityText(c.valueQuantity) : ''));
    const unit = components.find((c) => c.valueQuantity?.unit)?.valueQuantity?.unit ?? '';
    const mark = components.map((c) => markOf(c, c.valueQuantity?.value)).find((m) => m !== undefined);
    return [{ key, name, unit, range: words, text: parts.join('/'), value: components[0]?.valueQuantity?.value, mark }];
  }
  const quantity = observation.valueQuantity;
  const value = quantity?.value ?? observation.valueInteger;
  const text = quantity ? quantityText(quantity) : (observation.valueInteger?.toString() ?? observation.valueString ?? label(observation.valueCodeableConcept));
  if (text === '') return [];
  return [{ key, name, unit: quantity?.unit ?? '', range: words, text, value, ...bounds, mark: markOf(observation, value, low, high) }];
}

/** Items in the order of their newest value, as the laboratory's own order within one day. Errors entered are left out. */
export function items(observations: Observation[]): Item[] {
  const found = new Map<string, Item>();
  const dated = observations
    .filter((o) => o.status !== 'entered-in-error' && o.status !== 'cancelled')
    .map((observation) => ({ observation, when: observation.effectiveDateTime ?? observation.effectivePeriod?.start ?? '' }))
    .map((entry) => ({ ...entry, at: Date.parse(entry.when) || 0 }))
    .sort((a, b) => b.at - a.at);
  for (const { observation, when, at } of dated) {
    for (const { key, name, unit, range, text, value, low, high, mark } of valuesOf(observation)) {
      const point: Point = { date: day(when), at, value, text, mark };
      // A result in another unit is another curve.
      const id = `${key}|${unit}`;
      const item = found.get(id);
      if (item) item.points.push(point);
      else found.set(id, { key: id, name, unit, low, high, range, points: [point] });
    }
  }
  for (const item of found.values()) align(item);
  return [...found.values()];
}

const decimals = (text: string) => (/^[<>≤≥=]*\d*\.(\d+)$/.exec(text)?.[1] ?? '').length;

/**
 * Values of one item with as many decimals as its finest: JSON numbers arrive without their last noughts, and 6 beside
 * 5.8 was measured as 6.0.
 */
function align(item: Item): void {
  const places = Math.max(...item.points.map((p) => decimals(p.text)), ...[item.low, item.high].map((v) => decimals(`${v ?? ''}`)));
  const fixed = (v: number | undefined) => (v === undefined ? '' : v.toFixed(places));
  for (const point of item.points) {
    if (point.value !== undefined && !point.text.includes('/')) point.text = point.text.replace(/[\d.]+$/, fixed(point.value));
  }
  const [low, high] = [fixed(item.low), fixed(item.high)];
  item.range = low !== '' && high !== '' ? `${low}–${high}` : high !== '' ? `≤ ${high}` : low !== '' ? `≥ ${low}` : item.range;
}

/** Out of reference first, the rest in their order. */
export function byConcern(list: Item[]): Item[] {
  const rank = (item: Item) => (item.points[0].mark?.startsWith('critical') ? 0 : item.points[0].mark ? 1 : 2);
  return [...list].sort((a, b) => rank(a) - rank(b));
}
