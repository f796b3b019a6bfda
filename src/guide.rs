//! The guides. They stand in `docs/` of the repository too.
//!
//! From a sender's form to a running receiver:
//!
//! - [`logto`], [`facephi`], [`unico_check`], [`idcloud`];
//! - [`cloudevents`]: Azure Event Grid, Knative, a partner's SDK;
//! - [`presets`]: senders that sign with a MAC, known or not;
//! - [`custom`]: a sender of your own;
//! - [`challenges`]: what senders ask before they send.
//!
//! The application:
//!
//! - [`coming_from_by_hand`], [`coming_from_standardwebhooks`]: before and after;
//! - [`existing_handler`]: the layer in front of a handler that you have already;
//! - [`lambda`]: AWS Lambda, and other programs without a middleware;
//! - [`testing`]: your own handlers against copies, failures and forgeries;
//! - [`stores`]: choosing a store, operating it, writing your own;
//! - [`inbox`]: accept now, handle later;
//! - [`polling`]: what was not sent in time is asked for;
//! - [`reliability`]: what was killed, and what was left;
//! - [`for_tools`]: what a tool that writes code has to know.
//!
//! Operating:
//!
//! - [`deployment`]: several instances, rolling deploys, servers and proxies, stopping;
//! - [`observability`]: the start-up check, spans, metrics, hooks;
//! - [`inspector`]: a page that shows what was taken and refused;
//! - [`failures`]: what goes wrong in the first hour, and where failed events go;
//! - [`stability`], [`upgrading`]: what may change, and how to go on to the next release.
//!
//! The command `hookgate`:
//!
//! - [`verify`]: judges recorded requests;
//! - [`explain`]: from "signature does not match" to the line that mends it;
//! - [`send_and_listen`]: sends what senders send, and receives it.
//!
//! Why: [`design`], [`security`]. What else there is: [`compare`].

// In each, definitions for rustdoc stand before the text. The first definition of a label counts, so the text's own, at
// its end, are for readers of the file.

#[doc = include_str!("docs/links.md")]
#[doc = include_str!("../docs/cloudevents.md")]
pub mod cloudevents {}

#[doc = include_str!("../docs/challenges.md")]
pub mod challenges {}

#[doc = include_str!("docs/links.md")]
#[doc = include_str!("../docs/coming-from/by-hand.md")]
pub mod coming_from_by_hand {}

#[doc = include_str!("docs/links.md")]
#[doc = include_str!("../docs/coming-from/standardwebhooks.md")]
pub mod coming_from_standardwebhooks {}

#[doc = include_str!("docs/links.md")]
#[doc = include_str!("../COMPARE.md")]
pub mod compare {}

#[doc = include_str!("docs/links.md")]
#[doc = include_str!("../docs/custom.md")]
pub mod custom {}

#[doc = include_str!("docs/links.md")]
#[doc = include_str!("../docs/deployment.md")]
pub mod deployment {}

#[doc = include_str!("docs/links.md")]
#[doc = include_str!("../DESIGN.md")]
pub mod design {}

#[doc = include_str!("docs/links.md")]
#[doc = include_str!("../docs/existing-handler.md")]
pub mod existing_handler {}

#[doc = include_str!("docs/links.md")]
#[doc = include_str!("../docs/explain.md")]
pub mod explain {}

#[doc = include_str!("docs/links.md")]
#[doc = include_str!("../docs/facephi.md")]
pub mod facephi {}

#[doc = include_str!("docs/links.md")]
#[doc = include_str!("../docs/failures.md")]
pub mod failures {}

#[doc = include_str!("docs/links.md")]
#[doc = include_str!("../docs/for-tools.md")]
pub mod for_tools {}

#[doc = include_str!("docs/links.md")]
#[doc = include_str!("../docs/idcloud.md")]
pub mod idcloud {}

#[doc = include_str!("docs/links.md")]
#[doc = include_str!("../docs/inbox.md")]
pub mod inbox {}

#[doc = include_str!("docs/links.md")]
#[doc = include_str!("../docs/inspector.md")]
pub mod inspector {}

#[doc = include_str!("docs/links.md")]
#[doc = include_str!("../docs/lambda.md")]
pub mod lambda {}

#[doc = include_str!("docs/links.md")]
#[doc = include_str!("../docs/logto.md")]
pub mod logto {}

#[doc = include_str!("docs/links.md")]
#[doc = include_str!("../docs/observability.md")]
pub mod observability {}

#[doc = include_str!("docs/links.md")]
#[doc = include_str!("../docs/polling.md")]
pub mod polling {}

#[doc = include_str!("docs/links.md")]
#[doc = include_str!("../docs/presets.md")]
pub mod presets {}

#[doc = include_str!("docs/links.md")]
#[doc = include_str!("../SECURITY.md")]
pub mod security {}

#[doc = include_str!("docs/links.md")]
#[doc = include_str!("../docs/reliability.md")]
pub mod reliability {}

#[doc = include_str!("docs/links.md")]
#[doc = include_str!("../docs/send-and-listen.md")]
pub mod send_and_listen {}

#[doc = include_str!("docs/links.md")]
#[doc = include_str!("../docs/stability.md")]
pub mod stability {}

#[doc = include_str!("docs/links.md")]
#[doc = include_str!("../docs/stores.md")]
pub mod stores {}

#[doc = include_str!("docs/links.md")]
#[doc = include_str!("../docs/testing.md")]
pub mod testing {}

#[doc = include_str!("docs/links.md")]
#[doc = include_str!("../docs/unico-check.md")]
pub mod unico_check {}

#[doc = include_str!("docs/links.md")]
#[doc = include_str!("../docs/upgrading.md")]
pub mod upgrading {}

#[doc = include_str!("docs/links.md")]
#[doc = include_str!("../docs/verify.md")]
pub mod verify {}
