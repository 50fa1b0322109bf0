//! Back, bookmarks, and addresses opened out of turn.

use e2e::{Engine, Outcome, Role, Setup, in_every_engine, play};

in_every_engine![
    back_from_the_code_screen_leads_to_the_phone_screen_and_sends_nothing,
    change_number_goes_back_and_keeps_the_number,
    a_bookmark_of_the_code_screen_leads_to_the_beginning_without_an_error,
    the_account_screen_is_for_the_signed_in_alone,
    every_screen_has_a_title_of_its_own,
];

async fn back_from_the_code_screen_leads_to_the_phone_screen_and_sends_nothing(
    engine: Engine,
) -> Outcome {
    play(engine, "back", Setup::default(), async |stage| {
        let number = "+4915123456741";
        let outbox = stage.product.outbox();
        stage.open("/").await?;
        stage
            .browser
            .phone_screen()
            .await?
            .send_code_to(number)
            .await?;
        stage.browser.code_screen().await?;
        let code = outbox.wait_for_code(number, 1).await?;

        stage.browser.back().await?;
        stage.browser.phone_screen().await?;
        stage.open("/verify").await?;
        let screen = stage.browser.code_screen().await?;
        assert_eq!(outbox.messages(number).await?.len(), 1);
        screen.enter(&code).await?;
        stage.browser.account_screen().await
    })
    .await
}

async fn change_number_goes_back_and_keeps_the_number(engine: Engine) -> Outcome {
    play(engine, "change_number", Setup::default(), async |stage| {
        stage.open("/").await?;
        let screen = stage.browser.phone_screen().await?;
        screen.send_code_to("+49 1512 3456742").await?;
        stage.browser.code_screen().await?;
        let button = stage.browser.find(Role::Button, "Change number").await?;
        button.press().await?;
        let screen = stage.browser.phone_screen().await?;
        let kept = screen.number_field().await?.value().await?;
        let digits: String = kept.chars().filter(char::is_ascii_digit).collect();
        assert!(digits.ends_with("15123456742"), "another number is kept");
        Ok(())
    })
    .await
}

async fn a_bookmark_of_the_code_screen_leads_to_the_beginning_without_an_error(
    engine: Engine,
) -> Outcome {
    play(engine, "bookmark", Setup::default(), async |stage| {
        stage.open("/verify").await?;
        stage.browser.phone_screen().await?;
        assert!(stage.browser.is_silent(Role::Alert).await?);
        Ok(())
    })
    .await
}

async fn the_account_screen_is_for_the_signed_in_alone(engine: Engine) -> Outcome {
    play(
        engine,
        "account_signed_out",
        Setup::default(),
        async |stage| {
            stage.open("/account").await?;
            stage.browser.phone_screen().await.map(drop)
        },
    )
    .await
}

async fn every_screen_has_a_title_of_its_own(engine: Engine) -> Outcome {
    play(engine, "titles", Setup::default(), async |stage| {
        let number = "+4915123456743";
        let mut titles = Vec::new();
        stage.open("/").await?;
        let screen = stage.browser.phone_screen().await?;
        titles.push(stage.browser.title().await?);
        screen.send_code_to(number).await?;
        let screen = stage.browser.code_screen().await?;
        titles.push(stage.browser.title().await?);
        let code = stage.product.outbox().wait_for_code(number, 1).await?;
        screen.enter(&code).await?;
        stage.browser.account_screen().await?;
        titles.push(stage.browser.title().await?);
        for (index, title) in titles.iter().enumerate() {
            assert!(!title.trim().is_empty());
            assert!(!titles[..index].contains(title), "{titles:?}");
        }
        Ok(())
    })
    .await
}
