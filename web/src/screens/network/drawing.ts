// What of the map is drawn, and how it is looked at. Pure.

import type { View } from '../../data/network';
import { flowsOf } from './names';

export interface Box { x: number; y: number; width: number; height: number }

const SCALE_MAX = 6;
const MARGIN = 40;

/** A part of the drawing made larger or smaller around a point of it; never smaller than the whole. */
export function zoomed(seen: Box, whole: Box, factor: number, at = { x: seen.x + seen.width / 2, y: seen.y + seen.height / 2 }): Box {
  const width = Math.min(whole.width, Math.max(whole.width / SCALE_MAX, seen.width / factor));
  const by = width / seen.width;
  const next = { x: at.x - (at.x - seen.x) * by, y: at.y - (at.y - seen.y) * by, width, height: seen.height * by };
  return kept(next, whole);
}

export const moved = (seen: Box, whole: Box, x: number, y: number): Box => kept({ ...seen, x: seen.x + x, y: seen.y + y }, whole);

/** The drawing cannot be lost: some of it is always in sight. */
function kept(seen: Box, whole: Box): Box {
  const clamp = (value: number, low: number, high: number) => Math.min(Math.max(value, Math.min(low, high)), Math.max(low, high));
  return {
    ...seen,
    x: clamp(seen.x, whole.x - MARGIN, whole.x + whole.width - seen.width + MARGIN),
    y: clamp(seen.y, whole.y - MARGIN, whole.y + whole.height - seen.height + MARGIN),
  };
}

export interface Line { flow: string; from: Box; to: Box; calls: boolean }

/** The flows of one end as lines between tiles: whole zones are drawn to their box, the gateway to its bar. */
export function linesOf(view: View, end: string): Line[] {
  const tiles = new Map(view.map.places.flatMap((place) => place.tiles.map((tile) => [tile.end, tile.area] as const)));
  const boxes = new Map(view.map.places.map((place) => [place.side, head(place.area)] as const));
  const areas = (of: string, devices: string[]): Box[] => {
    if (of === view.gateway) return [view.map.gateway];
    const box = boxes.get(of);
    if (box) return [box];
    const own = tiles.get(of);
    if (own) return [own];
    return devices.map((device) => (device === view.gateway ? view.map.gateway : tiles.get(device))).filter((area) => area !== undefined);
  };
  const own = tiles.get(end);
  if (!own) return [];
  return flowsOf(view, end).flatMap((flow) => {
    const calls = flow.from === end || flow.from_devices.includes(end);
    const called = flow.to === end || flow.to_devices.includes(end);
    return [
      ...(calls ? areas(flow.to, flow.to_devices).map((to) => ({ flow: flow.id, from: own, to, calls: true })) : []),
      ...(called ? areas(flow.from, flow.from_devices).map((from) => ({ flow: flow.id, from, to: own, calls: false })) : []),
    ].filter((line) => line.from !== line.to);
  });
}

/** Whom an end calls and is called by: the other ends of its flows, and their devices. */
export function peersOf(view: View, end: string): string[] {
  return flowsOf(view, end).flatMap((flow) => [
    ...(flow.from === end || flow.from_devices.includes(end) ? [flow.to, ...flow.to_devices] : []),
    ...(flow.to === end || flow.to_devices.includes(end) ? [flow.from, ...flow.from_devices] : []),
  ]);
}

/** The name of a box, where lines to the whole of it end. */
const head = (area: Box): Box => ({ ...area, height: 30 });

/** A curve between two boxes that leaves and arrives straight up or down. */
export function curve(from: Box, to: Box): string {
  const [x1, x2] = [from.x + from.width / 2, to.x + to.width / 2];
  const down = to.y > from.y;
  const [y1, y2] = [down ? from.y + from.height : from.y, down ? to.y : to.y + to.height];
  const bend = Math.max(24, Math.abs(y2 - y1) / 2) * (down ? 1 : -1);
  return `M${x1} ${y1}C${x1} ${y1 + bend} ${x2} ${y2 - bend} ${x2} ${y2}`;
}
