//! What a sender of such tokens writes.

use std::{fmt, sync::Arc};

use serde_json::{Map, Value, json};

use super::{Binding, JwtBodyHash};
use crate::{
    keys::{
        EcdsaForm, JwsAlgorithm,
        jose::{CompactJws, PrivateKey, base64url, message_of},
    },
    setup::BuildError,
    time::UnixTime,
};

/// For how long a token is good: as known senders have it.
const LIFETIME_SECS: i64 = 300;

/// What a sender signs with.
#[derive(Clone)]
pub(crate) struct TokenKey {
    key: Arc<PrivateKey>,
    algorithm: JwsAlgorithm,
    id: Option<String>,
}

impl fmt::Debug for TokenKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenKey")
            .field("algorithm", &self.algorithm)
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

/// What carries a token.
pub(crate) enum Carrier {
    /// This header has this value.
    Header(String, String),
    /// This is the body. It holds the token in the member of this name of its top level, or is the token.
    Body(Vec<u8>, Option<String>),
}

impl JwtBodyHash {
    /// A key that signs by one of the scheme's algorithms: a private one in PEM or DER, else a secret.
    ///
    /// # Errors
    ///
    /// When it is neither.
    pub(crate) fn token_key(&self, key: &[u8]) -> Result<TokenKey, BuildError> {
        let private = |it: &JwsAlgorithm| {
            let key = PrivateKey::read(key, *it, EcdsaForm::Fixed)?;
            Some((key, *it))
        };
        let secret = |it: &JwsAlgorithm| Some((PrivateKey::secret(key, *it)?, *it));
        // A text of 32 bytes could be the seed of an Ed25519 key too.
        let is_pem = memchr::memmem::find(key, b"-----BEGIN ").is_some();
        let mut algorithms = self.algorithms.iter();
        let found = match algorithms.clone().any(|it| it.is_shared_secret()) && !is_pem {
            true => algorithms.find_map(secret),
            false => algorithms.find_map(private),
        };
        let (key, algorithm) = found.ok_or(BuildError::Scheme(
            "the private key cannot be read, or is not one that the algorithms sign with",
        ))?;
        Ok(TokenKey {
            key: Arc::new(key),
            algorithm,
            id: None,
        })
    }

    /// The header that carries the token, in lower case.
    pub(crate) fn header(&self) -> Option<&str> {
        match &self.binding {
            Binding::Digest { header, .. } | Binding::Detached { header, .. } => {
                Some(header.as_str())
            }
            Binding::Body | Binding::Member(_) => None,
        }
    }

