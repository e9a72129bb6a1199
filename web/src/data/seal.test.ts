import { expect, test } from 'vitest';
import { newKey, seal, unseal } from './seal';

const value = { name: '山田 太郎', list: [1, null, '糖尿病'] };

test('comes back as it was', async () => {
  const key = await newKey();
  expect(await unseal(key, 'resource/Patient/1', await seal(key, 'resource/Patient/1', value))).toEqual(value);
});

test('the key cannot be taken out', async () => {
  await expect(crypto.subtle.exportKey('raw', await newKey())).rejects.toThrow();
});

test('shows nothing of the text, and never the same bytes twice', async () => {
  const key = await newKey();
  const [a, b] = [await seal(key, 'x', value), await seal(key, 'x', value)];
  expect(Buffer.from(a.data).includes(Buffer.from('山田'))).toBe(false);
  expect(Buffer.from(a.data).equals(Buffer.from(b.data))).toBe(false);
});

test('refuses another place, another key and a flipped bit', async () => {
  const key = await newKey();
  const sealed = await seal(key, 'resource/Patient/1', value);
  await expect(unseal(key, 'resource/Patient/2', sealed)).rejects.toThrow();
  await expect(unseal(await newKey(), 'resource/Patient/1', sealed)).rejects.toThrow();
  new Uint8Array(sealed.data)[0]! ^= 1;
  await expect(unseal(key, 'resource/Patient/1', sealed)).rejects.toThrow();
});
