//! RFC 8291: encrypts a push message so that only the browser can read it.

use aes_gcm::{Aes128Gcm, KeyInit, aead::Aead};
use hkdf::Hkdf;
use p256::{PublicKey, SecretKey, ecdh::diffie_hellman, elliptic_curve::sec1::ToSec1Point};
use servery_domain::push::SubscriptionKeys;
use sha2::Sha256;

use super::{base64url, error::PushError};
use crate::http::visitor::bytes;

/// A message is one record, of a size that every push service accepts.
const RECORD: u32 = 4_096;
/// Bytes of a record besides the text: a header of 86, a tag of 16, and a delimiter.
const AROUND: usize = 86 + 16 + 1;

/// The browser that can read the message.
pub struct Reader {
    key: PublicKey,
    auth: [u8; 16],
}

impl Reader {
    pub fn new(keys: &SubscriptionKeys) -> Result<Self, PushError> {
        let point = base64url::decode(&keys.p256dh).ok_or(PushError::BrowserKey)?;
        let key = PublicKey::from_sec1_bytes(&point).map_err(|_| PushError::BrowserKey)?;
        let auth = base64url::decode(&keys.auth)
            .and_then(|auth| auth.try_into().ok())
            .ok_or(PushError::BrowserKey)?;
        Ok(Self { key, auth })
    }

    pub fn message(&self, text: &[u8]) -> Result<Vec<u8>, PushError> {
        if text.len() + AROUND > RECORD as usize {
            return Err(PushError::TooLong);
        }
        // One in four billion random values is not a key; the next try uses another.
        let own = SecretKey::from_slice(&bytes::<32>()?).map_err(|_| PushError::Key)?;
        self.message_with(text, &own, &bytes()?)
    }

    fn message_with(&self, text: &[u8], own: &SecretKey, salt: &[u8; 16]) -> Result<Vec<u8>, PushError> {
        let (reader, group_commit) = (
            self.key.to_sec1_point(false),
            own.public_key().to_sec1_point(false),
        );
        let shared = diffie_hellman(own.to_nonzero_scalar(), self.key.as_affine());
        let info = [b"WebPush: info\0", reader.as_bytes(), group_commit.as_bytes()].concat();
        let secret: [u8; 32] = derive(&self.auth, shared.raw_secret_bytes(), &info)?;
        let key: [u8; 16] = derive(salt, &secret, b"Content-Encoding: aes128gcm\0")?;
        let nonce: [u8; 12] = derive(salt, &secret, b"Content-Encoding: nonce\0")?;
        // The delimiter of the last record.
        let plain = [text, &[2]].concat();
        let sealed = Aes128Gcm::new(&key.into())
            .encrypt(&nonce.into(), plain.as_slice())
            .map_err(|_| PushError::TooLong)?;
        let group_commit = group_commit.as_bytes();
        Ok([
            salt.as_slice(),
            &RECORD.to_be_bytes(),
            &[group_commit.len() as u8],
            group_commit,
            &sealed,
        ]
        .concat())
    }
}

fn derive<const N: usize>(salt: &[u8], secret: &[u8], info: &[u8]) -> Result<[u8; N], PushError> {
    let mut derived = [0; N];
    Hkdf::<Sha256>::new(Some(salt), secret)
        .expand(info, &mut derived)
        .map_err(|_| PushError::TooLong)?;
    Ok(derived)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_the_rfc() {
        let keys = SubscriptionKeys {
            p256dh: "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
                .into(),
            auth: "BTBZMqHH6r4Tts7J_aSIgg".into(),
        };
        let own =
            SecretKey::from_slice(&base64url::decode("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw").unwrap())
                .unwrap();
        let salt = base64url::decode("DGv6ra1nlYgDCS1FRnbzlw")
            .unwrap()
            .try_into()
            .unwrap();
        let message = Reader::new(&keys)
            .unwrap()
            .message_with(b"When I grow up, I want to be a watermelon", &own, &salt)
            .unwrap();
        assert_eq!(
            base64url::encode(message),
            "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
        );
    }

    #[test]
    fn what_is_no_key_or_too_long_is_refused() {
        let keys = |p256dh: &str, auth: &str| SubscriptionKeys {
            p256dh: p256dh.into(),
            auth: auth.into(),
        };
        let good = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";
        for (p256dh, auth) in [
            ("", "BTBZMqHH6r4Tts7J_aSIgg"),
            (&*"A".repeat(87), "BTBZMqHH6r4Tts7J_aSIgg"),
            (good, "BTBZ"),
            (good, "ß"),
        ] {
            assert!(Reader::new(&keys(p256dh, auth)).is_err(), "{p256dh} {auth}");
        }
        let reader = Reader::new(&keys(good, "BTBZMqHH6r4Tts7J_aSIgg==")).unwrap();
        assert_eq!(reader.message(&[0; 4_096 - AROUND]).unwrap().len(), 4_096);
        assert!(reader.message(&[0; 4_097 - AROUND]).unwrap_err().is_permanent());
    }
}
