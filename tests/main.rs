//! The library's tests, in one binary. A new case goes into its topic's folder. `CONTRIBUTING.md` says when it goes
//! into `scenarios/` instead.
//!
//! - `props`: what tests share: a server, clients, a store and a handler that follow a script.
//! - `schemes`: what a signature covers, and which signatures are refused.
//! - `json`: how JSON is written again, byte for byte.
//! - `events`: what each pack reads, and what its simulator sends.
//! - `access`: who may call, and for whom.
//! - `receiver`: settings that are refused, and those that are warned of.
//! - `road`: what becomes of a request, from its head to its answer.
//! - `dedup`: each event once: the memory store, copies, what happens when a store fails.
//! - `inbox`: what is accepted is kept, and handled later.
//! - `polling`: what is not sent in time is asked for, and handled once.
//! - `token_endpoint`: who gets a token.
//! - `telemetry`: metrics, spans, observers.
//! - `secrecy`: what no log line, answer, error or `Debug` text holds.
//! - `fuzzing`: what fuzzing has found, tried again.
//! - `documents`: what documents and vectors promise.
//!
//! `apart` holds binaries of their own. `Cargo.toml` says why each needs its own process.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that panics has failed"
)]

mod props;

mod schemes {
    mod access_token;
    mod addresses;
    mod bit_flips;
    mod custom_body_field;
    mod hmac_body_field;
    mod hmac_header;
    mod keyrings;
    mod layouts;
    mod named_keys;
    mod presets {
        mod forms;
        mod identity;
        mod published;
        mod times;
        mod told_apart;
        mod types;
        mod vectors;
    }
    mod jwt_body_hash;
    mod public_key_signature;
    mod published_keys;
    mod signed_form;
    mod signed_members;
    mod signed_request;
    mod signer;
    mod sns;
    mod standard_webhooks;
    mod templates;
    mod unsigned_metadata;
    mod v1a;
}

mod json {
    mod canonical;
    mod documents;
    mod ecmascript;
}

mod events {
    mod cloudevents;
    mod cloudevents_pack;
    mod cloudevents_vectors;
    mod facephi;
    mod idcloud;
    mod logto {
        mod decoding;
        mod interest;
        mod properties;
        mod recordings;
    }
    mod simulator;
    mod sns;
    mod unico_check;
}

mod access {
    mod bearer;
    mod jwks;
    mod networks;
    mod rules;
    mod tenants;
}

mod receiver {
    mod build_refusals;
    mod check;
}

mod road {
    mod answers;
    mod axum_wiring;
    mod bodies;
    mod callbacks;
    mod challenges;
    mod contents;
    mod drains;
    mod given_back;
    mod gzip;
    mod handlers;
    mod hang_ups;
    mod leases;
    mod properties;
    mod request_targets;
    mod trace_context;
    mod unread;
    mod windows;
    mod without_middleware;
}

mod dedup {
    mod changed_content;
    mod contract;
    mod copies;
    mod memory;
    mod replay_gap;
    mod store_faults;
}

mod inbox {
    mod accepting;
    mod batches;
    mod contract;
    mod encrypted;
    mod faulty;
    mod flawed;
    mod learner;
    mod lost_answers;
    mod operations;
    mod outages;
    mod poison;
    mod reopened;
    mod routes;
    mod routes_apart;
    mod settling;
    mod stored;
    mod watching;
    mod working;
    pub(crate) mod works;
}

mod polling {
    mod building;
    mod client;
    mod contract;
    mod counted;
    mod fallback;
    mod faults;
    mod inbox;
    mod many;
    pub(crate) mod reconciling {
        mod faults;
        mod log;
        mod passes;
        pub(crate) mod server;
        mod settings;
        mod turns;
    }
    mod schedules;
    pub(crate) mod silence;
    mod simulated;
    pub(crate) mod tasks;
    mod tenants;
    mod unico;
    mod verdicts;
    pub(crate) mod world;
}

mod token_endpoint {
    mod assertions;
    mod grants;
    mod in_front;
    mod keys;
    mod private_key_jwt;
    mod properties;
    mod replays;
    mod secrecy;
    mod settings;
    mod throttle;
}

mod telemetry {
    mod awaited;
    mod measured;
    mod observers;
    mod spans;
    mod told;
}

mod secrecy {
    mod access;
    mod logs;
    mod shown_tokens;
    mod starting;
    mod texts;
}

mod fuzzing {
    mod seeds;
}

mod documents {
    mod dependencies;
    mod failures;
    mod floors;
    mod forwarded;
    mod frozen;
    mod links;
    mod listed;
    mod manifests;
    mod senders;
    mod shown;
    mod versions;
}
