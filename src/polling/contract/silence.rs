//! When an endpoint last took a delivery, and who tells.

use super::{
    super::Expectations,
    Passage,
    scene::{ENDPOINT, Scene, answered, owner, promise},
};

pub(super) async fn a_silence_is_told_by_one_and_so_is_its_end<S: Expectations, P: Passage>(
    scene: &Scene<'_, S, P>,
) {
    let after = scene.terms.lease;
    let last = async || answered("last_heard", scene.store.last_heard(ENDPOINT).await);
    let tell_as = async |silent, number| {
        let told = scene.store.tell(ENDPOINT, silent, after, owner(number));
        answered("tell", told.await)
    };
    let tell = async |silent| tell_as(silent, 1).await;
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
    let told = (tell_as(true, 0).await, tell(true).await);
    promise("one of two tells", told == (true, false), &told);
    let told = tell_as(true, 0).await;
    promise("the one who tells may ask again", told, &told);
    promise("its end is not told before it", !tell(false).await, &told);
    let longer = scene
        .store
        .tell(ENDPOINT, false, after * 100, owner(1))
        .await;
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
    let told = (tell(true).await, tell(false).await, tell_as(false, 2).await);
    promise(
        "its end is told by one",
        told == (false, true, false),
        &told,
    );
    let told = tell(false).await;
    promise("the one who tells its end may ask again", told, &told);
    let other = answered("last_heard", scene.store.last_heard("second").await);
    promise("endpoints are apart", !other.is_told, &other);
    let open = scene.open(ENDPOINT).await;
    promise("nothing of it is awaited", open == 0, &open);
}
