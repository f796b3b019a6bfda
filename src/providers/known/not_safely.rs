//! [`NotSafely`]: senders whose requests nobody can verify safely.

use super::Fact;

/// A sender for which there is no preset, since what it sends proves too little. It stands here so that whoever looks for it
/// learns why.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct NotSafely {
    /// Its name, as a row would have it.
    pub name: &'static str,
    /// The sender's own name.
    pub title: &'static str,
    /// What it sends, and why that is not enough.
    pub why: Fact<&'static str>,
}

impl NotSafely {
    const fn known(
        name: &'static str,
        title: &'static str,
        why: &'static str,
        source: &'static str,
    ) -> Self {
        let why = Fact::known(why, source);
        Self { name, title, why }
    }

    const fn assumed(name: &'static str, title: &'static str, why: &'static str) -> Self {
        let why = Fact::assumed(why);
        Self { name, title, why }
    }
}

/// The senders that are known to prove too little, by their names.
///
/// ```
/// use hookgate::providers::known;
///
/// let dropbox_sign = known::NOT_SAFELY.iter().find(|it| it.name == "dropbox-sign").unwrap();
/// assert!(dropbox_sign.why.value().contains("not the event"));
/// assert!(known::find("dropbox-sign").is_none());
/// ```
pub static NOT_SAFELY: &[NotSafely] = &[
    NotSafely::known(
        "authenteq",
        "Authenteq",
        "a SHA-256 of body and secret, and no MAC",
        "docs.authenteq.com/webhook/overview",
    ),
    NotSafely::known(
        "cloudinary",
        "Cloudinary",
        "a SHA-1 or SHA-256 of body, time and secret, and no MAC; the secret is that of its whole API",
        "cloudinary.com/documentation/notification_signatures",
    ),
    NotSafely::assumed(
        "cryptomus",
        "Cryptomus",
        "an MD5 of the body and a key, and no MAC",
    ),
    NotSafely::known(
        "dropbox-sign",
        "Dropbox Sign",
        "a MAC of an event's time and type, and not the event: it goes with any document",
        "asyncapi.apis.io, Dropbox Sign, which names developers.hellosign.com",
    ),
    NotSafely::known(
        "favro",
        "Favro",
        "a MAC of an id and the endpoint's address, and not of the body",
        "skills.sh/hookdeck/webhook-skills/favro-webhooks",
    ),
    NotSafely::assumed("gitee", "Gitee", "a MAC of a time, and not of the body"),
    NotSafely::assumed(
        "lever",
        "Lever",
        "a MAC of a token and a time in the body, and not of the event; no page says how long the token is",
    ),
    NotSafely::assumed(
        "mercado-pago",
        "Mercado Pago",
        "a MAC of an id in the address, a request's id and a time, and not of the body",
    ),
    NotSafely::known(
        "monday",
        "monday.com",
        "a token that shows who calls, and not the event; the webhooks of a board may have none",
        "developer.monday.com/apps/docs/integration-authorization",
    ),
    NotSafely::assumed(
        "moov",
        "Moov",
        "a MAC of a time, a nonce and the webhook's id, and not of the body",
    ),
    NotSafely::assumed("patreon", "Patreon", "a MAC by MD5, which no policy allows"),
    NotSafely::assumed(
        "recharge",
        "Recharge",
        "a SHA-256 of secret and body, and no MAC: a longer body can be given a right one",
    ),
    NotSafely::assumed(
        "shufti-pro",
        "Shufti Pro",
        "a SHA-256 of body and secret, and no MAC",
    ),
    NotSafely::known(
        "smile-id",
        "Smile ID",
        "a MAC of a time and the partner's id, and not of the result",
        "github.com/smileidentity/smile-identity-core-python",
    ),
    NotSafely::assumed("xsolla", "Xsolla", "a SHA-1 of body and secret, and no MAC"),
];
