//! The whole road beside a hand-written handler, and with what observes it: the server's CPU time for
//! each request.
//!
//! `scripts/bench-http` runs this. The server is a process of its own on one core, and the load comes from the
//! other. Both variants of a pair take turns, and each ratio is the median over the rounds. Deliveries are
//! 0.8 KiB, all different, signed before the clock starts.
//!
//! `scripts/bench-peers` runs the same with the word `peers`: hookgate beside other receivers. Another word behind it
//! chooses those that have it in their names, as `scripts/bench-http peers cloudevents` does not need Node.
//!
//! `scripts/bench-http idle` compares what a server holds in memory while many connections are idle.
//!
//! The cost of a feature is measured between two builds of this program. `HOOKGATE_BENCH_BARE` names the one
//! without `tracing`, `HOOKGATE_BENCH_METRICS` the one with `metrics` too, `HOOKGATE_BENCH_ACTIX` the one with
//! `actix`. Without these variables those pairs are left out. The pairs on axum run without actix-web in the
//! program, which would switch features of other libraries on.

mod by_hand;
#[cfg(feature = "metrics")]
mod counting;
mod deliveries;
mod idle;
mod load;
#[cfg(feature = "actix")]
mod on_actix;
mod on_axum;
mod peers;
mod receivers;
mod server;

use std::{env, path::PathBuf};

use deliveries::Sender;
use hookgate_turns::{Turns, micros, rounds};
use load::{Server, Subject};

const ROUNDS: usize = 9;
const REQUESTS: usize = 20_000;

/// Two that are compared.
struct Pair {
    name: String,
    sender: Sender,
    base: Subject,
    with: Subject,
}

fn main() {
    let arguments: Vec<String> = env::args().skip(1).collect();
    if let Some(variant) = arguments.iter().position(|word| word == "serve") {
        let variant = arguments.get(variant + 1).expect("a variant to serve");
        server::serve(variant);
        return;
    }
    if let Some(peers) = arguments.iter().position(|word| word == "peers") {
        peers::compare(arguments.get(peers + 1).map_or("", |what| what));
        return;
    }
    if arguments.iter().any(|word| word == "idle") {
        idle::compare();
        return;
    }
    hookgate_turns::head(["base", "hookgate"], &[]);
    for pair in pairs() {
        measure(&pair, rounds(ROUNDS));
    }
}

fn pairs() -> Vec<Pair> {
    let senders = [
        ("logto", Sender::Logto),
        ("standard-webhooks", Sender::StandardWebhooks),
    ];
    let mut pairs = Vec::new();
    let program = |variable| env::var_os(variable).map(PathBuf::from);
    let frameworks = [
        ("axum", env::current_exe().ok()),
        ("actix", program("HOOKGATE_BENCH_ACTIX")),
    ];
    for (framework, program) in frameworks {
        let Some(program) = program else { continue };
        for (name, sender) in senders {
            let subject = |variant| Subject {
                program: program.clone(),
                variant,
            };
            pairs.push(Pair {
                name: format!("{framework}: {name}, by hand"),
                sender,
                base: subject(format!("{framework}-{name}-by-hand")),
                with: subject(format!("{framework}-{name}")),
            });
        }
    }
    let Some(bare) = program("HOOKGATE_BENCH_BARE") else {
        return pairs;
    };
    let observed = [
        ("spans, no subscriber", env::current_exe().ok()),
        (
            "spans and metrics, counting recorder",
            program("HOOKGATE_BENCH_METRICS"),
        ),
    ];
    for (what, observed) in observed {
        let Some(observed) = observed else { continue };
        for (name, sender) in senders {
            let variant = format!("axum-{name}");
            pairs.push(Pair {
                name: format!("axum: {name}, without {what}"),
                sender,
                base: Subject {
                    program: bare.clone(),
                    variant: variant.clone(),
                },
                with: Subject {
                    program: observed.clone(),
                    variant,
                },
            });
        }
    }
    pairs
}

fn measure(pair: &Pair, count: usize) {
    let mut turns = Turns::default();
    for round in 0..count {
        let first = u64::try_from(round * REQUESTS).expect("a small number");
        let requests = deliveries::requests(pair.sender, first, REQUESTS);
        // Each round begins with fresh processes, and with the other one of the two.
        let measure = |subject| Server::start(subject).cpu_per_request(&requests);
        if round % 2 == 0 {
            let base = measure(&pair.base);
            turns.push(base, measure(&pair.with));
        } else {
            let with = measure(&pair.with);
            turns.push(measure(&pair.base), with);
        }
    }
    hookgate_turns::row(&pair.name, &turns, micros, &[]);
}
