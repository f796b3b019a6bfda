//! Hours of traffic and faults, after which nothing may have grown.
//!
//! | file | holds |
//! | --- | --- |
//! | `stage` | the databases and the processes |
//! | `roles` | what a process does |
//! | `process` | what a process says of itself |
//! | `traffic` | what senders do |
//! | `faults` | what goes wrong with servers |
//! | `samples` | what was measured, and what counts as grown |

mod faults;
mod process;
mod roles;
mod samples;
mod stage;
mod traffic;

use std::{sync::Arc, time::Duration};

use tokio::{
    sync::watch,
    time::{Instant, MissedTickBehavior, interval, sleep},
};

pub(crate) use self::roles::{receive, work};
use self::{
    faults::Faults,
    samples::Samples,
    stage::Stage,
    traffic::{Heard, Senders},
};
use crate::{Result, engine::drained};

/// So many samples are taken, and a quarter of them is compared with another.
const SAMPLES: u32 = 120;
/// A shorter run compares nothing: in its second quarter marks would still be younger than they get.
const SHORTEST_COMPARED: Duration = Duration::from_secs(600);
/// What began has to end within this, once nobody sends any more.
const REST: Duration = Duration::from_secs(60);

/// Reads `1h`, `10m` or `30s`.
pub(crate) fn time(text: &str) -> Result<Duration> {
    let unit = match text.bytes().last() {
        Some(b'h') => 3600,
        Some(b'm') => 60,
        Some(b's') => 1,
        _ => return Err(format!("{text} is no time such as 1h, 10m or 30s").into()),
    };
    let count: u64 = text.trim_end_matches(['h', 'm', 's']).parse()?;
    Ok(Duration::from_secs(count * unit))
}

/// Lets everything run for so long. Fails when something was lost, broke or grew.
pub(crate) async fn run(time: Duration) -> Result<()> {
    let mut stage = Stage::set(time).await?;
    let heard = Arc::<Heard>::default();
    let (end, ends) = watch::channel(false);
    let senders = Senders::start(&stage, &heard, &ends);
    let faults = Faults::start(&stage, time, &ends);
    let samples = measure(&stage, time, &heard, &faults).await;
    end.send_replace(true);
    senders.end().await?;
    faults.end().await?;
    let samples = samples?;
    let mut wrong = rest(&stage).await?;
    wrong.extend(lost(&stage, &heard).await?);
    wrong.extend(heard.wrong());
    let deaths = stage.stop().await?;
    wrong.extend(deaths.by_itself);
    println!(
        "\n{}, processes killed {} times",
        heard.summary(),
        deaths.meant
    );
    if time < SHORTEST_COMPARED {
        println!("too short to compare anything: that takes {SHORTEST_COMPARED:?}");
    } else {
        wrong.extend(samples.show());
    }
    if wrong.is_empty() {
        return Ok(());
    }
    for what in &wrong {
        println!("wrong: {what}");
    }
    Err("the soak has found something".into())
}

/// Takes samples until the time is over.
async fn measure(stage: &Stage, time: Duration, heard: &Heard, faults: &Faults) -> Result<Samples> {
    let mut samples = Samples::default();
    let mut ticks = interval((time / SAMPLES).max(Duration::from_millis(500)));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let begun = Instant::now();
    let (mut told, mut turned) = (Duration::ZERO, begun);
    while begun.elapsed() < time {
        ticks.tick().await;
        stage.turn(&mut turned).await?;
        stage.sample(&mut samples).await?;
        let passed = begun.elapsed();
        if passed >= told {
            told = passed + time / 20;
            println!(
                "{:>5} s: {}, servers struck {} times",
                passed.as_secs(),
                heard.summary(),
                faults.times()
            );
        }
    }
    Ok(samples)
}

/// Nothing may be under way once nobody sends. Says what is.
async fn rest(stage: &Stage) -> Result<Vec<String>> {
    for engine in &stage.inboxes {
        drained(engine).await?;
    }
    let begun = Instant::now();
    loop {
        let busy = stage.busy().await?;
        if busy.is_empty() || begun.elapsed() > REST {
            return Ok(busy);
        }
        sleep(Duration::from_millis(500)).await;
    }
}

/// Which events an inbox has accepted, and no worker has handled.
async fn lost(stage: &Stage, heard: &Heard) -> Result<Vec<String>> {
    let mut lost = Vec::new();
    for (place, engine) in stage.with_inbox() {
        let effects = engine.effects().await?;
        let accepted = heard.accepted_at(place);
        let missing = accepted.iter().filter(|it| !effects.contains_key(it));
        let count = missing.count();
        if count > 0 {
            lost.push(format!("{count} events that the inbox accepted were lost"));
        }
        if accepted.is_empty() {
            lost.push("an inbox has accepted nothing".to_owned());
        }
    }
    Ok(lost)
}
