//! [`Facephi`]: the pack.

use std::fmt;

use super::{Topic, WorkflowEvent, decode};
#[cfg(feature = "token")]
use crate::token::{Client, TokenIssuer, TokenIssuerBuilder};
use crate::{
    access::ApiKey,
    cloudevents::STRUCTURED_JSON,
    identity::{EventType, KeyParts},
    keys::LiveKeys,
    provider::{Authenticated, Contents, Decoded, Provider, SenderProfile, TimeKind, Undecodable},
    providers::known::facephi::{ROW as FACEPHI, signs},
    request::RawRequest,
    schemes::{HmacBodyField, Recipe, Scheme, Verified},
    setup::{BuildError, Finding},
    tenants::Keys,
    time::{EventTime, UnixTime, accepts_unreadable_time},
    verdict::Rejection,
};

/// The header in which Facephi is assumed to send the API key of a destination: the one that its own
/// services take. [`Facephi::api_key`] uses it; [`ApiKey::header`] takes another, if the vendor's form lets you
/// choose.
pub const API_KEY_HEADER: &str = "x-api-key";

/// Webhooks of Facephi's workflows.
///
/// # The vendor's form
///
/// | the form's field | here |
/// | --- | --- |
/// | authentication: API Key | `.access(Facephi::api_key(key))` |
/// | authentication: OAuth 2.0 Client Credentials, your own token endpoint | `Facephi::oauth2(url, client_id, client_secret)`, feature `token` |
/// | authentication: OAuth 2.0 Client Credentials, your identity provider | `.access(Bearer::from_jwks(…).issued_to(client_id))`, feature `jwks` |
/// | topics | [`interested_in`](Self::interested_in), or all of them |
///
/// # Defaults
///
/// | what | value | status |
/// | --- | --- | --- |
/// | signature | HMAC-SHA256, base64, in the member `signature` | known |
/// | recipe | [`Recipe::WithoutMember`] | assumed; a setting |
/// | key | the secret's text as it is: [`Secret::utf8`](crate::keys::Secret::utf8) | assumed; build the secret from base64 or hex otherwise |
/// | media type | `application/cloudevents+json`; with [`plain_json`](Self::plain_json) also `application/json` | known |
/// | signed time | `time`, of the event; the epoch is none, as in the vendor's sample. One that cannot be read is refused | known |
/// | past, future | retention − future − 60 s; 300 s | ours |
/// | retention | 7 days | ours, since retries are unknown |
/// | lease, copies wait, handler's deadline | 30 s, 3 s, 8 s | ours, since the sender's timeout is unknown |
/// | body limit | 1 MiB; [100 KiB](HmacBodyField::REWRITE_LIMIT) with [`Recipe::SortedKeys`], and for a body that something on the way has re-written | ours |
/// | event key | `source` and `id`; with [`Recipe::DataOnly`] the data's digest and the two as claimed | CloudEvents |
/// | content digest | the MAC: the same for every way of writing the same content; another after the secret has changed | ours |
/// | success | 200 | assumed |
/// | retries | unknown: at least once, in any order | unknown |
///
/// # Examples
///
/// ```
/// use hookgate::{Receiver, Secret, dedup::MemoryStore, providers::facephi::{Facephi, Topic}};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let pack = Facephi::new(Secret::utf8("N0tASecretForAnyone0123456789abc")?)
///     .interested_in([Topic::IdCaptured, Topic::OperationFinished]);
/// let receiver = Receiver::new("facephi", pack)
///     .access(Facephi::api_key("0f3c…"))
///     .dedup(MemoryStore::new())
///     .build()?;
/// # let _ = receiver;
/// # Ok(())
/// # }
/// ```
pub struct Facephi {
    scheme: HmacBodyField,
    keys: Keys,
    interest: Option<Vec<Topic>>,
    trust_claimed_type: bool,
    plain_json: bool,
    accept_unreadable_time: bool,
}

impl Facephi {
    /// Webhooks signed with the destination's secret (a [`Secret`](crate::keys::Secret)), any key of a
    /// [`Keyring`](crate::keys::Keyring), or the keys of tenants.
    pub fn new(secret: impl Into<Keys>) -> Self {
        Self {
            scheme: HmacBodyField::of_row(signs()),
            keys: secret.into(),
            interest: None,
            trust_claimed_type: false,
            plain_json: false,
            accept_unreadable_time: false,
        }
    }

    /// The form's API key. That it arrives as `x-api-key` is assumed.
    pub fn api_key(key: impl AsRef<[u8]>) -> ApiKey {
        ApiKey::header(API_KEY_HEADER, key)
    }

