//! An authenticator in software: keys on P-256, a counter, answers as a browser packs them (Web Authentication §5, §6).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest::{SHA256, digest};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair};
use serde_json::{Value, json};

/// One key, made for one account.
pub(crate) struct Authenticator {
    pub(crate) id: Vec<u8>,
    pair: EcdsaKeyPair,
    pub(crate) handle: String,
    pub(crate) counter: u32,
    /// What the page that asks calls itself.
    pub(crate) origin: String,
    /// Flags of authenticator data: user present, user verified.
    pub(crate) flags: u8,
}

const PRESENT: u8 = 0x01;
pub(crate) const VERIFIED: u8 = 0x04;
const ATTESTED: u8 = 0x40;

impl Authenticator {
    /// Makes a key for whom `options` (`PublicKeyCredentialCreationOptionsJSON`) names.
    pub(crate) fn new(options: &Value) -> Self {
        let random = SystemRandom::new();
        let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &random).unwrap();
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, document.as_ref(), &random).unwrap();
        let id = digest(&SHA256, pair.public_key().as_ref()).as_ref().to_vec();
        Self {
            id,
            pair,
            handle: options["user"]["id"].as_str().unwrap().to_owned(),
            counter: 1,
            origin: "https://localhost".to_owned(),
            flags: PRESENT | VERIFIED,
        }
    }

    /// `RegistrationResponseJSON`.
    pub(crate) fn register(&self, options: &Value) -> Value {
        let mut data = self.data("localhost", self.flags | ATTESTED);
        data.extend([0; 16]);
        data.extend(u16::try_from(self.id.len()).unwrap().to_be_bytes());
        data.extend(&self.id);
        let point = self.pair.public_key().as_ref();
        // COSE: EC2, ES256, P-256, x, y.
        data.extend([0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20]);
        data.extend(&point[1..33]);
        data.extend([0x22, 0x58, 0x20]);
        data.extend(&point[33..65]);
        let mut object = b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x58".to_vec();
        object.push(u8::try_from(data.len()).unwrap());
        object.extend(&data);
        self.packed(json!({
            "clientDataJSON": encode(&self.client("webauthn.create", options)),
            "attestationObject": encode(&object),
        }))
    }

    /// `AuthenticationResponseJSON`. The counter goes on.
    pub(crate) fn answer(&mut self, options: &Value) -> Value {
        self.counter += 1;
        let client = self.client("webauthn.get", options);
        let data = self.data(options["rpId"].as_str().unwrap(), self.flags);
        let signed = [data.as_slice(), digest(&SHA256, &client).as_ref()].concat();
        let signature = self.pair.sign(&SystemRandom::new(), &signed).unwrap();
        self.packed(json!({
            "clientDataJSON": encode(&client),
            "authenticatorData": encode(&data),
            "signature": encode(signature.as_ref()),
            "userHandle": self.handle,
        }))
    }

    fn client(&self, kind: &str, options: &Value) -> Vec<u8> {
        let client =
            json!({ "type": kind, "challenge": options["challenge"], "origin": self.origin, "crossOrigin": false });
        client.to_string().into_bytes()
    }

    fn data(&self, party: &str, flags: u8) -> Vec<u8> {
        let mut data = digest(&SHA256, party.as_bytes()).as_ref().to_vec();
        data.push(flags);
        data.extend(self.counter.to_be_bytes());
        data
    }

    fn packed(&self, response: Value) -> Value {
        let id = encode(&self.id);
        json!({ "id": id, "rawId": id, "type": "public-key", "clientExtensionResults": {}, "response": response })
    }
}

fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}
