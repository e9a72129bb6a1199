import { expect, test } from 'vitest';
import { path, routeOf } from './route.svelte';

test('every address leads back to its screen', () => {
  expect(routeOf(path.home())).toEqual({ screen: 'home' });
  expect(routeOf(path.factor())).toEqual({ screen: 'factor' });
  expect(routeOf(path.chart('a-1.B'))).toEqual({ screen: 'chart', patient: 'a-1.B' });
  expect(routeOf(path.reviews())).toEqual({ screen: 'reviews' });
  expect(routeOf(path.trail('a-1.B'))).toEqual({ screen: 'trail', patient: 'a-1.B' });
  expect(routeOf(path.person('token:3'))).toEqual({ screen: 'person', account: 'token:3' });
});

test.each(['/patients/', '/patients/a/b', '/people/%/trail', '/people/a/b/trail', '/patients/trail/x', '/patients/%3Cscript%3E', `/patients/${'a'.repeat(65)}`, '/none', '/settings', '/settings/second-factor/x'])('%s leads home', (address) =>
  expect(routeOf(address)).toEqual({ screen: 'home' }),
);
