//! Sample events of senders whose simulators take any body: compact JSON, as they write it.

use hookgate::UnixTime;
use serde_json::Value;

use super::identity::Identity;

/// The known events of each such sender. Other names are sent as they are.
pub(crate) fn events(provider: &str) -> &'static [&'static str] {
    match provider {
        "github" => &["push", "issues", "ping"],
        "shopify" => &["orders/create", "orders/paid", "app/uninstalled"],
        "slack" => &["app_mention", "message"],
        "stripe" => &["invoice.paid", "customer.created", "charge.refunded"],
        _ => &["user.created", "user.deleted", "order.paid"],
    }
}

/// The body of an event, another one for every identity.
pub(crate) fn body(provider: &str, event: &str, identity: &Identity, at: UnixTime) -> String {
    let name = Value::from(event);
    let hex = identity.hex();
    let number = identity.number();
    let secs = at.as_secs();
    let id = hex.get(..24).unwrap_or_default();
    match provider {
        "github" => format!(
            r#"{{"ref":"refs/heads/main","after":"{hex}00000000","repository":{{"id":{number},"full_name":"octo-org/demo","private":true}},"sender":{{"login":"octocat","id":1}}}}"#
        ),
        "shopify" => format!(
            r##"{{"id":{number},"name":"#1001","currency":"EUR","total_price":"19.90","created_at":"{}"}}"##,
            at.to_rfc3339()
        ),
        "slack" => format!(
            r#"{{"token":"","team_id":"T0000000","api_app_id":"A0000000","event":{{"type":{name},"user":"U0000000","text":"hello","ts":"{secs}.000100"}},"type":"event_callback","event_id":"Ev{id}","event_time":{secs}}}"#
        ),
        "stripe" => format!(
            r#"{{"id":"evt_{id}","object":"event","created":{secs},"data":{{"object":{{"id":"obj_{id}"}}}},"livemode":false,"type":{name}}}"#
        ),
        _ => format!(
            r#"{{"type":{name},"timestamp":"{}","data":{{"id":"{id}"}}}}"#,
            at.to_rfc3339()
        ),
    }
}

/// The headers that the sender adds to the signed request, where they are known.
pub(crate) fn headers(provider: &str, identity: &Identity) -> Vec<(&'static str, String)> {
    match provider {
        "github" => vec![
            ("accept", "*/*".to_owned()),
            ("user-agent", "GitHub-Hookshot/0000000".to_owned()),
            ("x-github-delivery", identity.uuid()),
            ("x-github-hook-id", "1".to_owned()),
        ],
        "shopify" => vec![
            ("user-agent", "Shopify-Captain-Hook".to_owned()),
            ("x-shopify-shop-domain", "demo.myshopify.com".to_owned()),
            ("x-shopify-webhook-id", identity.uuid()),
        ],
        "slack" => vec![
            (
                "user-agent",
                "Slackbot 1.0 (+https://api.slack.com/robots)".to_owned(),
            ),
            ("accept", "*/*".to_owned()),
        ],
        "stripe" => vec![
            (
                "user-agent",
                "Stripe/1.0 (+https://stripe.com/docs/webhooks)".to_owned(),
            ),
            ("accept", "*/*; q=0.5, application/xml".to_owned()),
        ],
        "svix" => vec![("user-agent", "Svix-Webhooks/1.0".to_owned())],
        _ => Vec::new(),
    }
}
