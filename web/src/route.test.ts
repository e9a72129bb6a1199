import { expect, test } from 'vitest';
import { path, routeOf } from './route.svelte';

test('every address leads back to its screen', () => {
  expect(routeOf(path.home())).toEqual({ screen: 'home' });
  expect(routeOf(path.factor())).toEqual({ screen: 'factor' });
  expect(routeOf(path.chart('a-1.B'))).toEqual({ screen: 'chart', patient: 'a-1.B' });
});

test.each(['/patients/', '/patients/a/b', '/patients/%3Cscript%3E', `/patients/${'a'.repeat(65)}`, '/none', '/settings', '/settings/second-factor/x'])('%s leads home', (address) =>
  expect(routeOf(address)).toEqual({ screen: 'home' }),
);
