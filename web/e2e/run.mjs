// Runs the end-to-end tests (or, with --screens, remakes docs/screens) against a real server.
//
//   npm run e2e -- --ready-file FILE     a server that is running: `komainu demo --ready-file FILE` wrote it
//   npm run e2e -- --bin PATH            starts `PATH demo` itself, and stops it afterwards
//   npm run e2e:gateway -- --bin PATH    the demo as a gateway, in a network namespace of its own: needs root and nft
//   … --url URL                          takes the page from elsewhere (vite preview), users from the ready file
//
// Anything after `--` goes to vitest.

import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    'ready-file': { type: 'string' },
    bin: { type: 'string' },
    url: { type: 'string' },
    patients: { type: 'string', default: '200' },
    screens: { type: 'boolean', default: false },
    gateway: { type: 'boolean', default: false },
  },
});

const work = mkdtempSync(join(tmpdir(), 'komainu-e2e-'));
let server;
let status = 1;
try {
  const readyFile = values['ready-file'] ?? (await startDemo());
  const ready = JSON.parse(readFileSync(readyFile, 'utf8'));
  const env = { ...process.env, KOMAINU_READY: JSON.stringify({ ...ready, page: values.url ?? ready.url }) };
  if (ready.ca_pem) {
    // Node trusts the clinic's authority for this run only; certificates are checked as everywhere.
    env.NODE_EXTRA_CA_CERTS = join(work, 'ca.pem');
    writeFileSync(env.NODE_EXTRA_CA_CERTS, ready.ca_pem);
  }
  // Some tests let the program write what the page then reads.
  if (values.bin) env.KOMAINU_BIN = resolve(values.bin);
  if (values.gateway) env.KOMAINU_GATEWAY = '1';
  if (values.screens) env.KOMAINU_SCREENS = '1';
  const vitest = join(import.meta.dirname, '../node_modules/vitest/vitest.mjs');
  const args = [vitest, 'run', '--config', join(import.meta.dirname, 'vitest.config.ts'), ...positionals];
  status = spawnSync(process.execPath, args, { env, stdio: 'inherit' }).status ?? 1;
} finally {
  if (server) {
    server.kill('SIGTERM');
    await new Promise((done) => server.once('exit', done));
  }
  rmSync(work, { recursive: true, force: true });
}
process.exitCode = status;

async function startDemo() {
  if (!values.bin) throw new Error('say --ready-file FILE or --bin PATH/TO/komainu');
  const readyFile = join(work, 'ready.json');
  const args = ['demo', '--data', join(work, 'data'), '--listen', '127.0.0.1:0', '--patients', values.patients, '--seed', '1', '--ready-file', readyFile];
  if (values.gateway) args.push('--gateway', join(work, 'gateway'));
  server = spawn(values.bin, args, { stdio: ['ignore', 'inherit', 'inherit'] });
  let gone = false;
  server.once('exit', () => (gone = true));
  while (!existsSync(readyFile)) {
    if (gone) throw new Error('the server ended before it was ready');
    await new Promise((done) => setTimeout(done, 100));
  }
  return readyFile;
}
