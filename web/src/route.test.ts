import { expect, test } from 'vitest';
import { path, routeOf, up } from './route.svelte';

test('every address leads back to its screen', () => {
  expect(routeOf(path.home())).toEqual({ screen: 'home' });
  expect(routeOf(path.factor())).toEqual({ screen: 'factor' });
  for (const screen of ['board', 'find', 'book'] as const) expect(routeOf(path[screen]())).toEqual({ screen });
  expect(routeOf(path.bookFor('a-1.B'))).toEqual({ screen: 'book', patient: 'a-1.B' });
  expect(routeOf(path.network())).toEqual({ screen: 'network', at: '' });
  expect(routeOf(path.network('edit/flow/x-1'))).toEqual({ screen: 'network', at: 'edit/flow/x-1' });
  expect(routeOf(path.write('a-1.B'))).toEqual({ screen: 'write', patient: 'a-1.B' });
  expect(routeOf(path.chart('a-1.B'))).toEqual({ screen: 'chart', patient: 'a-1.B' });
  expect(routeOf(path.reviews())).toEqual({ screen: 'reviews' });
  expect(routeOf(path.trail('a-1.B'))).toEqual({ screen: 'trail', patient: 'a-1.B' });
  expect(routeOf(path.person('token:3'))).toEqual({ screen: 'person', account: 'token:3' });
});

test.each(['/patients/', '/patients/a/b', '/patients/a/write/x', '/people/%/trail', '/people/a/b/trail', '/patients/trail/x', '/patients/%3Cscript%3E', `/patients/${'a'.repeat(65)}`, '/none', '/settings', '/settings/second-factor/x', '/networks', '/network/<script>', `/network/${'a'.repeat(201)}`])('%s leads home', (address) =>
  expect(routeOf(address)).toEqual({ screen: 'home' }),
);

test('back leads one up', () => {
  expect(up(routeOf(path.network('map')))).toBe(path.network());
  expect(up(routeOf(path.network()))).toBe(path.home());
  expect(up(routeOf(path.chart('a')))).toBe(path.home());
});
