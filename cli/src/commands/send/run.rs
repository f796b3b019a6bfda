//! [`Run`]: a plan, at its pace.

use std::{io, sync::Arc, time::Duration};

use tokio::{
    task::{JoinError, JoinSet},
    time::{Instant, sleep, sleep_until},
};

use super::{
    attempt::Delivered,
    courier::Courier,
    edit::Edit,
    lossy::{Fate, Lossy},
    pace::Pace,
    plan::Plan,
    show::Show,
    summary::Summary,
};

/// Delivers a plan.
pub(super) struct Run<'a> {
    pub(super) courier: Arc<Courier>,
    pub(super) edit: &'a Edit,
    pub(super) copies: usize,
    pub(super) pace: Pace,
    /// Deliveries under way at once.
    pub(super) at_once: usize,
    pub(super) show: Show,
    pub(super) summary: Summary,
    /// Loses some, and says so to who asks.
    pub(super) lossy: Option<Lossy>,
}

impl Run<'_> {
    /// Sends every copy of every event, and returns when all have ended. What was lost is asked for meanwhile, or within
    /// `patience` after that; whether it was.
    pub(super) async fn deliver(&mut self, mut plan: Plan, patience: Duration) -> io::Result<bool> {
        let at_once = self.at_once.max(1);
        let begun = Instant::now();
        let mut number: u32 = 0;
        let mut under_way = JoinSet::new();
        while let Some((mut event, due)) = plan.next(&self.courier, self.edit)? {
            sleep_until(begun + due).await;
            event.at = self.courier.now();
            let after = match self.lossy.as_mut().map(|it| it.begin(&event)).transpose()? {
                Some(Fate::Lost) => continue,
                Some(Fate::Sent { after }) => after,
                None => Duration::ZERO,
            };
            for copy in 1..=self.copies {
                sleep_until(begun + self.pace.due(number)).await;
                number = number.saturating_add(1);
                // A delivery that has ended counts until it is shown. So lines come in the order in which deliveries
                // begin, where they go one by one.
                while under_way.len() >= at_once
                    && let Some(delivered) = under_way.join_next().await
                {
                    self.ended(delivered)?;
                }
                let (courier, event) = (self.courier.clone(), event.clone());
                under_way.spawn(async move {
                    sleep(after).await;
                    courier.deliver(&event, copy).await
                });
                while let Some(delivered) = under_way.try_join_next() {
                    self.ended(delivered)?;
                }
            }
        }
        while let Some(delivered) = under_way.join_next().await {
            self.ended(delivered)?;
        }
        match &self.lossy {
            Some(lossy) => Ok(lossy.wait(patience).await),
            None => Ok(true),
        }
    }

    fn ended(&mut self, delivered: Result<io::Result<Delivered>, JoinError>) -> io::Result<()> {
        let delivered = delivered.map_err(io::Error::other)??;
        self.summary.add(&delivered);
        self.show.delivered(&delivered)
    }
}
