import { expect, test } from 'vitest';
import type { View } from '../../data/network';
import { curve, linesOf, moved, peersOf, zoomed } from './drawing';

const whole = { x: 0, y: 0, width: 1200, height: 600 };

test('zooming keeps the point under the hand, and never shows less than a sixth or more than all', () => {
  const near = zoomed(whole, whole, 2, { x: 300, y: 300 });
  expect(near).toEqual({ x: 150, y: 150, width: 600, height: 300 });
  expect(zoomed(near, whole, 0.1)).toMatchObject({ width: 1200, height: 600 });
  expect(zoomed(near, whole, 1000).width).toBe(200);
});

test('the drawing cannot be pushed out of sight', () => {
  const near = zoomed(whole, whole, 3);
  for (const [x, y] of [[9e9, 9e9], [-9e9, -9e9]] as const) {
    const far = moved(near, whole, x, y);
    expect(far.x).toBeGreaterThanOrEqual(-40);
    expect(far.x + far.width).toBeLessThanOrEqual(1240);
    expect(far.y + far.height).toBeLessThanOrEqual(640);
  }
});

const area = (x: number, y: number) => ({ x, y, width: 100, height: 40 });
const flow = (id: string, from: string, to: string, from_devices: string[], to_devices: string[]) => ({ id, from, to, from_devices, to_devices });
const view = {
  gateway: 'router',
  flows: [
    flow('direct', 'pc', 'server', ['pc'], ['server']),
    flow('zone', 'office', 'router', ['pc', 'tv'], ['router']),
    flow('group', 'both', 'internet', ['pc', 'tv'], []),
    flow('other', 'tv', 'server', ['tv'], ['server']),
  ],
  map: {
    gateway: area(0, 200),
    places: [
      { side: 'chart', area: area(0, 0), tiles: [{ end: 'server', area: area(10, 10) }] },
      { side: 'office', area: area(0, 300), tiles: [{ end: 'pc', area: area(10, 310) }, { end: 'tv', area: area(200, 310) }] },
      { side: '@outside', area: area(400, 0), tiles: [{ end: 'internet', area: area(410, 10) }] },
    ],
  },
} as unknown as View;

test('a device shows its own flows and nobody else’s', () => {
  expect(linesOf(view, 'pc').map((line) => line.flow)).toEqual(['direct', 'zone', 'group']);
  expect(linesOf(view, 'server').map(({ flow: id, calls }) => [id, calls])).toEqual([['direct', false], ['other', false]]);
  // The far end of what groups and zones say is each of their devices, or their box.
  expect(linesOf(view, 'internet').map((line) => line.from)).toEqual([area(10, 310), area(200, 310)]);
  expect(linesOf(view, 'nobody')).toEqual([]);
  // Those who call together are not each other's peers.
  expect(peersOf(view, 'pc')).toEqual(['server', 'server', 'router', 'router', 'internet']);
});

test('a curve leaves downwards to what is below', () => {
  expect(curve(area(0, 0), area(200, 100))).toBe('M50 40C50 70 250 70 250 100');
  expect(curve(area(0, 100), area(0, 0))).toBe('M50 100C50 70 50 70 50 40');
});
