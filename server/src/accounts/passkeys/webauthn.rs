//! The part of WebAuthn level 3 that passkeys need: three algorithms, no attestation, user verification by the authenticator.

use std::collections::BTreeMap;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use minicbor::{Decoder, data::Type};
use p256::ecdsa::VerifyingKey;
use ring::signature::{
    ECDSA_P256_SHA256_ASN1, ED25519, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey,
};
use serde::Deserialize;
use servery_domain::passkey::{Assertion, Attestation};
use servery_store::passkeys::Passkey;
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
    #[error("not a key for ES256, EdDSA or RS256")]
    OtherKey,
    #[error("the signature is wrong")]
    Signature,
    #[error("the key was copied: its counter went back")]
    Copied,
    #[error("the key says otherwise than before whether it can be backed up")]
    BackupChanged,
    #[error("made for another account")]
    OtherUser,
}

/// The algorithms of the devices that people have, as COSE numbers them, the preferred first. ES256 is known to nearly all, EdDSA to
/// security keys, and RS256 to Windows on older machines.
pub const ALGORITHMS: [i32; 3] = [ES256, EDDSA, RS256];
const ES256: i32 = -7;
/// With Ed25519.
const EDDSA: i32 = -8;
const RS256: i32 = -257;

/// A new key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedRegistration {
    pub challenge: String,
    pub id: String,
    pub public_key: PublicKey,
    pub counter: u32,
    pub backup: Backup,
}

/// As base64url: the uncompressed point, the 32 bytes of Ed25519, or an RSA key's modulus and exponent with a point between.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKey {
    pub algorithm: i32,
    pub text: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backup {
    /// The key may be copied to other devices of its holder. It never changes.
    pub is_eligible: bool,
    /// It has been copied.
    pub is_done: bool,
}

/// A challenge that a key has signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedAssertion {
    pub challenge: String,
    pub counter: u32,
    pub is_backed_up: bool,
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
        Ok(VerifiedRegistration {
            challenge,
            id: URL_SAFE_NO_PAD.encode(id),
            public_key: public_key(key)?,
            counter: data.counter,
            backup: data.backup,
        })
    }

    pub fn verify_assertion(
        &self,
        sent: &Assertion,
        passkey: &Passkey,
    ) -> Result<VerifiedAssertion, WebAuthnError> {
        let client_data = bytes(&sent.client_data)?;
        let challenge = self.challenge(&client_data, "webauthn.get")?;
        let mut signed = bytes(&sent.authenticator_data)?;
        let AuthenticatorData { counter, backup, .. } = AuthenticatorData::read(&signed, self)?;
        signed.extend(Sha256::digest(&client_data));
        verify(passkey, &signed, &bytes(&sent.signature)?)?;
        // Nobody has said who signs in, so the authenticator has to.
        let user = sent.user_handle.as_deref().ok_or(WebAuthnError::OtherUser)?;
        if bytes(user)? != passkey.account.to_string().as_bytes() {
            return Err(WebAuthnError::OtherUser);
        }
        if backup.is_eligible != passkey.backup_eligible {
            return Err(WebAuthnError::BackupChanged);
        }
        // An authenticator without a counter always sends zero.
        if (counter, passkey.counter) != (0, 0) && counter <= passkey.counter {
            return Err(WebAuthnError::Copied);
        }
        Ok(VerifiedAssertion {
            challenge,
            counter,
            is_backed_up: backup.is_done,
        })
    }
}

fn verify(passkey: &Passkey, signed: &[u8], signature: &[u8]) -> Result<(), WebAuthnError> {
    let key = passkey.public_key.as_str();
    let verified = match passkey.algorithm {
        ES256 => UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, bytes(key)?).verify(signed, signature),
        EDDSA => UnparsedPublicKey::new(&ED25519, bytes(key)?).verify(signed, signature),
        RS256 => {
            let (modulus, exponent) = key.split_once('.').ok_or(WebAuthnError::OtherKey)?;
            let (n, e) = (bytes(modulus)?, bytes(exponent)?);
            RsaPublicKeyComponents { n, e }.verify(&RSA_PKCS1_2048_8192_SHA256, signed, signature)
        }
        _ => return Err(WebAuthnError::OtherKey),
    };
    verified.map_err(|_| WebAuthnError::Signature)
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
    backup: Backup,
    credential: Option<(&'a [u8], &'a [u8])>,
}

