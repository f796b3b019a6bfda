//! Events a second.

use std::{net::SocketAddr, ops::Range, time::Instant};

use crate::{
    Result,
    engine::{Engine, drained},
    senders::{Told, send},
};

/// A rate is the median over pieces of so many events, and over five pieces at most.
const PIECE: i64 = 400;

/// A database, and the receivers before it.
pub(crate) struct Side<'a> {
    engine: &'a Engine,
    to: &'a [SocketAddr],
    told: &'a Told,
}

impl<'a> Side<'a> {
    pub(crate) fn new(engine: &'a Engine, to: &'a [SocketAddr], told: &'a Told) -> Self {
        Self { engine, to, told }
    }

    /// Events a second, from the first that is sent to the last that is handled.
    pub(crate) async fn rate(&self, events: Range<i64>, accepted: &mut Vec<i64>) -> Result<f64> {
        let (begun, count) = (Instant::now(), events.end - events.start);
        accepted.extend(send(self.to, events, self.told).await?);
        drained(self.engine).await?;
        Ok(f64::from(u32::try_from(count)?) / begun.elapsed().as_secs_f64())
    }
}

pub(crate) fn pieces(events: Range<i64>) -> impl Iterator<Item = Range<i64>> {
    let count = events.end - events.start;
    let pieces = (count / PIECE).clamp(1, 5);
    let place = move |piece| events.start + count * piece / pieces;
    (0..pieces).map(move |piece| place(piece)..place(piece + 1))
}

pub(crate) fn median(mut rates: Vec<f64>) -> f64 {
    rates.sort_by(f64::total_cmp);
    rates.get(rates.len() / 2).copied().unwrap_or_default()
}
