// Writes the service worker beside the built files, with the list of what it may keep.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Plugin } from 'vite';

/** Emits `sw.js` from `source`; its cache is named after the contents, so that a new build is a new cache. */
export function serviceWorkerFiles(source: string): Plugin {
  return {
    name: 'komainu-service-worker',
    apply: 'build',
    // After index.html has been written into the bundle.
    enforce: 'post',
    generateBundle: {
      order: 'post',
      handler(_options, bundle) {
        const names = Object.keys(bundle).filter((name) => !name.endsWith('.map'));
        const hash = createHash('sha256');
        for (const name of names.sort()) {
          const file = bundle[name]!;
          hash.update(name).update(file.type === 'chunk' ? file.code : file.source);
        }
        const files = names.map((name) => (name === 'index.html' ? '/' : `/${name}`));
        const code = readFileSync(source, 'utf8')
          .replace("'__CACHE__'", JSON.stringify(`shell-${hash.digest('hex').slice(0, 16)}`))
          .replace("'__FILES__'", JSON.stringify([...files, '/icon.svg', '/manifest.webmanifest']));
        this.emitFile({ type: 'asset', fileName: 'sw.js', source: code });
      },
    },
  };
}
