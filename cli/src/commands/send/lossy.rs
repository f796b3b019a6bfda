//! [`Lossy`]: IDCloud whose webhooks get lost or come late, and its API, which is asked for them.

use std::{
    collections::HashSet,
    io,
    net::Ipv4Addr,
    time::{Duration, Instant},
};

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::Request,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use clap::Args;
use hookgate::{
    providers::idcloud::{IdCloudApiSimulator, State},
    time::{Clock, SystemClock},
};
use serde_json::json;
use tokio::net::TcpListener;

use super::sender::Event;
use crate::output::screen::Screen;

/// The longest request to the API.
const MOST_BYTES: usize = 64 * 1024;
/// How often the command looks whether all that it lost was asked for.
const LOOK: Duration = Duration::from_millis(50);

/// What is lost and late, for a fallback that asks (docs/polling.md).
#[derive(Args)]
pub(super) struct Losses {
    /// Lose this share of the webhooks, 0 to 1, and answer GetProcess on this machine. Only for idcloud.
    ///
    /// The command then waits until each process whose webhook is lost was asked for, --patience at most.
    #[arg(long, value_name = "SHARE", value_parser = share)]
    drop: Option<f64>,
    /// Send each webhook this long after its process has begun, such as `2s` or `300ms`. Only for idcloud.
    #[arg(long, value_name = "TIME", value_parser = time)]
    delay: Option<Duration>,
    /// Which webhooks are lost follows from this number.
    #[arg(long, value_name = "N", default_value_t = 0, hide_default_value = true)]
    seed: u64,
    /// Answer GetProcess at this port of 127.0.0.1. Otherwise a free one is taken, and shown.
    #[arg(
        long,
        value_name = "PORT",
        default_value_t = 0,
        hide_default_value = true
    )]
    api_port: u16,
}

/// What is lost and late, while it is sent.
pub(super) struct Lossy {
    api: IdCloudApiSimulator,
    clock: SystemClock,
    share: f64,
    delay: Duration,
    seed: u64,
    begun: u64,
    lost: HashSet<String>,
    json: bool,
}

/// What becomes of a webhook.
pub(super) enum Fate {
    Sent { after: Duration },
    Lost,
}

fn share(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(share) if (0.0..=1.0).contains(&share) => Ok(share),
        _ => Err("expected a number from 0 to 1".to_owned()),
    }
}

fn time(text: &str) -> Result<Duration, String> {
    let (number, unit) = match text.strip_suffix("ms") {
        Some(number) => (number, 1e-3),
        None => (text.strip_suffix('s').unwrap_or(text), 1.0),
    };
    match number.parse::<f64>() {
        Ok(number) if (0.0..=1e6).contains(&number) => Ok(Duration::from_secs_f64(number * unit)),
        _ => Err("expected a time such as `2s` or `300ms`".to_owned()),
    }
}

impl Losses {
    /// Serves the API, where something is lost or late.
    pub(super) async fn begin(&self, provider: &str, json: bool) -> io::Result<Option<Lossy>> {
        if self.drop.is_none() && self.delay.is_none() {
            return Ok(None);
        }
        if provider != "idcloud" {
            return Err(io::Error::other(
                "--drop and --delay: only idcloud has an API that tells what was lost",
            ));
        }
        let lossy = Lossy {
            api: IdCloudApiSimulator::new(),
            clock: SystemClock::new(),
            share: self.drop.unwrap_or_default(),
            delay: self.delay.unwrap_or_default(),
            seed: self.seed,
            begun: 0,
            lost: HashSet::new(),
            json,
        };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, self.api_port)).await?;
        let url = format!("http://{}", listener.local_addr()?);
        let mut screen = Screen::stdout();
        if json {
            screen.json(&json!({"api": url}))?;
        } else {
            screen.say(format_args!("GetProcess and its tokens: {url}"))?;
        }
        let (api, clock) = (lossy.api.clone(), lossy.clock);
        let app =
            Router::new().fallback(move |request: Request| answer(api.clone(), clock, request));
        tokio::spawn(async move { axum::serve(listener, app).await });
        Ok(Some(lossy))
    }
}

async fn answer(api: IdCloudApiSimulator, clock: SystemClock, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    match to_bytes(body, MOST_BYTES).await {
        Ok(body) => {
            let request = Request::from_parts(parts, body);
            api.answer(&request, clock.now()).map(Body::from)
        }
        Err(_) => StatusCode::PAYLOAD_TOO_LARGE.into_response(),
    }
}

impl Lossy {
    /// The process of `event` begins and ends. Says what becomes of its webhook.
    pub(super) fn begin(&mut self, event: &Event) -> io::Result<Fate> {
        let end = match event.name.as_str() {
            "process_finished" | "status_concluded" => State::Finished,
            "process_failed" | "status_error" => State::Failed,
            _ => {
                return Err(io::Error::other(
                    "--drop and --delay: name an event that ends a process, such as process_finished",
                ));
            }
        };
        let id = event.identity.uuid();
        self.api.begin(&id, end, self.clock.now());
        let mut screen = Screen::stdout();
        let is_lost = chance(self.seed, self.begun) < self.share;
        self.begun = self.begun.saturating_add(1);
        if self.json {
            screen.json(&json!({"process": id, "lost": is_lost}))?;
        } else {
            let said = if is_lost { ": its webhook is lost" } else { "" };
            screen.say(format_args!("process {id}{said}"))?;
        }
        Ok(if is_lost {
            self.lost.insert(id);
            Fate::Lost
        } else {
            Fate::Sent { after: self.delay }
        })
    }

    /// Waits until all that was lost was asked for. Whether it was.
    pub(super) async fn wait(&self, patience: Duration) -> bool {
        let begun = Instant::now();
        loop {
            if self.left() == 0 {
                return true;
            }
            if begun.elapsed() >= patience {
                return false;
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    pub(super) fn write(&self) -> io::Result<()> {
        let (lost, left) = (self.lost.len(), self.left());
        let asked = lost.saturating_sub(left);
        let questions = self.api.questions().len();
        let mut screen = Screen::stdout();
        if self.json {
            return screen.json(&json!({"fallback": {
                "lost": lost, "asked_for": asked, "questions": questions,
            }}));
        }
        screen.say(format_args!(
            "{lost} lost: {asked} asked for, {left} not; {questions} questions"
        ))
    }

    /// How many were lost and not asked for.
    fn left(&self) -> usize {
        let told = self.api.told();
        self.lost.iter().filter(|id| !told.contains(*id)).count()
    }
}

/// A number from 0 to 1 for the webhook at `place`: SplitMix64, so that a seed always loses the same ones.
fn chance(seed: u64, place: u64) -> f64 {
    let mut bits = seed.wrapping_add(place.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^= bits >> 31;
    (bits >> 11) as f64 / (1_u64 << 53) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_loses_the_same_share_each_time() {
        for seed in [0, 1, 77] {
            let lost = || (0..10_000).filter(|place| chance(seed, *place) < 0.2);
            assert_eq!(Vec::from_iter(lost()), Vec::from_iter(lost()));
            assert!((1800..2200).contains(&lost().count()));
        }
        assert!((0..100).all(|place| chance(3, place) < 1.0));
    }

    #[test]
    fn a_time_has_a_unit_or_is_in_seconds() {
        for (text, millis) in [("2s", 2000), ("300ms", 300), ("1.5", 1500), ("0", 0)] {
            assert_eq!(time(text), Ok(Duration::from_millis(millis)), "{text}");
        }
        for text in ["", "s", "-1s", "2m", "nan", "inf"] {
            assert!(time(text).is_err(), "{text}");
        }
    }
}
