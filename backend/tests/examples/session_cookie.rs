//! `examples/session-cookie`: the session in a cookie, and the way back.

use crate::browser::Browser;
use crate::house::Site;
use crate::program::Program;

#[tokio::test(flavor = "multi_thread")]
async fn people_are_sent_to_the_sign_in_and_come_back_to_the_page_they_wanted() {
    let site = Site::find().await;
    let app = Program::node("session-cookie/server.mjs", &[("SIGN_IN", &site.url)]);
    let house = site
        .build(&["--session-cookie", "host", "--return-origins", &app.url])
        .await;
    let page = format!("{}/orders?open=1&sort=new", app.url);
    let mut browser = Browser::default();
    let door = browser.get(&page).await.place().to_owned();
    assert!(
        door.starts_with(&format!("{}/sign-in?return_to=", house.url)),
        "{door}"
    );
    assert_eq!(browser.get(&door).await.place(), "/");
    assert_eq!(
        house.sign_in_plainly(&mut browser, "+12125550142").await,
        page
    );
    let shown = browser.get(&page).await.ok();
    assert!(
        shown["account"].as_str().unwrap().starts_with("acct_"),
        "{shown}"
    );
    assert_eq!(
        browser.get(&door).await.place(),
        page,
        "straight back from now on"
    );
    browser.get(&format!("{}/payments", app.url)).await.ok();

    for (name, value) in [
        ("pipit_session", "x"),
        ("pipit_session", "in-cookie"),
        ("other", "x"),
    ] {
        let mut forger = Browser::default();
        forger.cookies.insert(name.to_owned(), value.to_owned());
        assert_eq!(forger.get(&page).await.status, 303);
    }
    let posted = Browser::default().submit(&page, &[]).await;
    assert_eq!(posted.status, 401);

    browser
        .delete(&format!("{}/api/session", house.url), &[])
        .await
        .ok();
    assert_eq!(browser.get(&page).await.status, 303);
    house.tear_down().await;
    assert_eq!(browser.get(&page).await.status, 503);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_gets_the_way_back_and_no_token() {
    let site = Site::find().await;
    let app = Program::node("session-cookie/server.mjs", &[("SIGN_IN", &site.url)]);
    let house = site
        .build(&["--session-cookie", "host", "--return-origins", &app.url])
        .await;
    let mut browser = Browser::default();
    let door = browser
        .get(&format!("{}/payments", app.url))
        .await
        .place()
        .to_owned();
    assert!(door.contains("max_age=300"), "{door}");
    browser.get(&door).await;
    let signed_in = house.sign_in(&mut browser, "+12125550143").await;
    assert_eq!(signed_in["session_token"], "in-cookie");
    assert_eq!(signed_in["return_to"], format!("{}/payments", app.url));
    browser.get(&format!("{}/payments", app.url)).await.ok();
    house.tear_down().await;
}
