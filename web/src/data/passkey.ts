// The browser's side of passkeys: asking the device, in the two ways there are.

import * as api from './api';

/** What came of asking the device. `declined`: the person closed the prompt, or no key fits; browsers do not say which. */
export type Asked<T> = { kind: 'ok'; value: T } | { kind: 'declined' } | { kind: 'failed'; failure: api.Failure };

/** Whether this browser can, here: passkeys belong to a name, and a page opened by its address has none. */
export function passkeysWork(host = globalThis.location?.hostname ?? ''): boolean {
  const byAddress = host.startsWith('[') || /^\d+(\.\d+){3}$/.test(host);
  return !byAddress && typeof globalThis.PublicKeyCredential?.parseRequestOptionsFromJSON === 'function';
}

/** Lets the device answer a challenge with any key the person chooses. */
export async function askPasskey(): Promise<Asked<api.PasskeyAnswer>> {
  const challenge = await api.passkeyChallenge();
  if (challenge.kind !== 'ok') return { kind: 'failed', failure: challenge };
  const { ceremony, options } = challenge.value;
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options as unknown as PublicKeyCredentialRequestOptionsJSON);
  return prompted(ceremony, () => navigator.credentials.get({ publicKey }));
}

/** Lets the device make a key for whoever is signed in. */
export async function makePasskey(proof: api.Proof): Promise<Asked<api.PasskeyAnswer>> {
  const challenge = await api.proposePasskey(proof);
  if (challenge.kind !== 'ok') return { kind: 'failed', failure: challenge };
  const { ceremony, options } = challenge.value;
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options as unknown as PublicKeyCredentialCreationOptionsJSON);
  return prompted(ceremony, () => navigator.credentials.create({ publicKey }));
}

async function prompted(ceremony: string, ask: () => Promise<Credential | null>): Promise<Asked<api.PasskeyAnswer>> {
  const credential = await ask().catch(() => null);
  if (!(credential instanceof PublicKeyCredential)) return { kind: 'declined' };
  return { kind: 'ok', value: { ceremony, credential: credential.toJSON() as Record<string, never> } };
}