    /// The token for `body` and what carries it. `id` becomes `jti` where that counts. Where the claims are the event, `body`
    /// is that event, a JSON object; what the scheme wants of a token is added to it.
    ///
    /// # Errors
    ///
    /// When it is none then, or has a claim that the scheme refuses.
    pub(crate) fn carried(
        &self,
        body: &[u8],
        key: &TokenKey,
        id: &str,
        at: UnixTime,
    ) -> Result<Carrier, &'static str> {
        match &self.binding {
            Binding::Digest {
                header,
                prefix,
                claim,
                digest,
            } => {
                let named = digest.of(body);
                let named = String::from_utf8_lossy(named.as_bytes());
                let mut claims = Map::new();
                put(&mut claims, claim, named.into());
                let token = self.token(claims, key, id, at)?;
                Ok(Carrier::Header(
                    header.as_str().to_owned(),
                    format!("{prefix}{token}"),
                ))
            }
            Binding::Detached {
                header,
                prefix,
                unencoded,
            } => {
                let jws = self.detached(body, *unencoded, key);
                Ok(Carrier::Header(
                    header.as_str().to_owned(),
                    format!("{prefix}{jws}"),
                ))
            }
            Binding::Body => {
                let token = self.of_event(body, key, id, at)?;
                Ok(Carrier::Body(token.into_bytes(), None))
            }
            Binding::Member(place) => {
                let token = self.of_event(body, key, id, at)?;
                let mut members = Map::new();
                put(&mut members, place, token.into());
                let name = place.strip_prefix('/').filter(|name| !name.contains('/'));
                let body = Value::from(members).to_string().into_bytes();
                Ok(Carrier::Body(body, name.map(str::to_owned)))
            }
        }
    }

    /// The event of a body that carries one; `None` where there is none.
    pub(crate) fn event_of(&self, body: &[u8]) -> Option<Vec<u8>> {
        let token = match &self.binding {
            Binding::Digest { .. } | Binding::Detached { .. } => return None,
            Binding::Body => body.to_vec(),
            Binding::Member(place) => {
                let body: Value = serde_json::from_slice(body).ok()?;
                body.pointer(place)?.as_str()?.as_bytes().to_vec()
            }
        };
        CompactJws::read(&token)?.payload()
    }

    fn of_event(
        &self,
        body: &[u8],
        key: &TokenKey,
        id: &str,
        at: UnixTime,
    ) -> Result<String, &'static str> {
        let event: Map<String, Value> =
            serde_json::from_slice(body).map_err(|_| "an event in a token is a JSON object")?;
        self.token(event, key, id, at)
    }

    /// `claims` with those that the scheme looks at. What is there already stays.
    fn registered(
        &self,
        mut claims: Map<String, Value>,
        id: &str,
        at: UnixTime,
    ) -> Map<String, Value> {
        for (place, text) in &self.equal {
            put(&mut claims, place, text.as_str().into());
        }
        for place in &self.needs {
            put(&mut claims, place, true.into());
        }
        let now = at.as_secs();
        let registered: [(&str, Option<Value>); 5] = [
            ("iss", self.issuers.first().map(|it| it.as_str().into())),
            ("aud", self.audiences.first().map(|it| json!([it]))),
            ("iat", self.issued_at.then(|| now.into())),
            (
                "exp",
                self.expires
                    .then(|| now.saturating_add(LIFETIME_SECS).into()),
            ),
            ("jti", self.jti.map(|_| id.into())),
        ];
        for (name, value) in registered {
            if let Some(value) = value {
                claims.insert(name.to_owned(), value);
            }
        }
        claims
    }

    /// The token of these claims, and of those that the scheme wants.
    fn token(
        &self,
        claims: Map<String, Value>,
        key: &TokenKey,
        id: &str,
        at: UnixTime,
    ) -> Result<String, &'static str> {
        let claims = Value::from(self.registered(claims, id, at)).to_string();
        self.said(claims.as_bytes())
            .map_err(|_| "the event or its id is a claim that the settings refuse")?;
        let mut head = key_head(key);
        let typ = self.typ.as_deref().unwrap_or("JWT");
        head.insert("typ".to_owned(), typ.into());
        let message = message_of(&Value::from(head), claims.as_bytes());
        let signature = base64url::encode(signature_of(key, message.as_bytes()));
        Ok(format!("{message}.{signature}"))
    }

    fn detached(&self, body: &[u8], unencoded: bool, key: &TokenKey) -> String {
        let mut head = key_head(key);
        if let Some(typ) = &self.typ {
            head.insert("typ".to_owned(), typ.as_str().into());
        }
        if unencoded {
            head.insert("b64".to_owned(), false.into());
            head.insert("crit".to_owned(), json!(["b64"]));
        }
        let head = base64url::encode(Value::from(head).to_string());
        let message = if unencoded {
            [head.as_bytes(), b".", body].concat()
        } else {
            format!("{head}.{}", base64url::encode(body)).into_bytes()
        };
        format!("{head}..{}", base64url::encode(signature_of(key, &message)))
    }
}

impl TokenKey {
    /// Named so in the head of each token (`kid`).
    pub(crate) fn named(mut self, id: &str) -> Self {
        self.id = Some(id.to_owned());
        self
    }
}

fn key_head(key: &TokenKey) -> Map<String, Value> {
    let mut head = Map::new();
    head.insert("alg".to_owned(), key.algorithm.name().into());
    if let Some(id) = &key.id {
        head.insert("kid".to_owned(), id.as_str().into());
    }
    head
}

/// Signing fails only without the operating system's randomness: then nothing stands there, and nobody takes it.
fn signature_of(key: &TokenKey, message: &[u8]) -> Vec<u8> {
    key.key.sign(message).unwrap_or_default()
}

/// Writes `value` at the place, through objects, unless something is there.
fn put(members: &mut Map<String, Value>, place: &str, value: Value) {
    let place = place.strip_prefix('/').unwrap_or(place);
    match place.split_once('/') {
        None => {
            members.entry(place).or_insert(value);
        }
        Some((first, rest)) => {
            let inside = members.entry(first).or_insert_with(|| json!({}));
            if let Some(inside) = inside.as_object_mut() {
                put(inside, rest, value);
            }
        }
    }
}
