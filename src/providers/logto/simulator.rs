//! What a Logto server sends.

use std::{collections::BTreeMap, fmt};

use bytes::Bytes;
use serde_json::json;
use zeroize::Zeroizing;

use super::{
    data::DataEvent,
    envelope::Envelope,
    event::Event,
    interaction::{Interaction, InteractionEvent},
    user::User,
};
use crate::{
    providers::{known::LOGTO, preset::PresetSimulator},
    simulator::Sent,
    time::UnixTime,
};

const USER_AGENT: &str = "user-agent";
const CONTENT_TYPE: &str = "content-type";

/// What Logto's runtime adds. Real, but other versions may add others.
const FROM_THE_RUNTIME: [(&str, &str); 4] = [
    ("accept", "*/*"),
    ("accept-language", "*"),
    ("sec-fetch-mode", "cors"),
    ("accept-encoding", "gzip, deflate"),
];

/// One hook of a Logto server: the same headers in the same order, the same JSON, the same
/// signature as the real one.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use hookgate::{UnixTime, providers::logto::{LogtoSimulator, User}};
///
/// let now = UnixTime::from_secs(1_700_000_000);
/// let logto = LogtoSimulator::new("cl43GgdTZpcCdipNaStkoyZiwLi9QlES", now).path("/webhooks/logto");
/// let ana = User::new("o8edd2cwweyc", now);
///
/// let sent = logto.post_sign_in(ana.clone());
/// assert_eq!(sent.header("content-type"), Some("application/json"));
///
/// let forged = sent.with_tampered_body();
/// let stale = logto.at(now.saturating_sub(Duration::from_secs(48 * 3600))).user_created(ana);
/// # let _ = (forged, stale);
/// ```
#[derive(Clone)]
pub struct LogtoSimulator {
    signing_key: Zeroizing<String>,
    now: UnixTime,
    hook_id: String,
    path: String,
    headers: Vec<(String, String)>,
}

impl LogtoSimulator {
    /// A hook with this signing key, on a server whose clock says `now`. An empty key sends no
    /// signature, as old hooks do.
    pub fn new(signing_key: &str, now: UnixTime) -> Self {
        Self {
            signing_key: Zeroizing::new(signing_key.to_owned()),
            now,
            hook_id: "o7s9sn5gbe07hdq69p1rr".to_owned(),
            path: "/".to_owned(),
            headers: Vec::new(),
        }
    }

    /// The same hook when the server's clock says `now`: for events that are stale or early.
    pub fn at(&self, now: UnixTime) -> Self {
        Self {
            now,
            ..self.clone()
        }
    }

    /// The hook's id.
    pub fn hook_id(mut self, hook_id: impl Into<String>) -> Self {
        self.hook_id = hook_id.into();
        self
    }

    /// Sends to this path and query.
    pub fn path(mut self, path: impl Into<String>) -> Self {
        self.path = path.into();
        self
    }

    /// A custom header, as the hook's owner can set them. `user-agent` and `content-type` replace
    /// Logto's own, the signature's name does not; spelled in other letter case, both values are
    /// joined.
    pub fn custom_header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Sends an event as it is, its own time and hook included.
    ///
    /// # Errors
    ///
    /// When an `Extra` member or free-form JSON cannot be written. What was read can be.
    pub fn event(&self, event: &Event) -> Result<Sent, serde_json::Error> {
        Ok(self.body(serde_json::to_vec(event)?))
    }

    /// `PostSignIn`: the user has signed in.
    pub fn post_sign_in(&self, user: User) -> Sent {
        let interaction = self.interaction(InteractionEvent::SignIn, user);
        self.typed(&Event::PostSignIn(interaction))
    }

    /// `PostRegister`: the user has registered.
    pub fn post_register(&self, user: User) -> Sent {
        let interaction = self.interaction(InteractionEvent::Register, user);
        self.typed(&Event::PostRegister(interaction))
    }

    /// `User.Created`, by a call of the Management API.
    pub fn user_created(&self, user: User) -> Sent {
        let mut envelope = Envelope::new(self.now);
        envelope.ip = Some("203.0.113.7".to_owned());
        envelope.path = Some("/users".to_owned());
        envelope.method = Some("POST".to_owned());
        envelope.status = Some(200);
        envelope.params = Some(Default::default());
        envelope.matched_route = Some("/users".to_owned());
        self.typed(&Event::UserCreated(DataEvent::new(
            envelope,
            user,
            self.hook_id.clone(),
        )))
    }

    /// An event of a name that no version knows.
    pub fn unknown(&self, name: &str) -> Sent {
        let body = json!({
            "event": name,
            "createdAt": self.now.to_rfc3339(),
            "hookId": self.hook_id,
        });
        self.body(body.to_string())
    }

    /// Signs and sends any bytes.
    pub fn body(&self, body: impl Into<Bytes>) -> Sent {
        let signed = PresetSimulator::of(&LOGTO, self.signing_key.as_bytes())
            .path(&self.path)
            .send(self.now, body);
        let headers = self.headers_of(&signed);
        signed.with_headers(headers)
    }

    fn interaction(&self, interaction_event: InteractionEvent, user: User) -> Interaction {
        let session_id = "Aup5X8Nb8kHOnCNmhyzuGaJwPeQr_R2nGrRcAZjAgZ5";
        let mut interaction = Interaction::new(
            interaction_event,
            self.now,
            session_id,
            user,
            self.hook_id.clone(),
        );
        interaction.user_ip = Some("203.0.113.77".to_owned());
        interaction
    }

    /// Names of members are text and free-form JSON is checked, so writing them cannot fail; an
    /// empty body, which no receiver takes, would tell otherwise.
    fn typed(&self, event: &Event) -> Sent {
        self.body(serde_json::to_vec(event).unwrap_or_default())
    }

    /// Configured headers, signature and user agent sorted by name; then the content type, unless
    /// configured; then what the runtime adds.
    fn headers_of(&self, signed: &Sent) -> Vec<(String, String)> {
        // One spelling has one value, and the last one counts.
        let mut spelled = vec![(USER_AGENT, "Logto (https://logto.io/)")];
        let mut spell = |name, value| {
            spelled.retain(|(found, _)| *found != name);
            spelled.push((name, value));
        };
        for (name, value) in &self.headers {
            spell(name, value);
        }
        if let Some((name, value)) = signed.signature()
            && !self.signing_key.is_empty()
        {
            spell(name, value);
        }
        // Spellings of one name are joined.
        let mut headers = BTreeMap::<String, String>::new();
        for (name, value) in spelled {
            headers
                .entry(name.to_lowercase())
                .and_modify(|joined| *joined = format!("{joined}, {value}"))
                .or_insert_with(|| value.to_owned());
        }
        let content_type =
            (!headers.contains_key(CONTENT_TYPE)).then_some((CONTENT_TYPE, "application/json"));
        let rest = content_type.into_iter().chain(FROM_THE_RUNTIME);
        let rest = rest.map(|(name, value)| (name.to_owned(), value.to_owned()));
        headers.into_iter().chain(rest).collect()
    }
}

impl fmt::Debug for LogtoSimulator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LogtoSimulator")
            .field("hook_id", &self.hook_id)
            .field("now", &self.now)
            .finish_non_exhaustive()
    }
}
