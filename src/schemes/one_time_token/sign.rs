//! What a sender with signed tokens writes.

use sha2::{Digest as _, Sha256, Sha512};

use super::OneTimeToken;
use crate::{json::places::written, schemes::TimestampForm, time::UnixTime};

impl OneTimeToken {
    /// `body` with time, token and MAC. One body under one id has one token. `None` where there is no room for them: where
    /// they stand in an object, the body must have it.
    pub(crate) fn signed(
        &self,
        body: &[u8],
        secret: &[u8],
        id: &str,
        at: UnixTime,
    ) -> Option<Vec<u8>> {
        let config = &self.config;
        let time = TimestampForm::Seconds.write(at);
        let token = token(&[id.as_bytes(), body], config.token_length);
        let signed = [time.as_bytes(), token.as_bytes()];
        let mac = config.digest.mac(secret, signed.into_iter());
        let mac = config.encoding.encode(&mac);
        let body = written(body, &config.timestamp, &format!("\"{time}\""))?;
        let body = written(&body, &config.token, &format!("\"{token}\""))?;
        written(&body, &config.signature, &format!("\"{mac}\""))
    }

    /// `body` with `null` in the place of the MAC.
    pub(crate) fn unsigned(&self, body: &[u8]) -> Option<Vec<u8>> {
        written(body, &self.config.signature, "null")
    }
}

/// Digits that differ from one text to the other.
fn token(parts: &[&[u8]], length: usize) -> String {
    let hash = |hash: Sha256, part: &&[u8]| hash.chain_update(Sha256::digest(part));
    let seed = parts.iter().fold(Sha256::new(), hash).finalize();
    let mut digits = String::new();
    let mut block = Sha512::digest(seed);
    while digits.len() < length {
        digits.extend(block.iter().map(|byte| format!("{byte:02x}")));
        block = Sha512::digest(block);
    }
    digits.truncate(length);
    digits
}
