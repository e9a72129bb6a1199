// Encryption of what this browser keeps. AES-GCM under a key that scripts can use but never read.
//
// What it is for: copies of the browser's files that hold the records without the key store, and records swapped or
// altered on disk (each is bound to its place by the additional data). What it cannot do: the key lies in the same
// profile, so whoever holds the whole profile and this browser holds the records. Hence the wipe at sign-out.

/** A record as it lies in IndexedDB. */
export interface Sealed {
  iv: Uint8Array<ArrayBuffer>;
  data: ArrayBuffer;
}

/** A new key of this device, not extractable. */
export function newKey(): Promise<CryptoKey> {
  return crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']);
}

const bytes = (text: string) => new TextEncoder().encode(text);

/** Encrypts a JSON value for one place (`store/key`). */
export async function seal(key: CryptoKey, place: string, value: unknown): Promise<Sealed> {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const data = await crypto.subtle.encrypt(
    { name: 'AES-GCM', iv, additionalData: bytes(place) },
    key,
    bytes(JSON.stringify(value)),
  );
  return { iv, data };
}

/** Decrypts; rejects when the record was altered, is of another place or another key. */
export async function unseal<T>(key: CryptoKey, place: string, sealed: Sealed): Promise<T> {
  const plain = await crypto.subtle.decrypt(
    { name: 'AES-GCM', iv: sealed.iv, additionalData: bytes(place) },
    key,
    sealed.data,
  );
  return JSON.parse(new TextDecoder().decode(plain)) as T;
}
