//! [`SCHEMES`]: schemes for any sender, as `settings` describe it.

use hookgate::{
    BuildError, Keyring, ReceiverBuilder,
    pack::Scheme,
    providers::preset::Preset,
    schemes::{
        AccessToken, AccessTokenConfig, HmacBodyField, HmacBodyFieldConfig, HmacHeader,
        HmacHeaderConfig, OneTimeToken, OneTimeTokenConfig, SignedForm, SignedFormConfig,
        SignedMembers, SignedMembersConfig,
    },
};
use serde::de::DeserializeOwned;

use super::{
    entry::{Entry, Words},
    keys::{SAMPLE_PUBLIC_KEY, SAMPLE_SECRET},
};
use crate::settings::{
    access_only::{
        AccessOnlyConfig, {self},
    },
    cloud_events::{
        CloudEventsRule, {self},
    },
    members::Settings,
    public_key::PublicKeyRule,
    refused::Refused,
    signed_request::SignedRequestRule,
    terms::Terms,
    text::Text,
    token_binding::TokenBinding,
};

/// The receiver of the scheme `name`, whose keys are secrets.
fn with_secrets<C: DeserializeOwned, S: Scheme + TryFrom<C, Error = BuildError>>(
    terms: Terms<'_>,
    name: &'static str,
) -> Result<ReceiverBuilder, Refused> {
    terms.scheme(|config: C, keys| Ok(Preset::custom(name, S::try_from(config)?, keys)))
}