    /// The token endpoint for OAuth 2.0 Client Credentials, from the form's fields: token URL, client id, client secret.
    ///
    /// It goes on the route that the URL names, and the receiver takes its tokens with `TokenIssuer::bearer`. How Facephi
    /// shows id and secret is not public: by `Authorization` and in the body, as a form and as JSON, are all taken.
    ///
    /// ```
    /// use hookgate::{
    ///     Receiver, Secret,
    ///     access::Bearer,
    ///     dedup::MemoryStore,
    ///     providers::facephi::Facephi,
    /// };
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let issuer = Facephi::oauth2("https://app.example.com/token", "facephi", "77ab…").build()?;
    /// let pack = Facephi::new(Secret::utf8("N0tASecretForAnyone0123456789abc")?);
    /// let receiver = Receiver::new("facephi", pack)
    ///     .access(issuer.bearer().issued_to("facephi"))
    ///     .dedup(MemoryStore::new())
    ///     .build()?;
    /// # let _ = receiver;
    /// # Ok(())
    /// # }
    /// ```
    #[cfg(feature = "token")]
    pub fn oauth2(
        token_url: impl Into<String>,
        client_id: impl Into<String>,
        client_secret: impl AsRef<str>,
    ) -> TokenIssuerBuilder {
        TokenIssuer::new(token_url).client(Client::new(client_id, client_secret))
    }

    /// Which bytes are signed. [`diagnose`](crate::schemes::hmac_body_field::diagnose) finds it out from
    /// one captured body.
    ///
    /// With [`Recipe::DataOnly`] the receiver needs an access rule, and events are
    /// [`WorkflowEvent::DataOnly`]: who holds the credentials can give signed data another type, time,
    /// operation or id.
    #[must_use]
    pub fn recipe(mut self, recipe: Recipe) -> Self {
        self.scheme = self.scheme.recipe(recipe);
        self
    }

    /// With [`Recipe::DataOnly`]: reads the signed data as the unsigned `type` says, so that events have
    /// a variant of their own. Their attributes stay [claimed](WorkflowEvent::claimed), and nothing
    /// dates them.
    #[must_use]
    pub fn trust_claimed_type(mut self) -> Self {
        self.trust_claimed_type = true;
        self
    }

    /// The topics that the application wants. All other events are answered 200 and told to the observer, and nothing
    /// of them is remembered.
    #[must_use]
    pub fn interested_in(mut self, topics: impl IntoIterator<Item = Topic>) -> Self {
        self.interest = Some(topics.into_iter().collect());
        self
    }

    /// Also takes `application/json`, which the vendor does not document.
    #[must_use]
    pub fn plain_json(mut self) -> Self {
        self.plain_json = true;
        self
    }

    /// Takes a `time` that is there and cannot be read for none, instead of refusing the event. It is then accepted at any
    /// age, and a captured delivery runs again once its mark has expired.
    #[must_use]
    pub fn accept_unreadable_time(mut self) -> Self {
        self.accept_unreadable_time = true;
        self
    }

    fn signs(&self) -> Recipe {
        self.scheme.config().recipe
    }

    fn wants(&self, event_type: Option<&EventType>) -> bool {
        self.interest.as_ref().is_none_or(|wanted| {
            event_type
                .and_then(|name| Topic::of_event_type(name.as_str()))
                .is_some_and(|topic| wanted.contains(&topic))
        })
    }

    /// The event, and the type that may route it.
    fn read(
        &self,
        authenticated: &Authenticated<'_>,
        key: &mut KeyParts,
    ) -> Result<(Box<WorkflowEvent>, Option<EventType>), Undecodable> {
        if self.signs().covers_all() {
            // Cut out before it was written anew, the member is gone; else it stands where it was found.
            let has_signature = authenticated.proof.is_some()
                || matches!(self.signs(), Recipe::EmptyMember | Recipe::NullMember);
            let event = decode::covered(authenticated, has_signature)?;
            let attributes = event.attributes().ok_or(Undecodable("no attributes"))?;
            key.part(&attributes.source).part(&attributes.id);
            let event_type = event_type(&attributes.event_type);
            return Ok((event, Some(event_type)));
        }
        let claimed = decode::claimed(authenticated)?;
        let claim = claimed.trust_unsigned();
        // Equal data of two operations is two events: the claim tells them apart, and is believed no
        // further.
        key.digest_of(authenticated.bytes)
            .part(&claim.source)
            .part(&claim.id);
        let event_type = self
            .trust_claimed_type
            .then(|| event_type(&claim.event_type));
        let event = decode::data_only(authenticated.bytes, claimed, self.trust_claimed_type)?;
        Ok((event, event_type))
    }
}

