//! When an endpoint last took a delivery, and who tells.

use super::{
    super::Expectations,
    Passage,
    scene::{ENDPOINT, Scene, answered, promise},
};

pub(super) async fn a_silence_is_told_by_one_and_so_is_its_end<S: Expectations, P: Passage>(
    scene: &Scene<'_, S, P>,
) {
    let after = scene.terms.lease;
    let last = async || answered("last_heard", scene.store.last_heard(ENDPOINT).await);
    let tell = async |silent| answered("tell", scene.store.tell(ENDPOINT, silent, after).await);
    let first = last().await;
    promise(
        "it counts from the first look on",
        first.ago <= scene.terms.slack && !first.is_told,
        &first,
    );
    promise(
        "a silence that is none is not told",
        !tell(true).await,
        &first,
    );
    scene.lapse().await;
    let silent = last().await;
    promise(
        "it goes on",
        silent.ago >= after && !silent.is_told,
        &silent,
    );
    let told = (tell(true).await, tell(true).await);
    promise("one of two tells", told == (true, false), &told);
    promise("its end is not told before it", !tell(false).await, &told);
    let longer = scene.store.tell(ENDPOINT, false, after * 100).await;
    promise(
        "a longer time that others expect does not end it",
        !answered("tell", longer),
        &told,
    );
    promise("it is noted", last().await.is_told, &told);
    answered("heard", scene.store.heard(ENDPOINT).await);
    let heard = last().await;
    promise(
        "a delivery ends it",
        heard.ago <= scene.terms.slack && heard.is_told,
        &heard,
    );
    let told = (tell(true).await, tell(false).await, tell(false).await);
    promise(
        "its end is told by one",
        told == (false, true, false),
        &told,
    );
    let other = answered("last_heard", scene.store.last_heard("second").await);
    promise("endpoints are apart", !other.is_told, &other);
    let open = scene.open(ENDPOINT).await;
    promise("nothing of it is awaited", open == 0, &open);
}
