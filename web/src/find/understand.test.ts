import { describe, expect, test } from 'vitest';
import { answers, rank, searchParameters, understand, type Findable } from './understand';

const today = '2026-11-22';

/** The searches that a text becomes, each as it would stand in the address. */
function asked(typed: string): string[] {
  return understand(typed, today).map((q) => searchParameters(q).map(([k, v]) => `${k}=${v}`).join('&'));
}

describe('what is typed becomes a search', () => {
  test.each([
    // Patient numbers, with and without noughts.
    ['12', ['identifier=12,0012,00012,000012,0000012,00000012,0000000012']],
    ['00012', ['identifier=00012,12,0012,000012,0000012,00000012,0000000012']],
    ['１２', ['identifier=12,0012,00012,000012,0000012,00000012,0000000012']],
    // Telephones.
    ['090-1234-5678', ['phone=090-1234-5678,09012345678']],
    ['09012345678', ['phone=09012345678,090-1234-5678']],
    ['090 1234 5678', ['phone=09012345678,090-1234-5678']],
    ['+81 90-1234-5678', ['phone=+8190-1234-5678,09012345678,090-1234-5678']],
    ['00012 19580405', ['identifier=00012,12,0012,000012,0000012,00000012,0000000012&birthdate=1958-04-05',
      'identifier=00012,12,0012,000012,0000012,00000012,0000000012&identifier=19580405,0019580405']],
    ['+819012345678', ['phone=+819012345678,09012345678,090-1234-5678']],
    ['0312345678', ['phone=0312345678,03-1234-5678,031-234-5678,0312-34-5678,03123-4-5678']],
    ['042(123)4567', ['phone=042-123-4567,0421234567,04-2123-4567,0421-23-4567,04212-3-4567']],
    // Birth dates.
    ['S33.4.5', ['birthdate=1958-04-05']],
    ['昭33/4/5', ['birthdate=1958-04-05']],
    ['R6.1.2', ['birthdate=2024-01-02']],
    ['S33', ['birthdate=1958']],
    ['19580405', ['birthdate=1958-04-05', 'identifier=19580405,0019580405']],
    ['3330405', ['birthdate=1958-04-05', 'identifier=3330405,03330405,0003330405']],
    // Names.
    ['やまだ', ['name=ヤマダ']],
    ['ﾔﾏﾀﾞ', ['name=ヤマダ']],
    ['やまd', ['name=ヤマ']],
    ['山田', ['name=山田']],
    ['佐々木', ['name=佐々木']],
    ['yamada', ['name=ヤマダ,yamada']],
    ['Smith', ['name=Smith']],
    ['やまだ　たろう', ['name=ヤマダ&name=タロウ']],
    // Mixed.
    ['ヤマダ S33.4.5', ['name=ヤマダ&birthdate=1958-04-05']],
    ['山田 19580405', ['name=山田&birthdate=1958-04-05', 'name=山田&identifier=19580405,0019580405']],
    // Nothing to ask.
    ['', []],
    ['   ', []],
    ['y', []],
    ['!!', []],
  ])('%s', (typed, searches) => expect(asked(typed)).toEqual(searches));

  test('commas, pipes and dollars are escaped, never operators', () => {
    expect(searchParameters([{ kind: 'name', script: 'kanji', forms: ['山$|田'] }])).toEqual([['name', '山\\$\\|田']]);
  });

  test('no more than four questions, however ambiguous', () => {
    expect(understand('050312 050312', today)).toHaveLength(4);
  });
});

describe('a patient kept on this device is found by the same text', () => {
  const patient: Findable = {
    names: ['山田 太郎', '山田', '太郎', 'ヤマダ タロウ', 'ヤマダ', 'タロウ'],
    birthDate: '1958-04-05',
    numbers: ['00012'],
    telephones: ['090-1234-5678'],
  };
  const found = (typed: string) => understand(typed, today).some((question) => answers(patient, question));

  test.each(['やま', '山田太郎', 'ﾔﾏﾀﾞ ﾀﾛｳ', 'yamada', 'taro', 'S33.4', '19580405', '12', '09012345678', '5678', '山田 S33'])(
    '%s finds',
    (typed) => expect(found(typed)).toBe(true),
  );
  test.each(['田', '山本', 'sato', 'S34', '19580406', '13', '09012345679', '1234', '山田 S34', ''])('%s does not', (typed) =>
    expect(found(typed)).toBe(false),
  );
});

test('the spelling as typed comes before longer ones, and the likelier reading before the other', () => {
  const named = (kana: string, numbers: string[] = []): Findable => ({ names: [kana], birthDate: '1958-04-05', numbers, telephones: [] });
  const ono = understand('ono', today);
  expect(rank(named('オノ'), ono)).toBeLessThan(rank(named('オオノ'), ono));
  expect(rank(named('サトウ'), ono)).toBe(1000);
  const digits = understand('19580405', today);
  const other: Findable = { ...named('サトウ', ['0019580405']), birthDate: '1990-01-01' };
  expect(rank(named('サトウ'), digits)).toBeLessThan(rank(other, digits));
  const exact: Findable = { ...other, numbers: ['19580405'] };
  expect(rank(exact, digits)).toBeLessThan(rank(named('サトウ'), digits));
});
