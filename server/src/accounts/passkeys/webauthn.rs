//! The part of WebAuthn level 2 that passkeys need: ES256, no attestation, user verification by the authenticator.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use minicbor::Decoder;
use p256::ecdsa::{DerSignature, VerifyingKey, signature::Verifier};
use serde::Deserialize;
use servery_domain::passkey::{Assertion, Attestation};
use sha2::{Digest, Sha256};

/// The relying party id and the origin of its pages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Site {
    pub host: String,
    pub origin: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WebAuthnError {
    #[error("not written as WebAuthn has it")]
    Malformed,
    #[error("made for another site")]
    OtherSite,
    #[error("the authenticator did not verify its user")]
    Unverified,
    #[error("not a key for ES256")]
    OtherKey,
    #[error("the signature is wrong")]
    Signature,
    #[error("the key was copied: its counter went back")]
    Copied,
}

/// A new key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedRegistration {
    pub challenge: String,
    pub id: String,
    pub public_key: String,
    pub counter: u32,
}

/// A challenge that a key has signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedAssertion {
    pub challenge: String,
    pub counter: u32,
}

#[derive(Deserialize)]
struct ClientData {
    #[serde(rename = "type")]
    kind: String,
    challenge: String,
    origin: String,
    #[serde(default, rename = "crossOrigin")]
    cross_origin: bool,
}

fn bytes(text: &str) -> Result<Vec<u8>, WebAuthnError> {
    URL_SAFE_NO_PAD
        .decode(text.trim_end_matches('='))
        .map_err(|_| WebAuthnError::Malformed)
}

fn cbor<T>(decoded: Result<T, minicbor::decode::Error>) -> Result<T, WebAuthnError> {
    decoded.map_err(|_| WebAuthnError::Malformed)
}

impl Site {
    /// The challenge that was signed, if a page of this origin asked for it.
    fn challenge(&self, client_data: &[u8], kind: &str) -> Result<String, WebAuthnError> {
        let data: ClientData = serde_json::from_slice(client_data).map_err(|_| WebAuthnError::Malformed)?;
        match data.kind == kind && data.origin == self.origin && !data.cross_origin {
            true => Ok(data.challenge),
            false => Err(WebAuthnError::OtherSite),
        }
    }

    pub fn verify_registration(&self, sent: &Attestation) -> Result<VerifiedRegistration, WebAuthnError> {
        let challenge = self.challenge(&bytes(&sent.client_data)?, "webauthn.create")?;
        let object = bytes(&sent.attestation_object)?;
        let data = AuthenticatorData::read(auth_data(&object)?, self)?;
        let (id, key) = data.credential.ok_or(WebAuthnError::Malformed)?;
        let public_key = URL_SAFE_NO_PAD.encode(public_key(key)?);
        Ok(VerifiedRegistration {
            challenge,
            id: URL_SAFE_NO_PAD.encode(id),
            public_key,
            counter: data.counter,
        })
    }

    pub fn verify_assertion(
        &self,
        sent: &Assertion,
        public_key: &str,
        counter: u32,
    ) -> Result<VerifiedAssertion, WebAuthnError> {
        let client_data = bytes(&sent.client_data)?;
        let challenge = self.challenge(&client_data, "webauthn.get")?;
        let mut user = bytes(&sent.authenticator_data)?;
        let data = AuthenticatorData::read(&user, self)?;
        let now = data.counter;
        user.extend(Sha256::digest(&client_data));
        let key = VerifyingKey::from_sec1_bytes(&bytes(public_key)?).map_err(|_| WebAuthnError::OtherKey)?;
        let signature =
            DerSignature::from_bytes(&bytes(&sent.signature)?).map_err(|_| WebAuthnError::Malformed)?;
        key.verify(&user, &signature)
            .map_err(|_| WebAuthnError::Signature)?;
        // An authenticator without a counter always sends zero.
        if (now, counter) != (0, 0) && now <= counter {
            return Err(WebAuthnError::Copied);
        }
        Ok(VerifiedAssertion {
            challenge,
            counter: now,
        })
    }
}