/// The receiver of the scheme `name`, whose keys are public ones, and serve no tenants.
fn of_one_owner<R: DeserializeOwned, S: Scheme>(
    terms: Terms<'_>,
    name: &'static str,
    scheme: impl FnOnce(R, &[Text<'_>]) -> Result<(S, Keyring), Refused>,
) -> Result<ReceiverBuilder, Refused> {
    terms.without_secret(
        |rule: R, keys| {
            let (scheme, keys) = scheme(rule, keys)?;
            Ok(Preset::custom(name, scheme, keys))
        },
        |_, _| {
            let why =
                "`tenant`: all would have the same key, so a request of one would pass for another";
            Err(Refused::Malformed(why.to_owned()))
        },
    )
}

/// Schemes for any sender.
pub(super) const SCHEMES: &[(Entry, Words)] = &[
    (
        Entry {
            name: "hmac-header",
            builder: |terms| with_secrets::<HmacHeaderConfig, HmacHeader>(terms, "hmac-header"),
            least_settings: Some(r#"{"signature_header":"x-signature","encoding":"hex"}"#),
            sample_key: SAMPLE_SECRET,
            plain_json: None,
        },
        Words {
            proof: "HMAC of a template, in a header, as `settings` say",
            identity: "the signed id, else the digest of the body",
        },
    ),
    (
        Entry {
            name: "hmac-body-field",
            builder: |terms| {
                with_secrets::<HmacBodyFieldConfig, HmacBodyField>(terms, "hmac-body-field")
            },
            least_settings: Some(r#"{"member":"signature"}"#),
            sample_key: SAMPLE_SECRET,
            plain_json: None,
        },
        Words {
            proof: "HMAC of the JSON without its signature, in a member of it, as `settings` say",
            identity: "digest of what is signed",
        },
    ),
    (
        Entry {
            name: "public-key-signature",
            builder: |terms| of_one_owner(terms, "public-key-signature", PublicKeyRule::scheme),
            least_settings: Some(
                r#"{"algorithm":"EdDSA","signature_header":"x-signature","encoding":"hex"}"#,
            ),
            sample_key: SAMPLE_PUBLIC_KEY,
            plain_json: None,
        },
        Words {
            proof: "by a private key over a template, in a header, as `settings` say",
            identity: "the signed id, else the digest of the body",
        },
    ),
    (
        Entry {
            name: "jwt-body-hash",
            builder: |terms| of_one_owner(terms, "jwt-body-hash", TokenBinding::scheme),
            least_settings: Some(
                r#"{"algorithms":["HS256"],"binding":{"digest":{"header":"x-token","claim":"/sha256","digest":"sha256:hex"}}}"#,
            ),
            sample_key: SAMPLE_SECRET,
            plain_json: None,
        },
        Words {
            proof: "a token that binds the body, as `settings` say",
            identity: "the token's `jti` where it is the id, else the digest of the body or of the claims",
        },
    ),
    (
        Entry {
            name: "signed-request",
            builder: |terms| of_one_owner(terms, "signed-request", SignedRequestRule::scheme),
            least_settings: Some(r#"{"algorithms":["EdDSA"],"signature_header":"x-signature"}"#),
            sample_key: SAMPLE_PUBLIC_KEY,
            plain_json: None,
        },
        Words {
            proof: "by a certificate's key over a template, in a header, as `settings` say",
            identity: "digest of the body",
        },
    ),
    (
        Entry {
            name: "signed-form",
            builder: |terms| with_secrets::<SignedFormConfig, SignedForm>(terms, "signed-form"),
            least_settings: Some(
                r#"{"signature_header":"x-signature","encoding":"base64","url":"https://hooks.example/hook","fields":["id"]}"#,
            ),
            sample_key: SAMPLE_SECRET,
            plain_json: None,
        },
        Words {
            proof: "HMAC of an address and the fields of a form, in a header, as `settings` say",
            identity: "digest of what is signed",
        },
    ),
    (
        Entry {
            name: "signed-members",
            builder: |terms| {
                with_secrets::<SignedMembersConfig, SignedMembers>(terms, "signed-members")
            },
            least_settings: Some(r#"{"members":["/id"],"signature":"/mac"}"#),
            sample_key: SAMPLE_SECRET,
            plain_json: None,
        },
        Words {
            proof: "HMAC of some members of the JSON alone, in a member of it, as `settings` say",
            identity: "digest of what is signed",
        },
    ),
    (
        Entry {
            name: "access-token",
            builder: |terms| with_secrets::<AccessTokenConfig, AccessToken>(terms, "access-token"),
            least_settings: Some(r#"{"at":"basic"}"#),
            sample_key: SAMPLE_SECRET,
            plain_json: None,
        },
        Words {
            proof: "access only: the token itself, where `settings` say",
            identity: "digest of the body",
        },
    ),
    (
        Entry {
            name: "one-time-token",
            builder: |terms| {
                with_secrets::<OneTimeTokenConfig, OneTimeToken>(terms, "one-time-token")
            },
            least_settings: Some(
                r#"{"timestamp":"/timestamp","token":"/token","token_length":50,"signature":"/signature"}"#,
            ),
            sample_key: SAMPLE_SECRET,
            plain_json: None,
        },
        Words {
            proof: "access only: HMAC of time and token, in the body, where `settings` say",
            identity: "digest of the body",
        },
    ),
    (
        Entry {
            name: access_only::NAME,
            builder: |terms| {
                terms.without_secret(
                    |config: AccessOnlyConfig, _| config.pack(),
                    |pack, tenants| Ok(pack.tenants(tenants)),
                )
            },
            least_settings: Some(r#"{"access":"none"}"#),
            sample_key: SAMPLE_SECRET,
            plain_json: None,
        },
        Words {
            proof: "nothing is signed; access credentials",
            identity: "the digest of the body, a member of it or a header, as `settings` say",
        },
    ),
    (
        Entry {
            name: cloud_events::NAME,
            builder: |terms| {
                let senders = Settings::read(terms.settings)?.answers()?.web_hooks()?;
                terms.without_secret(
                    |rule: CloudEventsRule, keys| rule.pack(keys, senders),
                    |_, _| {
                        let why = "`tenant`: give each a receiver of its own";
                        Err(Refused::Malformed(why.to_owned()))
                    },
                )
            },
            least_settings: Some(r#"{"access":"none"}"#),
            sample_key: SAMPLE_SECRET,
            plain_json: None,
        },
        Words {
            proof: "as `settings` say: a signature over the body, a token, or access credentials",
            identity: "`source` and `id`; in binary mode under a signature over the body: the signed id, else its digest",
        },
    ),
];
