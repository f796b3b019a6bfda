//! One request of a sender.

use std::{borrow::Cow, fmt};

use bytes::Bytes;
use http::{Method, Request};

use super::tamper;
use crate::{json::canonical, schemes::ToSign};

/// One request as a sender makes it.
///
/// `host`, `connection` and `content-length` are not in it: they belong to the HTTP client that
/// sends it. `Debug` shows no value of a header and nothing of the body.
///
/// ```
/// use hookgate::{UnixTime, providers::preset::PresetSimulator};
///
/// let sent = PresetSimulator::github("a secret of both ends").send(UnixTime::from_secs(1_700_000_000), "{}");
/// assert!(sent.header("x-hub-signature-256").is_some());
///
/// // The same, wrong: each must be refused.
/// let wrong = [sent.clone().unsigned(), sent.clone().with_tampered_body(), sent.clone().with_tampered_signature()];
/// assert!(wrong[0].header("x-hub-signature-256").is_none());
/// let request = sent.into_request().unwrap();
/// assert_eq!(request.method(), "POST");
/// ```
#[derive(Clone)]
#[non_exhaustive]
pub struct Sent {
    /// The method.
    pub method: Method,
    /// Path and query.
    pub path: String,
    /// Names in lower case and values, in the sender's order.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Bytes,
    /// Each header that may carry a signature, in lower case.
    signature_headers: Vec<String>,
    signature_member: Option<Cow<'static, str>>,
    /// What the body is without its signature, where that is around it: a token whose claims are the event.
    within_signature: Option<Bytes>,
}

impl Sent {
    /// A `POST` of `body` to this path and query, not signed yet: for a [`Signer`](super::Signer).
    pub fn post(path: &str, content_type: &str, body: impl Into<Bytes>) -> Self {
        Self::new(path, [("content-type", content_type)], body)
    }

    /// A `POST` of a sender of your own, with all of its headers. Say where its signature stands, with
    /// [`signed_in`](Self::signed_in) or [`signed_within`](Self::signed_within): what changes or drops the signature
    /// has to find it.
    ///
    /// ```
    /// use hookgate::simulator::Sent;
    ///
    /// let body = r#"{"number":"R-1"}"#;
    /// let headers = [("content-type", "application/json"), ("X-Acme-Signature", "0f3c5d")];
    /// let sent = Sent::new("/webhooks/acme", headers, body).signed_in("x-acme-signature");
    /// assert_eq!(sent.header("x-acme-signature"), Some("0f3c5d"));
    /// assert_eq!(sent.unsigned().header("x-acme-signature"), None);
    /// ```
    pub fn new<N: Into<String>, V: Into<String>>(
        path: &str,
        headers: impl IntoIterator<Item = (N, V)>,
        body: impl Into<Bytes>,
    ) -> Self {
        let headers = headers.into_iter();
        let headers = headers.map(|(name, value)| (lower(name), value.into()));
        Self {
            method: Method::POST,
            path: path.to_owned(),
            headers: headers.collect(),
            body: body.into(),
            signature_headers: Vec::new(),
            signature_member: None,
            within_signature: None,
        }
    }

    /// A signature stands in this header. Some senders sign in several: call it for each.
    #[must_use]
    pub fn signed_in(mut self, header: impl Into<String>) -> Self {
        self.signature_headers.push(lower(header));
        self
    }

