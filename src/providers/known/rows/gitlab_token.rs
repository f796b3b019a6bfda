//! GitLab (secret token).

use crate::{
    providers::known::{EventTypeAt, Fact, Identity, KnownSender, Proof, Sample, SecretForm},
    schemes::AccessTokenConfig,
};

const ISSUE: &str = "gitlab.com/gitlab-org/gitlab/-/work_items/19367";
const EVENTS: &str = "github.com/simstudioai/sim, `gitlab`";

/// GitLab (secret token).
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "gitlab-token",
    title: "GitLab (secret token)",
    page: Fact::assumed("https://docs.gitlab.com/user/project/integrations/webhooks"),
    proof: Fact::known(
        Proof::Token(|| AccessTokenConfig::header("x-gitlab-token").into()),
        ISSUE,
    ),
    identity: Fact::assumed(Identity::Digest),
    event_type: Fact::known(EventTypeAt::Header("x-gitlab-event"), EVENTS),
    secret: Some(
        SecretForm::text("GITLAB_WEBHOOK_SECRET_TOKEN")
            .shown_in("the secret token that was typed into the webhook's form"),
    ),
    equal_bodies: Some("a branch is moved back and forth"),
    marks: &["x-gitlab-token", "x-gitlab-event", "x-gitlab-event-uuid"],
    sample: Some(Sample {
        types: &["Push Hook", "Issue Hook"],
        body: r#"{"object_kind":"push","event_name":"push","ref":"refs/heads/main","after":"$hex00000000","project_id":$number,"project":{"id":$number,"path_with_namespace":"demo/app"}}"#,
        headers: &[("x-gitlab-event-uuid", "$uuid")],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// GitLab's older secret token: `x-gitlab-token` is the token itself. Newer servers sign: see [`gitlab`](Self::gitlab).
    ///
    /// - Access only: nothing of the body is signed. Whoever learns the token can write any event.
    /// - `x-gitlab-event` stands outside of the body. The type is a
    ///   [`claimed_type`](crate::delivery::Delivery::claimed_type).
    /// - The digest of the body identifies an event. That a further attempt has the same body is assumed.
    gitlab_token
}
