import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';
import { serviceWorkerFiles } from './build/service-worker-files.ts';

// While working on the page: KOMAINU_URL names the running server that answers /api and /fhir.
const server = process.env['KOMAINU_URL'] ?? 'https://127.0.0.1:8443';
// Its certificate is the clinic's own, and it answers its own origin alone; both ends are this computer.
const proxy = Object.fromEntries(
  ['/api', '/fhir'].map((path) => [path, { target: server, secure: false, changeOrigin: true, headers: { origin: server } }]),
);

export default defineConfig({
  plugins: [svelte(), serviceWorkerFiles('src/service-worker.js')],
  server: { host: '127.0.0.1', proxy },
  preview: { host: '127.0.0.1', proxy },
  build: {
    target: 'es2022',
    // Everything is a file with a hashed name: no data: URLs, so that the content policy can stay strict.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  test: { include: ['src/**/*.test.ts'], environment: 'node' },
});
