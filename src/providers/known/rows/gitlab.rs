//! GitLab.

use crate::providers::known::{
    EventTypeAt, Fact, Identity, KnownSender, Proof, Sample, SecretForm,
    rows::standard_webhooks::{self, under},
};

const SIGNATURE: &str = "gitlab.com/gitlab-org/gitlab/-/merge_requests/230944";
const EVENTS: &str = "github.com/simstudioai/sim, `gitlab`";

/// GitLab.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "gitlab",
    title: "GitLab",
    page: Fact::assumed("https://docs.gitlab.com/user/project/integrations/webhooks"),
    proof: Fact::known(Proof::Scheme(|| under("webhook")), SIGNATURE),
    identity: Fact::known(Identity::SignedId, SIGNATURE),
    event_type: Fact::known(EventTypeAt::Header("x-gitlab-event"), EVENTS),
    secret: Some(SecretForm::whsec("GITLAB_WEBHOOK_SIGNING_TOKEN")),
    assumed: &["its signing token is written as `whsec_` and base64"],
    marks: &["x-gitlab-event", "x-gitlab-event-uuid"],
    sample: Some(Sample {
        types: &["Push Hook", "Issue Hook"],
        body: r#"{"object_kind":"push","event_name":"push","ref":"refs/heads/main","after":"$hex00000000","project_id":$number,"project":{"id":$number,"path_with_namespace":"demo/app"}}"#,
        headers: &[
            ("x-gitlab-event-uuid", "$uuid"),
            ("x-gitlab-instance", "https://gitlab.com"),
        ],
    }),
    ..standard_webhooks::ROW
};

preset! {
    /// GitLab: [Standard Webhooks](Self::standard_webhooks), signed by GitLab.
    ///
    /// - `x-gitlab-event` is not signed. The type is a [`claimed_type`](crate::delivery::Delivery::claimed_type).
    /// - The signing token, not the older secret token: `x-gitlab-token` is the secret itself, and proves nothing
    ///   about a body.
    /// - `webhook-id` is the value of `Idempotency-Key`.
    gitlab
}