const PRESENT: u8 = 1;
const VERIFIED: u8 = 1 << 2;
const BACKUP_ELIGIBLE: u8 = 1 << 3;
const BACKED_UP: u8 = 1 << 4;
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
        let backup = Backup {
            is_eligible: flags & BACKUP_ELIGIBLE != 0,
            is_done: flags & BACKED_UP != 0,
        };
        if backup.is_done && !backup.is_eligible {
            return Err(WebAuthnError::Malformed);
        }
        let credential = if flags & HAS_CREDENTIAL == 0 {
            None
        } else {
            Some(credential(rest)?)
        };
        Ok(Self {
            counter: u32::from_be_bytes(*counter),
            backup,
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

/// The members of a COSE key that are numbers, and those that are bytes, by their labels.
struct CoseKey<'a> {
    numbers: BTreeMap<i64, i64>,
    bytes: BTreeMap<i64, &'a [u8]>,
}

const KIND: i64 = 1;
const ALGORITHM: i64 = 3;
const CURVE: i64 = -1;
/// Of RSA; the label of an elliptic curve's name otherwise.
const MODULUS: i64 = -1;
const EXPONENT: i64 = -2;
const X: i64 = -2;
const Y: i64 = -3;

impl<'a> CoseKey<'a> {
    fn read(cose: &'a [u8]) -> Result<Self, WebAuthnError> {
        let mut cose = Decoder::new(cose);
        let members = cbor(cose.map())?.ok_or(WebAuthnError::Malformed)?;
        let (mut numbers, mut bytes) = (BTreeMap::new(), BTreeMap::new());
        for _ in 0..members {
            let label = cbor(cose.i64())?;
            match cbor(cose.datatype())? {
                Type::Bytes => drop(bytes.insert(label, cbor(cose.bytes())?)),
                Type::U8 | Type::U16 | Type::U32 | Type::I8 | Type::I16 | Type::I32 => {
                    numbers.insert(label, cbor(cose.i64())?);
                }
                _ => cbor(cose.skip())?,
            }
        }
        Ok(Self { numbers, bytes })
    }

    fn number(&self, label: i64) -> Option<i64> {
        self.numbers.get(&label).copied()
    }

    /// 32 bytes.
    fn coordinate(&self, label: i64) -> Option<&[u8; 32]> {
        self.bytes.get(&label).and_then(|bytes| (*bytes).try_into().ok())
    }

    /// A natural number without zeros before it.
    fn natural(&self, label: i64) -> Option<&[u8]> {
        let bytes = self.bytes.get(&label)?;
        let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
        bytes.get(zeros..)
    }

    fn es256(&self) -> Option<String> {
        let (x, y) = (self.coordinate(X)?, self.coordinate(Y)?);
        let point = [&[4], &x[..], &y[..]].concat();
        let is_p256 = self.number(CURVE) == Some(1) && VerifyingKey::from_sec1_bytes(&point).is_ok();
        is_p256.then(|| URL_SAFE_NO_PAD.encode(point))
    }

    fn eddsa(&self) -> Option<String> {
        let x = self.coordinate(X)?;
        (self.number(CURVE) == Some(6)).then(|| URL_SAFE_NO_PAD.encode(x))
    }

    /// Of the sizes that signatures are verified with: 2,048 to 8,192 bits.
    fn rs256(&self) -> Option<String> {
        let (modulus, exponent) = (self.natural(MODULUS)?, self.natural(EXPONENT)?);
        let fits = (256..=1_024).contains(&modulus.len()) && (1..=4).contains(&exponent.len());
        let encode = |number| URL_SAFE_NO_PAD.encode(number);
        fits.then(|| format!("{}.{}", encode(modulus), encode(exponent)))
    }
}

fn public_key(cose: &[u8]) -> Result<PublicKey, WebAuthnError> {
    let key = CoseKey::read(cose)?;
    // The kinds are: a point on an Edwards curve, one on another curve, RSA.
    let (algorithm, text) = match (key.number(KIND), key.number(ALGORITHM)) {
        (Some(2), Some(-7)) => (ES256, key.es256()),
        (Some(1), Some(-8)) => (EDDSA, key.eddsa()),
        (Some(3), Some(-257)) => (RS256, key.rs256()),
        _ => return Err(WebAuthnError::OtherKey),
    };
    let text = text.ok_or(WebAuthnError::OtherKey)?;
    Ok(PublicKey { algorithm, text })
}

#[cfg(test)]
mod tests {
    use proptest::{prelude::*, sample::Index};
    use servery_domain::{id::AccountId, time::Timestamp};

    use super::*;

    fn site() -> Site {
        Site {
            host: "example.org".into(),
            origin: "https://example.org".into(),
        }
    }

    fn client_data(kind: &str) -> Vec<u8> {
        format!(r#"{{"type":"{kind}","challenge":"abc","origin":"https://example.org"}}"#).into_bytes()
    }

    /// What an authenticator with an Ed25519 key sends.
    fn authenticator_data() -> Vec<u8> {
        let mut data = Sha256::digest("example.org").to_vec();
        data.extend([PRESENT | VERIFIED | HAS_CREDENTIAL, 0, 0, 0, 1]);
        data.extend([0; 16]);
        data.extend([0, 4, 1, 2, 3, 4]);
        let mut key = minicbor::Encoder::new(&mut data);
        key.map(4).unwrap();
        for (label, number) in [(KIND, 1), (ALGORITHM, EDDSA), (CURVE, 6)] {
            key.i64(label).unwrap().i32(number).unwrap();
        }
        key.i64(X).unwrap().bytes(&[7; 32]).unwrap();
        data
    }

    fn attestation_object(data: &[u8]) -> Vec<u8> {
        let mut object = Vec::new();
        let mut members = minicbor::Encoder::new(&mut object);
        members.map(2).unwrap();
        members.str("fmt").unwrap().str("none").unwrap();
        members.str("authData").unwrap().bytes(data).unwrap();
        object
    }

    fn register(client_data: &[u8], object: &[u8]) -> Result<VerifiedRegistration, WebAuthnError> {
        site().verify_registration(&Attestation {
            client_data: URL_SAFE_NO_PAD.encode(client_data),
            attestation_object: URL_SAFE_NO_PAD.encode(object),
        })
    }

    fn passkey(algorithm: i32, public_key: String) -> Passkey {
        Passkey {
            id: "key".into(),
            account: AccountId(1),
            algorithm,
            public_key,
            counter: 0,
            backup_eligible: false,
            backed_up: false,
            name: String::new(),
            created_at: Timestamp(0),
        }
    }

    #[test]
    fn a_key_is_read_as_it_was_sent() {
        let registered = register(
            &client_data("webauthn.create"),
            &attestation_object(&authenticator_data()),
        );
        let registered = registered.unwrap();
        assert_eq!((registered.public_key.algorithm, registered.counter), (EDDSA, 1));
        assert_eq!(registered.id, URL_SAFE_NO_PAD.encode([1, 2, 3, 4]));
    }

    proptest! {
        #[test]
        fn fuzz_registrations_are_read_or_refused(changes in prop::collection::vec((any::<Index>(), any::<u8>()), 0..6), length in any::<Index>()) {
            let mut data = authenticator_data();
            for (at, byte) in &changes {
                let at = at.index(data.len());
                data[at] = *byte;
            }
            let _read_or_refused = register(&client_data("webauthn.create"), &attestation_object(&data));
            let mut object = attestation_object(&data);
            for (at, byte) in &changes {
                let at = at.index(object.len());
                object[at] = *byte;
            }
            object.truncate(length.index(object.len() + 1));
            let _read_or_refused = register(&client_data("webauthn.create"), &object);
        }

        #[test]
        fn fuzz_signatures_are_refused(
            signature in any::<Vec<u8>>(), key in "[A-Za-z0-9_.-]{0,90}", algorithm in prop::sample::select(ALGORITHMS.to_vec()), user in ".{0,9}"
        ) {
            let sent = Assertion {
                client_data: URL_SAFE_NO_PAD.encode(client_data("webauthn.get")),
                authenticator_data: URL_SAFE_NO_PAD.encode(authenticator_data()),
                signature: URL_SAFE_NO_PAD.encode(signature),
                user_handle: Some(user),
            };
            prop_assert!(site().verify_assertion(&sent, &passkey(algorithm, key)).is_err());
        }
    }
}
