//! IDCloud whose webhooks are lost, late and sent twice, and two instances that ask for what did not come.
//!
//! ```sh
//! cargo run -p idcloud_fallback
//! ```
//!
//! 1,000 processes begin. Two instances take their webhooks and await their ends, over one SQLite file. The simulated Unico
//! loses a fifth of its webhooks, sends a tenth late and a tenth twice. It counts the questions. The program fails if a process
//! is not handled exactly once, or if there were more than ten questions within a second.

mod instance;
mod unico;

use std::{error::Error, process::ExitCode, time::Duration};

use hookgate::polling::Expectations;
use hookgate_sqlite::SqliteExpectations;
use rcgen::{KeyPair, PKCS_RSA_SHA256};

use self::{
    instance::{Effects, Instance},
    unico::Unico,
};

type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

const PROCESSES: u64 = 1000;
/// Unico's limit (known).
const MOST_A_SECOND: usize = 10;

#[tokio::main]
async fn main() -> Result<ExitCode> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("webhooks.sqlite");
    let key = KeyPair::generate_for(&PKCS_RSA_SHA256)?.serialize_pem();
    let (unico, address) = Unico::start().await?;
    let effects = Effects::default();
    let instances = [
        Instance::open(&file, address, &key, &effects).await?,
        Instance::open(&file, address, &key, &effects).await?,
    ];
    let mut ids = Vec::new();
    for (number, instance) in (0..PROCESSES).zip(instances.iter().cycle()) {
        let id = unico.begin(number, instance.endpoint.clone());
        instance.fallback.expect(None, &id).await?;
        ids.push(id);
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let awaited = SqliteExpectations::open(&file).await?;
    while awaited.open("idcloud").await? > 0 {
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    // What is late may still come.
    tokio::time::sleep(Duration::from_secs(5)).await;

    let (pushed, polled, wrong) = effects.counts(&ids);
    let (questions, told, most) = unico.questions();
    println!("processes                    {PROCESSES}");
    println!("handled once, as sent        {pushed}");
    println!("handled once, as asked for   {polled}");
    println!("not handled, or twice        {wrong}");
    println!("questions                    {questions}");
    println!("  told an end too late       {}", told - polled.min(told));
    println!("  the most within a second   {most}");
    Ok(if wrong == 0 && most <= MOST_A_SECOND {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
