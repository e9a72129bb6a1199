import { afterEach, expect, test, vi } from 'vitest';
import { passkeysWork } from './passkey';

afterEach(() => vi.unstubAllGlobals());

test('passkeys belong to names', () => {
  vi.stubGlobal('PublicKeyCredential', { parseRequestOptionsFromJSON: () => undefined });
  expect(['localhost', 'karte.local', 'a1.example'].every((host) => passkeysWork(host))).toBe(true);
  expect(['127.0.0.1', '192.168.10.2', '[::1]'].some((host) => passkeysWork(host))).toBe(false);
});

test('a browser that does not know them is not asked', () => {
  vi.stubGlobal('PublicKeyCredential', undefined);
  expect(passkeysWork('karte.local')).toBe(false);
});
