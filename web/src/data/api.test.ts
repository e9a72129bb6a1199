import { readFileSync } from 'node:fs';
import openapiTS, { astToString } from 'openapi-typescript';
import { expect, test } from 'vitest';

test('the types are those of the committed interface (npm run api)', async () => {
  const made = astToString(await openapiTS(new URL('../../openapi.json', import.meta.url)));
  const kept = readFileSync(new URL('api.generated.ts', import.meta.url), 'utf8');
  // The command puts a comment of its own on top.
  expect(kept.endsWith(made.trimStart())).toBe(true);
});
