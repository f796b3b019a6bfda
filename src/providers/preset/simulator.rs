//! [`PresetSimulator`]: what GitHub, Shopify, Slack and Stripe send.

use std::fmt;

use bytes::Bytes;

use super::{github, shopify, slack, stripe};
use crate::{
    simulator::{HeaderSigner, Sent},
    time::UnixTime,
};

/// Sends as the sender of a [`Preset`](super::Preset) does.
///
/// # Examples
///
/// ```
/// use hookgate::{UnixTime, providers::preset::PresetSimulator};
///
/// let now = UnixTime::from_secs(1_700_000_000);
/// let stripe = PresetSimulator::stripe("whsec_as_text");
/// let sent = stripe.send(now, r#"{"id":"evt_1","type":"invoice.paid"}"#);
/// assert!(sent.header("stripe-signature").unwrap().starts_with("t=1700000000,v1="));
///
/// let github = PresetSimulator::github("secret").event_type("push");
/// assert_eq!(github.send(now, "{}").header("x-github-event"), Some("push"));
/// ```
#[derive(Clone)]
pub struct PresetSimulator {
    signer: HeaderSigner,
    content_type: ContentType,
    /// The header of the type, and the type.
    event_type: Option<(&'static str, String)>,
    path: String,
}

#[derive(Debug, Clone, Copy)]
enum ContentType {
    Is(&'static str),
    /// A body that begins with `{` is JSON, any other a form.
    OfBody,
}

const JSON: &str = "application/json";
const FORM: &str = "application/x-www-form-urlencoded";

impl PresetSimulator {
    /// GitHub. Its events are `push` unless told otherwise.
    pub fn github(secret: impl AsRef<[u8]>) -> Self {
        let signer = HeaderSigner::new(github::scheme(), secret);
        Self::new(signer, ContentType::Is(JSON)).typed_in("x-github-event", "push")
    }

    /// Shopify. Its topic is `orders/create` unless told otherwise.
    pub fn shopify(secret: impl AsRef<[u8]>) -> Self {
        let signer = HeaderSigner::new(shopify::scheme(), secret);
        Self::new(signer, ContentType::Is(JSON)).typed_in("x-shopify-topic", "orders/create")
    }

    /// Slack. A body that begins with `{` is sent as JSON, any other as a form.
    pub fn slack(secret: impl AsRef<[u8]>) -> Self {
        let signer = HeaderSigner::new(slack::scheme(), secret);
        Self::new(signer, ContentType::OfBody)
    }

    /// Stripe.
    pub fn stripe(secret: impl AsRef<[u8]>) -> Self {
        let signer = HeaderSigner::new(stripe::scheme(), secret);
        Self::new(signer, ContentType::Is("application/json; charset=utf-8"))
    }

    fn new(signer: HeaderSigner, content_type: ContentType) -> Self {
        Self {
            signer,
            content_type,
            event_type: None,
            path: "/".to_owned(),
        }
    }

    fn typed_in(mut self, header: &'static str, name: &str) -> Self {
        self.event_type = Some((header, name.to_owned()));
        self
    }

    /// The type that GitHub and Shopify put into a header. Slack's and Stripe's is in the body.
    pub fn event_type(mut self, name: impl Into<String>) -> Self {
        if let Some((_, named)) = &mut self.event_type {
            *named = name.into();
        }
        self
    }

    /// Sends to this path.
    pub fn path(mut self, path: impl Into<String>) -> Self {
        self.path = path.into();
        self
    }

    /// Sends `body`, signed at `at` where the sender signs a time.
    pub fn send(&self, at: UnixTime, body: impl Into<Bytes>) -> Sent {
        let body = body.into();
        let content_type = match self.content_type {
            ContentType::Is(content_type) => content_type,
            ContentType::OfBody if body.starts_with(b"{") => JSON,
            ContentType::OfBody => FORM,
        };
        let typed = self.event_type.iter();
        let sent = Sent::post(&self.path, content_type, body);
        let sent = typed.fold(sent, |sent, (header, name)| sent.with_header(*header, name));
        self.signer.sign(sent, "", at)
    }
}

impl fmt::Debug for PresetSimulator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PresetSimulator")
            .field("signer", &self.signer)
            .finish_non_exhaustive()
    }
}
