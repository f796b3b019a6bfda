//! A server that is told to stop ends the handlers whose senders have left before it ends itself.

#![allow(clippy::unwrap_used)]

use std::{
    cell::Cell,
    future::{Future, pending, poll_fn},
    pin::pin,
    sync::{
        Arc, Barrier,
        atomic::{AtomicUsize, Ordering},
    },
    task::Poll,
    time::Duration,
};

use actix_web::{App, HttpServer, rt, web};
use hookgate::{
    Ack, Receiver, Secret, UnixTime,
    dedup::MemoryStore,
    providers::logto::{self, Logto, LogtoSimulator, User},
    testing::FakeClock,
    time::Clock,
};
use hookgate_actix::{Event, ReceiverExt, serve_until};
use tokio::{io::AsyncWriteExt, net::TcpStream, sync::Semaphore};

const KEY: &str = "a key that only this test knows";
const BOUND: Duration = Duration::from_secs(30);

/// A handler that waits until it may end.
struct Stage {
    began: Semaphore,
    may_end: Semaphore,
    ended: AtomicUsize,
}

async fn on_event(stage: web::Data<Stage>, _: Event<logto::Event>) -> Ack {
    stage.began.add_permits(1);
    stage.may_end.acquire().await.unwrap().forget();
    stage.ended.fetch_add(1, Ordering::SeqCst);
    Ack::processed()
}

#[actix_web::test]
async fn a_handler_whose_sender_left_ends_before_the_server_does() {
    let clock = FakeClock::at(UnixTime::from_secs(1_795_304_115));
    let receiver = receiver(&clock);
    let stage = web::Data::new(Stage {
        began: Semaphore::new(0),
        may_end: Semaphore::new(0),
        ended: AtomicUsize::new(0),
    });
    let (gate, data) = (receiver.clone(), stage.clone());
    let server = HttpServer::new(move || {
        let hook = web::resource("/hook").wrap(gate.middleware());
        App::new()
            .app_data(data.clone())
            .service(hook.route(web::post().to(on_event)))
    })
    .workers(1)
    .disable_signals()
    .bind("127.0.0.1:0")
    .unwrap();
    let address = *server.addrs().first().unwrap();
    let stop = Arc::new(Semaphore::new(0));
    let told = stop.clone();
    let told = async move { told.acquire().await.unwrap().forget() };
    let running = serve_until(server.run(), told, [receiver.clone()], BOUND);
    let running = rt::spawn(running);

    let mut sender = TcpStream::connect(address).await.unwrap();
    sender.write_all(&sign_in(&clock)).await.unwrap();
    stage.began.acquire().await.unwrap().forget();
    // A RST: the sender is gone.
    sender.set_zero_linger().unwrap();
    drop(sender);
    while receiver.busy().detached == 0 {
        rt::task::yield_now().await;
    }

    stop.add_permits(1);
    // If the server could stop by itself now, it would: its workers have no connections.
    let turns = Cell::new(0);
    let mut running = pin!(running);
    poll_fn(|context| {
        assert!(
            running.as_mut().poll(context).is_pending(),
            "it lost a handler"
        );
        turns.set(turns.get() + 1);
        context.waker().wake_by_ref();
        if turns.get() < 1000 {
            Poll::Pending
        } else {
            Poll::Ready(())
        }
    })
    .await;
    stage.may_end.add_permits(1);
    assert!(running.await.unwrap().unwrap().is_idle());
    assert_eq!(stage.ended.load(Ordering::SeqCst), 1);
}

#[actix_web::test]
async fn a_server_that_ends_by_itself_tells_what_it_has_not_ended() {
    let clock = FakeClock::at(UnixTime::from_secs(1_795_304_115));
    let receiver = receiver(&clock);
    let (began, may_end) = (Arc::new(Semaphore::new(0)), Arc::new(Barrier::new(2)));
    let (gate, begins, waits) = (receiver.clone(), began.clone(), may_end.clone());
    let server = HttpServer::new(move || {
        let hook = web::resource("/hook").wrap(gate.middleware());
        let (begins, waits) = (begins.clone(), waits.clone());
        // Its worker cannot give it up.
        let blocks = move |_: Event<logto::Event>| {
            begins.add_permits(1);
            waits.wait();
            async { Ack::processed() }
        };
        App::new().service(hook.route(web::post().to(blocks)))
    })
    .workers(1)
    .disable_signals()
    .bind("127.0.0.1:0")
    .unwrap();
    let address = *server.addrs().first().unwrap();
    let server = server.run();
    let handle = server.handle();
    let running = rt::spawn(serve_until(server, pending(), [receiver.clone()], BOUND));
    let mut sender = TcpStream::connect(address).await.unwrap();
    sender.write_all(&sign_in(&clock)).await.unwrap();
    began.acquire().await.unwrap().forget();
    handle.stop(false).await;
    let left = running.await.unwrap().unwrap();
    may_end.wait();
    assert_eq!(left.handlers, 1);
}

fn receiver(clock: &FakeClock) -> Receiver {
    Receiver::new("logto", Logto::new(Secret::utf8(KEY).unwrap()))
        .clock(clock.clone())
        .timer(clock.clone())
        .dedup(MemoryStore::with_clock(10, clock.clone()))
        .build()
        .unwrap()
}

fn sign_in(clock: &FakeClock) -> Vec<u8> {
    let sent = LogtoSimulator::new(KEY, clock.now())
        .path("/hook")
        .post_sign_in(User::new("ana", clock.now()));
    let mut text = format!("POST {} HTTP/1.1\r\nhost: localhost\r\n", sent.path);
    for (name, value) in &sent.headers {
        text += &format!("{name}: {value}\r\n");
    }
    text += &format!("content-length: {}\r\n\r\n", sent.body.len());
    [text.as_bytes(), &sent.body].concat()
}
