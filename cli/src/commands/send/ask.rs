//! [`ask`]: whether the endpoint is its owner's, as a provider asks it.

use std::{io, process::ExitCode};

use hookgate::{
    Secret,
    challenge::Question,
    providers::known,
    simulator::{Asking, Sent},
};
use serde_json::json;

use super::{courier::Courier, random_id::random_id, sender::Event};
use crate::{
    commands::providers::unusable,
    output::screen::Screen,
    settings::{challenge::Answers, credentials::Loaded, members::Settings, shared_secret::secret},
};

/// Asks each question of the provider, and shows whether the answer is the one that it wants.
pub(super) async fn ask(courier: &Courier, loaded: &Loaded, json: bool) -> io::Result<ExitCode> {
    let questions = known::find(courier.provider).map_or(&[][..], |sender| sender.challenges);
    if questions.is_empty() {
        let why = format!("--challenge: no question of {} is known", courier.provider);
        return Err(io::Error::other(why));
    }
    let mut screen = Screen::stdout();
    let mut all_right = true;
    for question in questions {
        let asking = Asking::new(*question, random_id()?, secret_of(question, loaded)?);
        let (status, is_right) = exchange(courier, &asking).await?;
        all_right &= is_right;
        if json {
            screen.json(&json!({"challenge": {"status": status, "right": is_right}}))?;
        } else if is_right {
            screen.say(format_args!("{status}  answered as the provider wants"))?;
        } else {
            screen.say(format_args!(
                "{status}  not what the provider wants to hear"
            ))?;
        }
    }
    Ok(if all_right {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// The secret of the settings. The key of events signs answers too, where they say nothing.
fn secret_of(question: &Question, loaded: &Loaded) -> io::Result<Option<Secret>> {
    if !question.needs_secret() {
        return Ok(None);
    }
    let settings = Settings::read(loaded.settings.as_deref()).map_err(unusable)?;
    match settings.answers().map_err(unusable)? {
        Answers::With(secret) => Ok(Some(secret)),
        Answers::No | Answers::Plain => {
            let key = loaded.keys.first().and_then(|key| secret(key));
            key.map(Some).ok_or_else(|| {
                io::Error::other(
                    "--challenge: the question needs a secret: the setting `challenge`",
                )
            })
        }
    }
}

async fn exchange(courier: &Courier, asking: &Asking) -> io::Result<(String, bool)> {
    let path = courier.client.target().path.clone();
    let request = asking.request(&path);
    let sent: Sent = if asking.is_signed() {
        let now = courier.now();
        let event = Event {
            name: String::new(),
            identity: random_id()?,
            at: now,
            body: Some(request.body.to_vec()),
        };
        courier.sender.request(&event, 1, now)?
    } else {
        request
    };
    let request = sent.into_request().map_err(io::Error::other)?;
    Ok(
        match courier.client.send(request, courier.manner.timeout).await {
            Ok(answer) => {
                let is_right = asking.is_answered(answer.status, &answer.body);
                (answer.status.as_u16().to_string(), is_right)
            }
            Err(failure) => (failure.to_string(), false),
        },
    )
}
