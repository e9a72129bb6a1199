import { describe, expect, test } from 'vitest';
import { commandsFor, type Command } from './commands';

const command = (key: string, label: string, ...words: string[]): Command => ({ key, label, words, run: () => undefined });
const all = [command('board', '受付の画面', 'うけつけ', 'reception'), command('book', '予約の画面', 'よやく', 'appointments'), command('dark', '画面を暗くする', 'くらく', 'dark')];
const found = (typed: string) => commandsFor(typed, all).map(({ key }) => key);

describe('a command is found by', () => {
  test.each([['受付', ['board']], ['うけつ', ['board']], ['ｳｹﾂｹ', ['board']], ['uketsuke', ['board']], ['recep', ['board']], ['画面', ['board', 'book', 'dark']], ['よやく', ['book']], ['> dark', ['dark']]])('%s', (typed, keys) =>
    expect(found(typed)).toEqual(keys));
});

test('a name or a number is no command, nor is a single letter; > alone shows them all', () => {
  expect([found('山田'), found('123'), found('う'), found(''), found('<script>')]).toEqual([[], [], [], [], []]);
  expect(found('>')).toEqual(['board', 'book', 'dark']);
});
