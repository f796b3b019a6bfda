//! Right applications with an inbox pass its whole table.

use actix_web::{App, web};
use hookgate::{
    Ack, Delivery, Nack,
    inbox::MemoryInbox,
    testing::{Bench, Effect, Kit, Scenario},
};
use hookgate_actix::{
    ReceiverExt,
    testing::{ActixHost, Service, service},
};
use hookgate_axum::testing::kit;

use crate::application::{
    LogtoEvent, OPEN, PATH, inboxed, logto, logto_sender, on_axum, with_function, with_routes,
};

async fn on_event(effect: Effect, _: Delivery<LogtoEvent>) -> Result<Ack, Nack> {
    effect.happens().await?;
    Ok(Ack::processed())
}

#[tokio::test]
async fn the_applications_own_routes_pass() {
    let app = async |bench: &Bench| with_routes(bench);
    let report = kit(app, logto_sender()).run(Scenario::INBOX).await;
    report.assert_passed_but(OPEN);
}

#[tokio::test]
async fn a_plain_function_passes() {
    let app = async |bench: &Bench| with_function(bench, on_event);
    let report = kit(app, logto_sender()).run(Scenario::INBOX).await;
    report.assert_passed_but(OPEN);
}

/// actix-web has the endpoint, and its worker a plain function.
#[tokio::test]
async fn a_plain_function_behind_actix_web_passes() {
    async fn app(bench: &Bench) -> Service {
        let receiver = bench.build(inboxed(bench)).unwrap();
        let effect = bench.effect();
        let handler = move |delivery| on_event(effect.clone(), delivery);
        bench.work(bench.worker().handle(&receiver, handler));
        let hook = web::resource(PATH).wrap(receiver.middleware());
        let unused = web::post().to(async || "never called");
        service(App::new().service(hook.route(unused))).await
    }
    let kit = Kit::new(ActixHost::new(app), logto_sender());
    kit.run(Scenario::INBOX).await.assert_passed_but(OPEN);
}

/// A handler that does more than its effect: it waits for something real, and goes on.
#[tokio::test]
async fn a_handler_that_waits_for_its_runtime_passes() {
    async fn busy(effect: Effect, delivery: Delivery<LogtoEvent>) -> Result<Ack, Nack> {
        tokio::task::spawn_blocking(|| ()).await?;
        on_event(effect, delivery).await
    }
    let app = async |bench: &Bench| with_function(bench, busy);
    let report = kit(app, logto_sender()).run(Scenario::INBOX).await;
    report.assert_passed_but(OPEN);
}

#[tokio::test]
async fn each_table_leaves_the_others_rows_out() {
    let inbox_rows = Scenario::INBOX
        .iter()
        .filter(|it| !Scenario::ALL.contains(it));
    let inline_rows = Scenario::ALL
        .iter()
        .filter(|it| !Scenario::INBOX.contains(it));
    let inline = async |bench: &Bench| on_axum::<LogtoEvent>(bench, logto(bench));
    let report = kit(inline, logto_sender()).run(inbox_rows.clone()).await;
    assert_eq!(report.left_out(), inbox_rows.copied().collect::<Vec<_>>());
    assert!(
        report.to_string().contains("`.inbox(bench.inbox())`"),
        "{report}"
    );
    let inboxed = async |bench: &Bench| with_routes(bench);
    let report = kit(inboxed, logto_sender()).run(inline_rows.clone()).await;
    assert_eq!(report.left_out(), inline_rows.copied().collect::<Vec<_>>());
    assert!(report.to_string().contains("`Scenario::INBOX`"), "{report}");
}

/// On its clock the kit cannot say what happens.
#[tokio::test]
async fn an_inbox_of_the_applications_own_is_left_out() {
    let app = async |bench: &Bench| {
        on_axum::<LogtoEvent>(bench, logto(bench).inbox_for_tests(MemoryInbox::new()))
    };
    let report = kit(app, logto_sender()).run(Scenario::INBOX).await;
    assert_eq!(report.left_out(), Scenario::INBOX);
}