    /// Its signatures stand in these headers, and in no others.
    pub(super) fn signed_in_each_of<'h>(mut self, headers: impl Iterator<Item = &'h str>) -> Self {
        self.signature_headers = headers.map(str::to_owned).collect();
        self
    }

    /// The signature is this member of the body, which is a JSON object. It covers at least the member `data`. Where there
    /// is none it covers `Message`, and where that is missing too, all the rest.
    #[must_use]
    pub fn signed_within(mut self, member: impl Into<Cow<'static, str>>) -> Self {
        self.signature_member = Some(member.into());
        self
    }

    /// The body is a token, or holds one in a member, and `event` is what it says. Without a signature, that is the body.
    #[cfg(feature = "jwt")]
    pub(super) fn signed_around(mut self, event: Bytes) -> Self {
        self.within_signature = Some(event);
        self
    }

    /// The first value of a header; `name` in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(found, _)| found == name);
        found.map(|(_, value)| value.as_str())
    }

    /// What of it a signature can cover.
    pub(super) fn to_sign(&self) -> ToSign<'_> {
        ToSign {
            method: self.method.as_str(),
            target: &self.path,
            headers: &self.headers,
            body: &self.body,
        }
    }

    /// The first header that carries a signature, and its value.
    pub(crate) fn signature(&self) -> Option<(&str, &str)> {
        let mut names = self.signature_headers.iter();
        names.find_map(|name| Some((&**name, self.header(name)?)))
    }

    /// What is wrong with the request if its signature cannot be found.
    #[cfg(feature = "testing")]
    pub(crate) fn lacks_signature(&self) -> Option<String> {
        if self.within_signature.is_some() {
            return None;
        }
        if let Some(member) = &self.signature_member {
            let is_there = canonical::cut(&self.body, member).is_ok();
            return (!is_there)
                .then(|| format!("the signature's member `{member}` is not in the body"));
        }
        let Some(header) = self.signature_headers.first() else {
            return Some("the request does not say where its signature stands".to_owned());
        };
        let is_there = self.signature().is_some();
        (!is_there).then(|| format!("the signature's header `{header}` is not in the request"))
    }

    /// With these headers, and no others.
    pub(crate) fn with_headers(mut self, headers: Vec<(String, String)>) -> Self {
        self.headers = headers;
        self
    }

    /// Adds a header at the end, whether or not there is one of that name.
    pub fn with_header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Takes all headers of a name away; `name` in lower case.
    pub fn without_header(mut self, name: &str) -> Self {
        self.headers.retain(|(found, _)| found != name);
        self
    }

    /// Another body under the same signature.
    pub fn with_body(mut self, body: impl Into<Bytes>) -> Self {
        self.body = body.into();
        self
    }

    /// One letter or digit of the body is not what was signed, or one member is more. JSON stays JSON, and a token stays
    /// one: a receiver has to find that the signature is not of this body. A body without letters gets a byte.
    pub fn with_tampered_body(mut self) -> Self {
        let body = self.body.to_vec();
        let value_of = |name: &str| canonical::cut(&body, name).ok().map(|cut| cut.value);
        let changed = match (&self.signature_member, &self.within_signature) {
            (Some(member), Some(_)) => {
                value_of(member).and_then(|token| tamper::with_another_letter(&body, token))
            }
            (Some(_), None) => {
                let covered = value_of("data").or_else(|| value_of("Message"));
                Some(tamper::json(&body, covered.unwrap_or(0..body.len())))
            }
            (None, _) => tamper::with_another_letter(&body, 0..body.len()),
        };
        self.body = changed.unwrap_or_else(|| [&body[..], b" "].concat()).into();
        self
    }

    /// Each signature is well-formed, and wrong in one character.
    pub fn with_tampered_signature(self) -> Self {
        self.change_signature(tamper::signatures)
    }

    /// Without a signature: without the headers or the member of the body that carry it.
    pub fn unsigned(mut self) -> Self {
        if let Some(event) = self.within_signature.take() {
            self.body = event;
            return self;
        }
        if let Some(Ok(cut)) = self
            .signature_member
            .as_ref()
            .map(|it| canonical::cut(&self.body, it))
        {
            self.body = cut.pieces(&self.body).concat().into();
        }
        let names = std::mem::take(&mut self.signature_headers);
        let unsigned = names
            .iter()
            .fold(self, |sent, name| sent.without_header(name));
        Self {
            signature_headers: names,
            ..unsigned
        }
    }

    /// `forged` and the real signature in each header that has one, as HTTP clients join two of one name.
    pub fn with_joined_signature(self, forged: &str) -> Self {
        self.change_signature(|value| format!("{forged}, {value}"))
    }

    /// The first header that carries a signature twice, the same value in both.
    pub fn with_repeated_signature(mut self) -> Self {
        let first = self.signature();
        let first = first.map(|(name, value)| (name.to_owned(), value.to_owned()));
        self.headers.extend(first);
        self
    }

    /// The request for tower services and clients of the `http` crate.
    ///
    /// # Errors
    ///
    /// When the path, or a header that was added, cannot be in a request.
    pub fn into_request(self) -> Result<Request<Bytes>, http::Error> {
        let mut request = Request::builder().method(self.method).uri(self.path);
        for (name, value) in self.headers {
            request = request.header(name, value);
        }
        request.body(self.body)
    }

    fn change_signature(mut self, change: impl Fn(&str) -> String) -> Self {
        if let Some(Ok(cut)) = self
            .signature_member
            .as_ref()
            .map(|it| canonical::cut(&self.body, it))
        {
            let [before, behind] = cut.around_value(&self.body);
            let value = change(&String::from_utf8_lossy(cut.value(&self.body)));
            self.body = [before, value.as_bytes(), behind].concat().into();
            return self;
        }
        if self.within_signature.is_some() {
            self.body = change(&String::from_utf8_lossy(&self.body)).into();
            return self;
        }
        for (found, value) in &mut self.headers {
            if self.signature_headers.contains(found) {
                *value = change(value);
            }
        }
        self
    }
}

/// Names are compared as they stand.
fn lower(name: impl Into<String>) -> String {
    let mut name = name.into();
    name.make_ascii_lowercase();
    name
}

impl fmt::Debug for Sent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.headers.iter().map(|(name, _)| name).collect();
        f.debug_struct("Sent")
            .field("method", &self.method)
            .field("headers", &names)
            .field("body_bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}
