//! `examples/second-factor`: a password, and then a code.

use crate::browser::Browser;
use crate::house::{House, SERVER_KEY, Site};
use crate::program::Program;

const USERS: &str = "ada:lovelace:+12125550142,eve:adversary:+12125550143";

async fn start() -> (Program, House) {
    let site = Site::find().await;
    let environment = [
        ("SIGN_IN", site.url.as_str()),
        ("SERVER_KEY", SERVER_KEY),
        ("USERS", USERS),
    ];
    let app = Program::node("second-factor/server.mjs", &environment);
    let house = site.build(&["--return-origins", &app.url]).await;
    (app, house)
}

/// Gives the password; answers the address at which the code is asked for.
async fn with_password(app: &Program, browser: &mut Browser, name: &str, password: &str) -> String {
    let fields = [("name", name), ("password", password)];
    let answer = browser
        .submit(&format!("{}/password", app.url), &fields)
        .await;
    answer.place().to_owned()
}

/// Gives the code there; answers the address back.
async fn with_code(house: &House, browser: &mut Browser, address: &str, number: &str) -> String {
    let code = house.code(number).await;
    let answer = browser.submit(address, &[("otp", &code)]).await;
    answer.place().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_and_then_a_code_open_the_app() {
    let (app, house) = start().await;
    let mut browser = Browser::default();
    let wrong = browser
        .submit(
            &format!("{}/password", app.url),
            &[("name", "ada"), ("password", "x")],
        )
        .await;
    assert_eq!(wrong.status, 401);
    let address = with_password(&app, &mut browser, "ada", "lovelace").await;
    assert!(
        address.starts_with(&format!("{}/challenge/chlg_", house.url)),
        "{address}"
    );
    assert_eq!(
        browser.get(&app.url).await.status,
        401,
        "the password alone opens nothing"
    );
    let screen = browser.get(&address).await;
    assert_eq!(screen.status, 200);
    let back = with_code(&house, &mut browser, &address, "+12125550142").await;
    assert!(
        back.starts_with(&format!("{}/back?challenge_id=", app.url)),
        "{back}"
    );
    assert_eq!(browser.get(&back).await.place(), "/");
    assert_eq!(browser.get(&app.url).await.ok()["hello"], "ada");
    assert_eq!(
        browser.get(&back).await.status,
        401,
        "a result is worth something once"
    );
    assert!(
        browser
            .cookies
            .keys()
            .all(|name| name == "app_session" || name == "pipit_challenge")
    );
    house.tear_down().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_result_counts_only_in_the_browser_that_waits_for_it() {
    let (app, house) = start().await;
    let (mut ada, mut eve) = (Browser::default(), Browser::default());
    let adas = with_password(&app, &mut ada, "ada", "lovelace").await;
    let eves = with_password(&app, &mut eve, "eve", "adversary").await;
    let adas_back = with_code(&house, &mut ada, &adas, "+12125550142").await;
    assert_eq!(
        eve.get(&adas_back).await.status,
        401,
        "of another challenge"
    );
    assert_eq!(
        Browser::default().get(&adas_back).await.status,
        401,
        "of nobody's"
    );
    let eves_back = with_code(&house, &mut eve, &eves, "+12125550143").await;
    assert_eq!(ada.get(&eves_back).await.status, 401);
    let forged = format!("{}x", ada.get(&adas).await.status);
    assert_eq!(
        eve.get(&eves_back.replace("result_code=", &format!("result_code={forged}")))
            .await
            .status,
        401
    );
    assert_eq!(ada.get(&adas_back).await.place(), "/");
    assert_eq!(ada.get(&app.url).await.ok()["hello"], "ada");
    assert_eq!(eve.get(&app.url).await.status, 401);
    house.tear_down().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_code_opens_nothing_and_the_right_one_still_works() {
    let (app, house) = start().await;
    let mut browser = Browser::default();
    let address = with_password(&app, &mut browser, "ada", "lovelace").await;
    let right = house.code("+12125550142").await;
    let wrong = if right == "000000" {
        "000001"
    } else {
        "000000"
    };
    let again = browser.submit(&address, &[("otp", wrong)]).await;
    assert!(
        again.place().starts_with("/challenge/"),
        "{}",
        again.place()
    );
    let back = with_code(&house, &mut browser, &address, "+12125550142").await;
    assert_eq!(browser.get(&back).await.place(), "/");
    house.tear_down().await;
}
