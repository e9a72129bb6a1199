import { expect, test } from 'vitest';
import { fitted } from './names';

test.each([
  ['受付PC', 20, '受付PC'],
  ['電子カルテサーバー', 10, '電子カルテ…'],
  ['router', 6, 'router'],
  ['router-1', 6, 'router…'],
  ['', 5, ''],
  ['𠮷野家', 4, '𠮷野…'],
])('%s in %i columns', (name, columns, shown) => expect(fitted(name, columns)).toBe(shown));

test('ten thousand characters are cut, not drawn', () => expect(fitted('長'.repeat(10_000), 18)).toHaveLength(10));
