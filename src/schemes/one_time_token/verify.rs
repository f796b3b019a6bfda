//! Verifying the MAC of time and token.

use hmac::Mac;
use serde_json::value::RawValue;

use super::OneTimeToken;
use crate::{
    json::places::{Repeated, find},
    keys::{DigestKind, LiveKeys},
    schemes::{
        TimestampForm, Verified,
        shared_secret::{find_key, read_mac_in_json},
    },
    time::UnixTime,
    verdict::Rejection,
};

impl OneTimeToken {
    pub(super) fn prove<'a, M: Mac + DigestKind + 'a>(
        &self,
        body: &'a [u8],
        keys: LiveKeys<'a>,
    ) -> Result<Verified<'a>, Rejection> {
        let config = &self.config;
        let places = [&config.timestamp, &config.token, &config.signature].map(|it| Some(&**it));
        let found = find(body, places)
            .map_err(|Repeated| malformed("a member that counts stands twice"))?;
        let [time, token, signature] = found;
        let signature = signature.ok_or(Rejection::MissingSignature)?;
        let signature = read_mac_in_json::<M>(signature.get().as_bytes(), config.encoding)?;
        let [time, token] = [time, token].map(|member| member.map(plain));
        let text = time.ok_or(Rejection::MissingTimestamp)?;
        let time = moment(text).ok_or(Rejection::MalformedTimestamp)?;
        let token = token.filter(|it| it.len() == config.token_length && is_plain(it));
        let token = token.ok_or(malformed("there is no token of the scheme's length"))?;
        let signed = [text.as_bytes(), token.as_bytes()];
        let key_id =
            find_key::<M>(&signed, &signature, keys).ok_or(Rejection::SignatureMismatch)?;
        Ok(Verified::by_caller(key_id)
            .with_sent_at(Some(time))
            .with_nonce(Some(token)))
    }
}

const fn malformed(why: &'static str) -> Rejection {
    Rejection::MalformedSignature(why)
}

/// The text of a text without escapes, or of a number.
fn plain(value: &RawValue) -> &str {
    let text = value.get();
    let inside = text.strip_prefix('"').and_then(|it| it.strip_suffix('"'));
    inside.unwrap_or(text)
}

fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// Digits alone: the token behind them begins with a letter or a digit, and never with a sign.
fn moment(text: &str) -> Option<UnixTime> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    digits
        .then(|| TimestampForm::Seconds.read(text.as_bytes()))
        .flatten()
}
