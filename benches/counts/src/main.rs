//! Counts the instructions of hookgate's hot paths, beside the code that somebody writes by hand.
//!
//! `scripts/counts` runs this. Times are noise on a shared machine, and counts are the same each time. Valgrind's
//! processor has no SHA extensions, so a digest costs it many times what it costs a real one. So each path stands beside
//! code that makes the same digests, and what counts is the difference.
//!
//! `counts` prints the table. With `--check` it fails where a difference is beyond its bound in the file that follows, with
//! `--write` it writes that file. With `once NAME` it runs a path alone, for a profile.

#[cfg(feature = "actix")]
#[path = "../../benches/http/on_actix.rs"]
mod on_actix;
#[path = "../../benches/http/on_axum.rs"]
mod on_axum;

#[path = "../../benches/http/by_hand.rs"]
mod by_hand;
#[path = "../../cases/cloudevents.rs"]
#[allow(dead_code, reason = "the benches for times use more of it")]
mod cloudevents;
#[path = "../../benches/http/deliveries.rs"]
#[allow(dead_code, reason = "the benches for times have more senders")]
mod deliveries;
#[path = "../../cases/facephi.rs"]
#[allow(dead_code, reason = "the benches for times use more of it")]
mod facephi;
#[path = "../../cases/hmac_header.rs"]
#[allow(dead_code, reason = "the benches for times use more of it")]
mod hmac_header;
#[path = "../../benches/http/receivers.rs"]
mod receivers;

mod callgrind;
mod paths;
mod roads;
mod table;

use std::env;

use paths::Pair;

/// Runs before the counted ones: what is made once is made then.
const WARM_UP: usize = 20;
/// Runs that are counted.
const COUNTED: usize = 50;

fn main() {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        [] => table::print(&callgrind::counts()),
        ["--check", file] => table::check(&callgrind::counts(), file),
        ["--write", file] => table::write(&callgrind::counts(), file),
        ["counted"] => counted(paths::all()),
        ["once", name] => counted(paths::all().into_iter().filter(|pair| pair.name == *name)),
        _ => panic!("counts [--check FILE | --write FILE | once NAME]"),
    }
}

/// Runs both sides of each pair under callgrind, which counts what [`run`] does.
fn counted(pairs: impl IntoIterator<Item = Pair>) {
    for mut pair in pairs {
        println!("{}", pair.name);
        for side in [&mut pair.base, &mut pair.ours] {
            for _ in 0..WARM_UP {
                side();
            }
            run(side);
        }
    }
}

/// By this name callgrind knows when to count.
#[inline(never)]
fn run(side: &mut dyn FnMut()) {
    for _ in 0..COUNTED {
        side();
    }
}
