//! What the pages show.

use hookgate::inbox::{Filter, Inbox};
use hookgate_inspector::{Inspector, Recent};

use super::props::{Scene, get, json, open, page};

#[tokio::test]
async fn without_an_inbox_what_was_seen_is_shown_refused_ones_too() {
    let scene = Scene::start().await;
    scene.deliver("one", b"{\"a\":1}", "").await;
    scene.deliver("one", b"{\"a\":1}", "").await;
    scene.intrude("").await;
    let behind = open(
        Inspector::builder()
            .recent(&scene.recent)
            .receiver(&scene.receiver),
    );
    let list = json(&behind, "/deliveries").await;
    let rows: Vec<_> = list["rows"].as_array().unwrap().iter().collect();
    let reasons: Vec<_> = rows
        .iter()
        .map(|row| row["reason"].as_str().unwrap())
        .collect();
    assert_eq!(reasons, ["signature_mismatch", "duplicate", "queued"]);
    assert_eq!(rows[0]["key"], serde_json::Value::Null);
    assert_eq!(rows[1]["key"], rows[2]["key"]);

    let one = json(&behind, "/delivery?id=3").await;
    let verdict = &one["verdict"];
    assert_eq!(verdict["outcome"], "refused");
    assert!(
        verdict["said"]
            .as_str()
            .unwrap()
            .contains("no signature matches any live key"),
        "{one}"
    );
    assert!(
        verdict["advice"]
            .as_str()
            .unwrap()
            .contains("hookgate explain"),
        "{one}"
    );

    let first = json(&behind, "/receivers.json").await;
    let endpoint = &first["endpoints"][0];
    assert_eq!(endpoint["name"], "test");
    assert_eq!(endpoint["states"][0]["state"], "accepting");
    assert_eq!(endpoint["last_refused_reason"], "signature_mismatch");
    let counts = endpoint["counts"].as_array().unwrap();
    let count = |reason| counts.iter().find(|it| it["reason"] == reason).unwrap()["count"].clone();
    assert_eq!((count("queued"), count("duplicate")), (1.into(), 1.into()));
    assert!(
        !page(&behind, "/").await.contains("Dead letters"),
        "there is no inbox"
    );
}

#[tokio::test]
async fn a_filter_shows_what_it_means_and_can_be_taken_away() {
    let scene = Scene::start().await;
    scene.deliver("one", b"{}", "").await;
    for _ in 0..3 {
        scene.intrude("").await;
    }
    let behind = scene.open();
    for (query, count) in [
        ("", 4),
        ("?outcome=refused", 3),
        ("?reason=queued", 1),
        ("?receiver=test", 4),
        ("?receiver=other", 0),
        ("?type=none&outcome=queued", 1),
        ("?from=1h", 4),
        ("?before=1h", 0),
        ("?from=2099-01-01T00:00:00Z", 0),
    ] {
        let list = json(&behind, &format!("/deliveries{query}")).await;
        assert_eq!(list["rows"].as_array().unwrap().len(), count, "{query}");
    }
    let shown = page(&behind, "/deliveries?outcome=refused&receiver=test").await;
    assert!(
        shown.contains("href=\"/deliveries?receiver=test\""),
        "{shown}"
    );
    assert_eq!(
        get(&behind, "/deliveries?from=yesterday").await.status(),
        400
    );
    assert_eq!(get(&behind, "/deliveries?type=%ff").await.status(), 400);
}

/// Rows that come meanwhile move no page.
#[tokio::test]
async fn pages_follow_one_another_by_key() {
    let scene = Scene::start().await;
    for _ in 0..120 {
        scene.intrude("").await;
    }
    let behind = scene.open();
    let mut ids = Vec::new();
    let mut address = "/deliveries".to_owned();
    loop {
        let list = json(&behind, &address).await;
        let rows = list["rows"].as_array().unwrap();
        ids.extend(rows.iter().map(|row| row["id"].as_u64().unwrap()));
        scene.intrude("").await;
        match list["next"].as_str() {
            Some(next) => address = format!("/deliveries?after={next}"),
            None => break,
        }
    }
    assert_eq!(ids, (1..=120).rev().collect::<Vec<_>>());
}

#[tokio::test]
async fn an_inbox_is_paged_and_filtered_too() {
    let scene = Scene::start().await;
    for number in 0..60 {
        scene
            .deliver(
                &number.to_string(),
                format!("{{\"n\":{number}}}").as_bytes(),
                "",
            )
            .await;
    }
    let behind = scene.open();
    let first = json(&behind, "/deliveries?source=inbox").await;
    assert_eq!(
        (
            first["source"].as_str(),
            first["rows"].as_array().unwrap().len()
        ),
        (Some("inbox"), 50)
    );
    let next = first["next"].as_str().unwrap().replace(' ', "%20");
    let second = json(&behind, &format!("/deliveries?source=inbox&after={next}")).await;
    let keys = |list: &serde_json::Value| -> Vec<String> {
        let rows = list["rows"].as_array().unwrap().iter();
        rows.map(|row| row["key"].as_str().unwrap().to_owned())
            .collect()
    };
    let shown: Vec<_> = keys(&first).into_iter().chain(keys(&second)).collect();
    let newest: Vec<_> = scene
        .keys()
        .await
        .iter()
        .rev()
        .map(ToString::to_string)
        .collect();
    assert_eq!(shown, newest);
    for (query, count) in [
        ("outcome=waits", 50),
        ("outcome=dead", 0),
        ("outcome=runs", 0),
        ("reason=failed", 0),
        ("reason=signature_mismatch", 0),
        ("receiver=other", 0),
    ] {
        let list = json(&behind, &format!("/deliveries?source=inbox&{query}")).await;
        assert_eq!(list["rows"].as_array().unwrap().len(), count, "{query}");
    }
}

