import { defineConfig } from 'vitest/config';

// Runs under e2e/run.mjs, which has a server ready. One file at a time: they share it, and this computer.
export default defineConfig({
  test: {
    root: import.meta.dirname,
    include: [process.env['KOMAINU_SCREENS'] ? '*.screens.ts' : '*.test.ts'],
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
