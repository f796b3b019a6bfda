//! The whole road on axum beside a hand-written handler: the server's CPU time for each request.
//!
//! `scripts/bench-http` runs this. The server is a process of its own on one core, the load comes from
//! the other; both variants of a pair take turns, and each ratio is the median over the rounds.
//! Deliveries are 0.8 KiB, all different, signed before the clock starts.
//!
//! `scripts/bench-peers` runs the same with the word `peers`: hookgate beside other receivers.

mod deliveries;
mod load;
mod peers;
mod server;

use std::env;

use deliveries::Sender;
use load::Server;

const ROUNDS: usize = 9;
const REQUESTS: usize = 20_000;
const PAIRS: [(&str, &str, Sender); 2] = [
    ("logto", "logto-by-hand", Sender::Logto),
    (
        "standard-webhooks",
        "standard-webhooks-by-hand",
        Sender::StandardWebhooks,
    ),
];

fn main() {
    let arguments: Vec<String> = env::args().skip(1).collect();
    if let Some(variant) = arguments.iter().position(|word| word == "serve") {
        let variant = arguments.get(variant + 1).expect("a variant to serve");
        server::serve(variant);
        return;
    }
    if arguments.iter().any(|word| word == "peers") {
        peers::compare();
        return;
    }
    println!("| pair | by hand | hookgate | ratio (median of {ROUNDS}) | least to most |");
    println!("| --- | --- | --- | --- | --- |");
    for (ours, by_hand, sender) in PAIRS {
        let mut rounds: Vec<(f64, f64)> = (0..ROUNDS)
            .map(|round| {
                let first = u64::try_from(round * REQUESTS).expect("a small number");
                let requests = deliveries::requests(sender, first, REQUESTS);
                // Each round begins with fresh processes, and with the other one of the two.
                let measure = |variant| Server::start(variant).cpu_per_request(&requests);
                if round % 2 == 0 {
                    let by_hand = measure(by_hand);
                    (by_hand, measure(ours))
                } else {
                    let ours = measure(ours);
                    (measure(by_hand), ours)
                }
            })
            .collect();
        rounds.sort_by(|a, b| (a.1 / a.0).total_cmp(&(b.1 / b.0)));
        let ratio = |(by_hand, ours): (f64, f64)| ours / by_hand;
        let middle = rounds[ROUNDS / 2];
        println!(
            "| {ours} | {:.2} µs | {:.2} µs | {:.3} | {:.3} to {:.3} |",
            middle.0 * 1e6,
            middle.1 * 1e6,
            ratio(middle),
            ratio(rounds[0]),
            ratio(rounds[ROUNDS - 1]),
        );
    }
}
