import { expect, test } from 'vitest';
import { placeOf, tabOf, tabs, to } from './address';

const back = (address: string) => placeOf(address.replace(/^\/network\/?/, ''));

test('every address leads back to its place', () => {
  for (const tab of tabs) expect(back(to.tab(tab))).toEqual({ at: tab });
  expect(back(to.cell('@gateway', 'chart'))).toEqual({ at: 'cell', a: '@gateway', b: 'chart' });
  expect(back(to.device('new'))).toEqual({ at: 'device', id: 'new' });
  expect(back(to.form('flow', 'x'))).toEqual({ at: 'form', kind: 'flow', id: 'x' });
  expect(back(to.fresh('zone'))).toEqual({ at: 'form', kind: 'zone', id: undefined });
  expect(back(to.plan())).toEqual({ at: 'plan' });
  expect(back(to.line(12))).toEqual({ at: 'line', line: 12 });
  expect(back(to.version(3))).toEqual({ at: 'version', number: 3 });
});

test('what is not known is the matrix', () => {
  for (const rest of ['', '%', 'nonsense', 'text/x', 'history/-1', 'between/a', 'edit/person/x', '<script>']) {
    expect(['matrix', 'text', 'history']).toContain(placeOf(rest).at);
  }
  expect(tabOf(placeOf('edit/device/x'))).toBe('devices');
});