fn event_type(name: &str) -> EventType {
    match Topic::of_event_type(name) {
        Some(topic) if topic.event_type() == name => EventType::known(topic.event_type()),
        _ => EventType::unknown(name),
    }
}

impl Provider for Facephi {
    type Event = WorkflowEvent;

    fn name(&self) -> &str {
        FACEPHI.name
    }

    fn profile(&self) -> SenderProfile {
        let covers_all = self.signs().covers_all();
        let known = FACEPHI.known_in(SenderProfile::unknown());
        SenderProfile {
            time: if covers_all {
                known.time
            } else {
                TimeKind::NotSigned
            },
            media_types: if self.plain_json {
                &[STRUCTURED_JSON, "application/json"]
            } else {
                known.media_types
            },
            warning: (!covers_all).then_some(
                "Facephi's recipe `data_only` leaves type, time, operation and id of an event unsigned: \
                 who holds the access credentials can change them",
            ),
            body_limit: self.scheme.signs().body_limit,
            ..known
        }
    }

    fn keys(&self) -> Keys {
        self.keys.clone()
    }

    fn validate(&self) -> Result<(), BuildError> {
        self.keys.check(|kind| self.scheme.takes(kind))?;
        let data_only = !self.signs().covers_all();
        if data_only && self.interest.is_some() && !self.trust_claimed_type {
            return Err(BuildError::Pack(
                "`interested_in` needs a signed type, and the recipe signs data only: \
                 drop it, or believe the type with `trust_claimed_type`",
            ));
        }
        if !data_only && self.trust_claimed_type {
            return Err(BuildError::Pack(
                "`trust_claimed_type` is for the recipe that signs data only: \
                 with the others the type is signed",
            ));
        }
        Ok(())
    }

    fn needs_access(&self) -> bool {
        !self.signs().covers_all()
    }

    fn findings(&self, _now: UnixTime) -> Vec<Finding> {
        let accepts = self.accept_unreadable_time;
        Vec::from_iter(accepts.then(accepts_unreadable_time))
    }

    fn verify<'a>(
        &self,
        request: RawRequest<'a>,
        keys: LiveKeys<'a>,
    ) -> Result<Verified<'a>, Rejection> {
        let verified = self.scheme.verify(request, keys);
        verified.map_err(|rejection| match rejection {
            Rejection::SignatureMismatch => {
                Rejection::SignatureMismatchUnder(setting(self.signs()))
            }
            other => other,
        })
    }

    fn decode(
        &self,
        authenticated: &Authenticated<'_>,
    ) -> Result<Contents<WorkflowEvent>, Undecodable> {
        let mut parts = KeyParts::new();
        let (event, event_type) = self.read(authenticated, &mut parts)?;
        let occurred_at = event
            .attributes()
            .map_or(EventTime::Missing, |attributes| attributes.event_time())
            .unless_unreadable(self.accept_unreadable_time);
        let trace_context = event
            .attributes()
            .and_then(|attributes| attributes.trace_context());
        let claimed_type = match &*event {
            WorkflowEvent::DataOnly(event) => {
                Some(event.claimed.trust_unsigned().event_type.as_str().into())
            }
            _ => None,
        };
        let recognized = !matches!(*event, WorkflowEvent::Unrecognized(_));
        // In one go: the parts are large, and each setter would move them.
        Ok(Contents::Event(Decoded {
            parts,
            bytes: None,
            around: None,
            wanted: self.wants(event_type.as_ref()),
            occurred_at,
            trace_context,
            content: authenticated.digest,
            event_type,
            claimed_type,
            claimed_body: None,
            recognized,
            event,
        }))
    }
}

/// What to look at when nothing matches.
const fn setting(recipe: Recipe) -> &'static str {
    macro_rules! text {
        ($recipe:literal) => {
            concat!(
                "the pack's recipe (now `",
                $recipe,
                "`) and the secret's encoding: `hookgate::schemes::hmac_body_field::diagnose` \
                 finds both from one captured body"
            )
        };
    }
    match recipe {
        Recipe::WithoutMember => text!("without_member"),
        Recipe::EmptyMember => text!("empty_member"),
        Recipe::NullMember => text!("null_member"),
        Recipe::SortedKeys => text!("sorted_keys"),
        Recipe::DataOnly => text!("data_only"),
    }
}

impl fmt::Debug for Facephi {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Facephi")
            .field("recipe", &self.signs())
            .field("interest", &self.interest)
            .field("trust_claimed_type", &self.trust_claimed_type)
            .field("accept_unreadable_time", &self.accept_unreadable_time)
            .finish_non_exhaustive()
    }
}
