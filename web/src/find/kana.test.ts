import { expect, test } from 'vitest';
import { folded, katakana, romajiSpellings } from './kana';

test.each([
  ['やまだ', 'ヤマダ'],
  ['ﾔﾏﾀﾞ', 'ヤマダ'],
  ['ヤマダ', 'ヤマダ'],
  ['ゔぁいおりん', 'ヴァイオリン'],
  ['ＡＢＣ１２', 'ABC12'],
  ['山田はな', '山田ハナ'],
])('%s in katakana', (typed, kana) => expect(katakana(typed)).toBe(kana));

test.each([
  ['山田　太郎', '山田太郎'],
  ['ﾔﾏﾀﾞ ﾀﾛｳ', 'ヤマダタロウ'],
  ['マリー・キュリー', 'マリーキュリー'],
  ["O'Brien", 'obrien'],
])('%s folded', (typed, plain) => expect(folded(typed)).toBe(plain));

test.each([
  ['yamada', ['ヤマダ']],
  ['Suzuki', ['スズキ', 'スズウキ', 'スウズキ', 'スウズウキ']],
  ['sato', ['サト']],
  ['satou', ['サトウ']],
  ['satoh', ['サト', 'サトウ', 'サトオ']],
  ['hattori', ['ハットリ', 'ハットウリ', 'ハットオリ']],
  ['tanaka', ['タナカ']],
  ['kanbe', ['カンベ']],
  ['kambe', ['カンベ']],
  ['chiba', ['チバ']],
  ['tsuda', ['ツダ', 'ツウダ']],
  ['tuda', ['ツダ', 'ツウダ']],
  ['fujii', ['フジイ', 'フウジイ']],
  ['eetchu', ['エエッチュ']],
  ['nagai', ['ナガイ']],
  // Still typing.
  ['yamad', ['ヤマ']],
  ['ky', []],
  ['shin', ['シン']],
  // Not romaji.
  ['smith', []],
  ['x', []],
  ['山田', []],
  ['', []],
])('%s', (typed, spellings) => expect(romajiSpellings(typed)).toEqual(spellings));

test.each([
  ['yuko', 'ユウコ'],
  ['kyoko', 'キョウコ'],
  ['ono', 'オオノ'],
  ['koichi', 'コウイチ'],
  ['ryotaro', 'リョウタロ'],
  ["jun'ichi", 'ジュンイチ'],
  ['junichi', 'ジュンイチ'],
  ['shinya', 'シンヤ'],
  ['nishi', 'ニシ'],
  ['Shōhei', 'ショウヘイ'],
])('%s can be %s', (typed, kana) => {
  expect(romajiSpellings(typed)).toContain(kana);
});