/// The member `authData` of an attestation object. The attestation statement is ignored: none was requested.
fn auth_data(object: &[u8]) -> Result<&[u8], WebAuthnError> {
    let mut object = Decoder::new(object);
    let members = cbor(object.map())?.ok_or(WebAuthnError::Malformed)?;
    for _ in 0..members {
        if cbor(object.str())? == "authData" {
            return cbor(object.bytes());
        }
        cbor(object.skip())?;
    }
    Err(WebAuthnError::Malformed)
}

struct AuthenticatorData<'a> {
    counter: u32,
    credential: Option<(&'a [u8], &'a [u8])>,
}

const PRESENT: u8 = 1;
const VERIFIED: u8 = 1 << 2;
const HAS_CREDENTIAL: u8 = 1 << 6;

impl<'a> AuthenticatorData<'a> {
    fn read(data: &'a [u8], site: &Site) -> Result<Self, WebAuthnError> {
        let (host, rest) = data.split_first_chunk::<32>().ok_or(WebAuthnError::Malformed)?;
        let ([flags], rest) = rest.split_first_chunk::<1>().ok_or(WebAuthnError::Malformed)?;
        let (counter, rest) = rest.split_first_chunk::<4>().ok_or(WebAuthnError::Malformed)?;
        if host[..] != Sha256::digest(&site.host)[..] {
            return Err(WebAuthnError::OtherSite);
        }
        if flags & (PRESENT | VERIFIED) != PRESENT | VERIFIED {
            return Err(WebAuthnError::Unverified);
        }
        let credential = if flags & HAS_CREDENTIAL == 0 {
            None
        } else {
            Some(credential(rest)?)
        };
        Ok(Self {
            counter: u32::from_be_bytes(*counter),
            credential,
        })
    }
}

/// The credential id, and the public key with what follows.
fn credential(data: &[u8]) -> Result<(&[u8], &[u8]), WebAuthnError> {
    let (_model, rest) = data.split_first_chunk::<16>().ok_or(WebAuthnError::Malformed)?;
    let (length, rest) = rest.split_first_chunk::<2>().ok_or(WebAuthnError::Malformed)?;
    let length = usize::from(u16::from_be_bytes(*length));
    // The longest id that the specification allows.
    if length == 0 || length > 1_023 {
        Err(WebAuthnError::Malformed)
    } else {
        rest.split_at_checked(length).ok_or(WebAuthnError::Malformed)
    }
}

/// A COSE key as an uncompressed point.
fn public_key(cose: &[u8]) -> Result<[u8; 65], WebAuthnError> {
    let mut cose = Decoder::new(cose);
    let members = cbor(cose.map())?.ok_or(WebAuthnError::Malformed)?;
    let (mut point, mut found) = ([4_u8; 65], [false; 5]);
    for _ in 0..members {
        match cbor(cose.i32())? {
            // An elliptic curve with both coordinates, for ES256, and it is P-256.
            1 => found[0] = cbor(cose.i32())? == 2,
            3 => found[1] = cbor(cose.i32())? == -7,
            -1 => found[2] = cbor(cose.i32())? == 1,
            -2 => found[3] = coordinate(&mut cose, &mut point[1..33])?,
            -3 => found[4] = coordinate(&mut cose, &mut point[33..])?,
            _ => cbor(cose.skip())?,
        }
    }
    let sound = found == [true; 5] && VerifyingKey::from_sec1_bytes(&point).is_ok();
    if sound {
        Ok(point)
    } else {
        Err(WebAuthnError::OtherKey)
    }
}

fn coordinate(cose: &mut Decoder<'_>, at: &mut [u8]) -> Result<bool, WebAuthnError> {
    let given = cbor(cose.bytes())?;
    let fits = given.len() == at.len();
    if fits {
        at.copy_from_slice(given);
    }
    Ok(fits)
}
