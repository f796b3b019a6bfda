//! [`Scheme`]: what a recipe that proves who wrote the bytes has to do.

use std::{borrow::Cow, fmt};

use http::HeaderName;

use super::Verified;
use crate::{
    keys::{Key, KeyKind, LiveKeys},
    limits::BODY_LIMIT,
    request::{Head, RawRequest},
    setup::{BuildError, Finding},
    verdict::Rejection,
};

/// A recipe that proves who wrote the bytes of a request: a MAC, a signature. It holds no keys: they are the endpoint's,
/// or its tenants'.
///
/// # How a request is verified
///
/// 1. [`key_name`](Self::key_name) says which key the request names. Of most schemes none does.
/// 2. That key is looked up. A ring has its keys at hand. A look-up that has to wait is awaited by the road, within the
///    time that stores have too, and answered with 503 where it fails. Such keys are published by the sender
///    ([`Keys::Published`](crate::tenants::Keys)), or found by the application
///    ([`Keys::Named`](crate::tenants::Keys)).
/// 3. [`verify`](Self::verify) proves the bytes with the live keys. It does not wait.
///
/// # Examples
///
/// A scheme of one's own:
///
/// ```
/// use hookgate::{
///     Rejection, Secret,
///     keys::LiveKeys,
///     pack::{Coverage, RawRequest, Scheme, Signs, Verified},
///     providers::preset::Preset,
/// };
///
/// /// The body is signed by a device that both ends have.
/// #[derive(Debug)]
/// struct ByDevice;
///
/// impl ByDevice {
///     fn signed(&self, _body: &[u8], _key: &Secret) -> bool {
///         // Compare in constant time here.
///         false
///     }
/// }
///
/// impl Scheme for ByDevice {
///     fn signs(&self) -> Signs {
///         Signs::body()
///     }
///
///     fn verify<'a>(
///         &self,
///         request: RawRequest<'a>,
///         keys: LiveKeys<'a>,
///     ) -> Result<Verified<'a>, Rejection> {
///         let mut keys = keys.secrets();
///         let (id, _) = keys
///             .find(|(_, key)| self.signed(request.body, key))
///             .ok_or(Rejection::SignatureMismatch)?;
///         Ok(Verified::assertion(Coverage::Body, id))
///     }
/// }
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let pack = Preset::custom("devices", ByDevice, Secret::utf8("0f3c5d…")?);
/// # let _ = pack;
/// # Ok(())
/// # }
/// ```
pub trait Scheme: fmt::Debug + Send + Sync + 'static {
    /// What the proof covers.
    fn signs(&self) -> Signs;

    /// Whether it verifies with keys of this kind. A pack that is built of it refuses others when its receiver is built.
    /// Default: any.
    fn takes(&self, kind: KeyKind) -> bool {
        let _ = kind;
        true
    }

    /// Whether it verifies with this key, which is of a kind that it [takes](Self::takes). Asked when a receiver is built.
    /// Default: it does.
    ///
    /// # Errors
    ///
    /// When the key could verify nothing, since it is for another algorithm.
    fn check_key(&self, key: &Key) -> Result<(), BuildError> {
        let _ = key;
        Ok(())
    }

    /// What the start-up check should say of these settings. Default: nothing.
    fn findings(&self) -> Vec<Finding> {
        Vec::new()
    }

    /// Whether requests name their keys, so that [`key_name`](Self::key_name) can say which. A pack whose keys are found by
    /// their names cannot be built without. Default: they do not.
    fn names_keys(&self) -> bool {
        false
    }

    /// The name of the key that the request says it is signed with: a `kid`. It is not proved, and chooses only among the
    /// keys that are trusted anyway. Asked only where keys are looked up by their names. Default: none.
    ///
    /// # Errors
    ///
    /// When the place where a name would stand cannot be read: no key could verify that.
    fn key_name<'r>(&self, request: &RawRequest<'r>) -> Result<Option<Cow<'r, str>>, Rejection> {
        let _ = request;
        Ok(None)
    }

    /// Whether what was verified is an event. If not, it is a question of the sender's. A [`Preset`] answers it with 200,
    /// counts it as not of interest, and runs no handler. `signed` is what [`verify`](Self::verify) proved. Default: it is an event.
    ///
    /// [`Preset`]: crate::providers::preset::Preset
    fn is_event(&self, signed: &[u8]) -> bool {
        let _ = signed;
        true
    }

    /// Whether the header `name` holds a secret that callers show. An inbox keeps no such header. Default: none does.
    fn reads_secret(&self, name: &HeaderName) -> bool {
        let _ = name;
        false
    }

    /// Refuses a request by its head alone, before its body is read, where [`verify`](Self::verify) would refuse it for that
    /// too. Asked where the keys are at hand. Default: none is refused.
    ///
    /// # Errors
    ///
    /// What `verify` would say.
    fn check_head(&self, head: &Head<'_>, keys: LiveKeys<'_>) -> Result<(), Rejection> {
        let _ = (head, keys);
        Ok(())
    }

    /// Proves the bytes with one of `keys`. Checks no time: the road does that next.
    ///
    /// # Errors
    ///
    /// What is missing, malformed or does not match.
    fn verify<'a>(
        &self,
        request: RawRequest<'a>,
        keys: LiveKeys<'a>,
    ) -> Result<Verified<'a>, Rejection>;
}