#[tokio::test]
async fn dead_letters_stand_in_groups_with_the_command_that_replays_them() {
    let scene = Scene::start().await;
    for number in 0..3 {
        scene.deliver(&number.to_string(), b"{}", "").await;
    }
    scene.reject_all("no").await;
    let behind = open(scene.builder().inbox_arguments(["sqlite:web hooks.db"]));
    let dead = json(&behind, "/dead").await;
    assert_eq!(
        (dead["dead"].as_u64(), dead["is_all"].as_bool()),
        (Some(3), Some(true))
    );
    let groups = dead["groups"].as_array().unwrap();
    assert_eq!(groups.len(), 1);
    let expected = "hookgate inbox 'sqlite:web hooks.db' replay --endpoint=test --type=other --reason=rejected \
                    --why='SAY WHY' --expect=3";
    let line = groups[0]["replay"].as_str().unwrap();
    assert_eq!(line.replace("--type=none", "--type=other"), expected);
    let shown = page(&behind, "/dead").await;
    assert!(shown.contains("class=\"command\""), "{shown}");

    let key = scene.keys().await[0];
    let one = json(&behind, &format!("/delivery?key={key}")).await;
    let line = format!("hookgate inbox 'sqlite:web hooks.db' replay {key} --why='SAY WHY'");
    assert_eq!(one["replay"], line.as_str());
    assert_eq!(one["verdict"]["reason"], "rejected");
    let advice = one["verdict"]["advice"].as_str().unwrap();
    assert!(advice.contains("refused it for good"), "{advice}");
    let moments: Vec<_> = (one["timeline"].as_array().unwrap().iter())
        .map(|moment| moment["what"].as_str().unwrap())
        .collect();
    assert!(moments.contains(&"died: rejected"), "{moments:?}");
    assert!(moments.contains(&"accepted by the inbox"), "{moments:?}");
    let seen = page(&behind, "/delivery?id=1").await;
    assert!(
        seen.contains(&format!("href=\"/delivery?key={key}\"")),
        "{seen}"
    );
    // Without a group, as after the replay.
    scene.inbox.replay(&key, "fixed").await.unwrap();
    let one = json(&behind, &format!("/delivery?key={key}")).await;
    assert_eq!(one["replay"], serde_json::Value::Null);
    assert!(
        one["timeline"].to_string().contains("replayed: fixed"),
        "{one}"
    );
}

#[tokio::test]
async fn two_deliveries_stand_side_by_side_with_what_differs() {
    let scene = Scene::start().await;
    scene.deliver("one", b"{}", "").await;
    scene.deliver("one", b"{}", "").await;
    let behind = scene.open();
    let both = json(&behind, "/compare?a=1&b=2").await;
    assert_eq!(both["is_one_event"], true);
    let rows = both["rows"].as_array().unwrap();
    let row = |name| rows.iter().find(|row| row["name"] == name).unwrap();
    assert_eq!(row("event key")["differs"], false);
    assert_eq!(row("reason")["differs"], true);
    assert_eq!(
        (
            row("reason")["left"].as_str(),
            row("reason")["right"].as_str()
        ),
        (Some("queued"), Some("duplicate"))
    );
    let one = page(&behind, "/delivery?id=1").await;
    assert!(one.contains("/compare?a=1&#38;b=2"), "{one}");
    assert_eq!(get(&behind, "/compare?a=1&b=9").await.status(), 404);
    assert_eq!(get(&behind, "/compare?a=1").await.status(), 404);
}

#[tokio::test]
async fn a_receiver_that_refuses_and_an_endpoint_on_hold_say_so() {
    let scene = Scene::start().await;
    scene.deliver("one", b"{}", "").await;
    scene.inbox.hold("test", true).await.unwrap();
    scene.receiver.refuse();
    let behind = scene.open();
    let first = json(&behind, "/").await;
    let states: Vec<_> = (first["endpoints"][0]["states"].as_array().unwrap().iter())
        .map(|it| it["state"].as_str().unwrap())
        .collect();
    assert_eq!(states, ["refusing", "held"]);
    let findings = first["endpoints"][0]["findings"].to_string();
    assert!(findings.contains("inbox_held"), "{findings}");
}

#[tokio::test]
async fn what_is_not_there_is_404() {
    let behind = open(Inspector::builder().recent(&Recent::new()));
    let key = "0".repeat(64);
    for address in [
        "/nothing",
        "/delivery",
        "/delivery?id=9",
        "/delivery?id=x",
        "/receivers/x",
        "/../etc",
    ] {
        assert_eq!(get(&behind, address).await.status(), 404, "{address}");
    }
    let address = format!("/delivery?key={key}");
    assert_eq!(get(&behind, &address).await.status(), 404);
}

/// No page sorts or counts rows by itself.
#[tokio::test]
async fn the_newest_of_an_inbox_come_first() {
    let scene = Scene::start().await;
    for number in 0..3 {
        scene.deliver(&number.to_string(), b"{}", "").await;
    }
    let newest = scene
        .inbox
        .list(&Filter::all().newest_first(), None, 1)
        .await
        .unwrap();
    let list = json(&scene.open(), "/deliveries?source=inbox").await;
    assert_eq!(list["rows"][0]["key"], newest.rows[0].key.to_string());
}