/// What a scheme's proof covers: what a pack that is made of it can rely on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Signs {
    /// An id, which identifies the event over all attempts.
    pub id: bool,
    /// A time, made anew for each attempt.
    pub time: bool,
    /// A text that the sender uses once.
    pub nonce: bool,
    /// All that is used. Where not, the receiver must have an access rule, unless the proof shows who calls.
    pub all: bool,
    /// Who calls: whoever shows a token is believed all of the body, and no access rule is needed beside it.
    pub caller: bool,
    /// The proof stands in the JSON object that it covers. Its form beyond the top level is not looked at before.
    pub within_json: bool,
    /// A text that is made of parts of the body. Its digest is [`Verified::digest`], which identifies an event: several bodies
    /// have the same text.
    pub text: bool,
    /// A form, so that a pack takes forms beside JSON.
    pub form: bool,
    /// A text in which the whole body stands as it arrived. Where not, a preset signs no
    /// [text of a question](crate::challenge::AnswerAs::Mac) for anybody: no body would show that its signed text is one.
    pub verbatim: bool,
    /// Not all of the body. What stands beside is a [`claimed_body`](crate::delivery::Delivery::claimed_body).
    pub beside: bool,
    /// The largest body that a pack with this scheme takes by itself, in bytes.
    pub body_limit: usize,
}

impl Signs {
    /// The whole body and nothing else.
    pub const fn body() -> Self {
        Self {
            id: false,
            time: false,
            nonce: false,
            all: true,
            caller: false,
            within_json: false,
            text: false,
            form: false,
            verbatim: false,
            beside: false,
            body_limit: BODY_LIMIT,
        }
    }

    /// Who calls, and nothing of the body.
    pub const fn caller() -> Self {
        Self {
            all: false,
            caller: true,
            ..Self::body()
        }
    }
}

impl<S: Scheme + ?Sized> Scheme for Box<S> {
    fn signs(&self) -> Signs {
        (**self).signs()
    }

    fn takes(&self, kind: KeyKind) -> bool {
        (**self).takes(kind)
    }

    fn check_key(&self, key: &Key) -> Result<(), BuildError> {
        (**self).check_key(key)
    }

    fn findings(&self) -> Vec<Finding> {
        (**self).findings()
    }

    fn names_keys(&self) -> bool {
        (**self).names_keys()
    }

    fn key_name<'r>(&self, request: &RawRequest<'r>) -> Result<Option<Cow<'r, str>>, Rejection> {
        (**self).key_name(request)
    }

    fn is_event(&self, signed: &[u8]) -> bool {
        (**self).is_event(signed)
    }

    fn reads_secret(&self, name: &HeaderName) -> bool {
        (**self).reads_secret(name)
    }

    fn check_head(&self, head: &Head<'_>, keys: LiveKeys<'_>) -> Result<(), Rejection> {
        (**self).check_head(head, keys)
    }

    fn verify<'a>(
        &self,
        request: RawRequest<'a>,
        keys: LiveKeys<'a>,
    ) -> Result<Verified<'a>, Rejection> {
        (**self).verify(request, keys)
    }
}
